import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { BASE_URL_EXPRESSION, CREDENTIAL_TYPE, REQUEST_HEADERS } from './gateway/gatewayRequest';
import { createCustomOperations } from './resources/operations';
import { createSubtitle, describeProperties } from './resources/properties';
import { TASK_KINDS } from './taskKinds';

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
		subtitle: createSubtitle(TASK_KINDS),
		description: 'Wait for a Kling video on the EZModel gateway and get its URL or file',
		defaults: { name: 'Kling Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		requestDefaults: { baseURL: BASE_URL_EXPRESSION, headers: REQUEST_HEADERS },
		properties: describeProperties(TASK_KINDS),
	};

	/** n8n runs these in place of the routing of the operation's name. */
	customOperations = createCustomOperations(TASK_KINDS);
}
