import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { CREDENTIAL_TYPE } from '../KlingVideo/gateway/gatewayRequest';
import {
	createTriggerSubtitle,
	describeTriggerProperties,
} from '../KlingVideo/resources/triggerProperties';
import { TASK_KINDS } from '../KlingVideo/taskKinds';
import { receiveCallback } from '../KlingVideo/trigger/receiveCallback';

export class KlingVideoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Video Trigger',
		name: 'klingVideoTrigger',
		icon: {
			light: 'file:../../icons/klingVideo.svg',
			dark: 'file:../../icons/klingVideo.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: createTriggerSubtitle(),
		// n8n's node panel has one entry for both nodes, and shows this for either
		description: 'Create Kling videos, wait for them, or start a workflow when one is done',
		eventTriggerDescription: 'Waiting for Kling to call the Test URL',
		activationMessage: 'Each finished video that Kling reports to the Production URL starts it.',
		defaults: { name: 'Kling Video Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		webhooks: [
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
		],
		triggerPanel: {
			header: 'Kling calls when the video is done',
			executionsHelp: {
				inactive:
					'<b>To try it out:</b> press "Execute step", and submit a video with the Test URL as its "Callback URL". When the video is done, it appears here, in the editor.<br /><br /><b>To use it:</b> publish the workflow, and submit videos with the Production URL. Each finished video then starts it by itself, and shows up in the executions list.',
				active:
					'<b>To try it out:</b> press "Execute step", and submit a video with the Test URL as its "Callback URL". When the video is done, it appears here, in the editor.<br /><br /><b>In use:</b> the workflow is published. Each finished video that was submitted with the Production URL starts it by itself, and shows up in the <a data-key="executions">executions list</a>.',
			},
			activationHint: {
				inactive:
					'Once you have tried it out, publish the workflow, and submit videos with the Production URL.',
				active: 'The workflow is published: finished videos start it by themselves.',
			},
		},
		hints: [
			{
				message:
					'<b>What to do next:</b> click "Webhook URLs", and copy the URL. In the node "Kling Video" that creates the videos, set "After Submitting" to "Return the Task ID", add the option "Callback URL", and paste the URL there. Kling calls it when the video is done. For that, your n8n has to be reachable from the internet.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		properties: describeTriggerProperties(TASK_KINDS),
	};

	/** Nobody has to be told of the address: each submit call names it. */
	webhookMethods = {
		default: {
			async checkExists() {
				return true;
			},
			async create() {
				return true;
			},
			async delete() {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback(this);
	}
}
