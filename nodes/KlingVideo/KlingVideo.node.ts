import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { multiImageVideoDescription, multiImageVideoOperations } from './resources/multiImageVideo';

export class KlingVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Video',
		name: 'klingVideo',
		icon: {
			light: 'file:../../icons/klingVideo.svg',
			dark: 'file:../../icons/klingVideo.dark.svg',
		},
		group: ['input'],
		version: 1,
		subtitle:
			'={{ ({ getStatus: "Get Multi-Image Video Status", suspendUntilComplete: "Suspend Until Complete", waitUntilComplete: "Wait Until Complete" })[$parameter["operation"]] }}',
		description:
			'Wait for a Kling multi-image video on the EZModel gateway and get its URL or file',
		defaults: { name: 'Kling Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'ezModelApi', required: true }],
		requestDefaults: {
			baseURL: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") }}',
			headers: { Accept: 'application/json' },
		},
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [{ name: 'Multi-Image Video', value: 'multiImageVideo' }],
				default: 'multiImageVideo',
			},
			...multiImageVideoDescription,
		],
	};

	/** n8n runs these in place of the routing of the operation's name. */
	customOperations = { multiImageVideo: multiImageVideoOperations };
}
