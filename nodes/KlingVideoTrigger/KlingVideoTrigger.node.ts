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
		description:
			'Starts the workflow when a Kling video is done that was submitted with the address of this trigger',
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
					'<b>To try it out:</b> press "Listen for test event", and submit a video with the Test URL as its "Callback URL". It starts here, in the editor, when the video is done.<br /><br /><b>To use it:</b> publish the workflow, and submit videos with the Production URL. Each finished video then starts it by itself, and shows up in the executions list.',
				active:
					'<b>To try it out:</b> press "Listen for test event", and submit a video with the Test URL as its "Callback URL". It starts here, in the editor, when the video is done.<br /><br /><b>In use:</b> the workflow is published. Each finished video that was submitted with the Production URL starts it by itself, and shows up in the <a data-key="executions">executions list</a>.',
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
					'Kling calls this trigger only for videos that were submitted with its URL. In the node "Kling Video", set "After Submitting" to "Return the Task ID", and add the option "Callback URL" with the URL from "Webhook URLs" above. Your n8n has to be reachable from the internet.',
				type: 'info',
				location: 'ndv',
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
