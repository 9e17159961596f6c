import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { BASE_URL_EXPRESSION, CREDENTIAL_TYPE, REQUEST_HEADERS } from './gateway/gatewayRequest';
import { createCustomOperations } from './resources/operations';
import { createSubtitle, describeProperties } from './resources/properties';
import { SEARCH_MODELS, searchModels } from './resources/searchModels';
import { TWO_EXECUTIONS_HINT, WAITING_TEXT } from './resources/suspendedTexts';
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
		description:
			'Create Kling videos on the EZModel gateway, wait for them, and get their URLs or files',
		defaults: { name: 'Kling Video' },
		usableAsTool: {
			replacements: {
				description:
					'Creates a Kling video from a prompt and images, waits some minutes until it is complete, and returns its URL. Each video costs money: create one only if it was asked for. Can also check a video that was created before, by its task ID.',
			},
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		requestDefaults: { baseURL: BASE_URL_EXPRESSION, headers: REQUEST_HEADERS },
		waitingNodeTooltip: WAITING_TEXT,
		hints: [
			{
				message:
					'"Retry On Fail" is safe here: it goes on with the videos that were submitted, and does not pay for them again. Only a video that Kling could not make is submitted anew.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
				displayCondition: '={{ $parameter["operation"] === "create" }}',
			},
			TWO_EXECUTIONS_HINT,
		],
		properties: describeProperties(TASK_KINDS),
	};

	methods = { listSearch: { [SEARCH_MODELS]: searchModels } };

	/** n8n runs these in place of the routing of the operation's name. */
	customOperations = createCustomOperations(TASK_KINDS);
}
