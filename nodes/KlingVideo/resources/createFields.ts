import type { INodeProperties } from 'n8n-workflow';
import { MAX_DURATION_SECONDS, type CreatableKind } from '../submit/submitBody';
import { imageFields } from './imageFields';
import { SUSPEND_DESCRIPTION, WAIT_DESCRIPTION } from './operations';
import { SEARCH_MODELS } from './searchModels';
import { showForCreate } from './showForCreate';

// The fields of "Create", in the order of the editor. Where kinds of tasks differ in a field, there are
// several of its name, of which n8n shows one. `routing.send` says what a field is in the body of the
// submit call; the call itself is sent by create/, which has to know more than a routing can say.

/** What becomes of a task once Kling has accepted it. */
export type AfterSubmit = 'wait' | 'suspend' | 'returnTask';

const WHICH_MODEL =
	'Which of Kling\'s models makes the video. The list has those that your API token may use; "By Name" takes any other.';

export const createFields: INodeProperties[] = [
	describeModel(['omniVideo'], 'kling-v3-omni', WHICH_MODEL),
	describeModel(['textToVideo', 'imageToVideo'], 'kling-v3', WHICH_MODEL),
	describeModel(
		['multiImageVideo'],
		'kling-v1-6',
		'Which of Kling\'s models makes the video. Kling has retired kling-v1-6, the only one that is known to make it from several images in this way: if the gateway does not offer it, change Resource to "Omni Video".',
	),
	{
		...describePrompt(['textToVideo', 'imageToVideo', 'multiImageVideo']),
		required: true,
		description: 'What the video shows, in up to 2,500 characters',
	},
	{
		// the shots of a film have prompts of their own, in the additional fields
		...describePrompt(['omniVideo']),
		description:
			'What the video shows, in up to 2,500 characters. Name the images by their place: &lt;&lt;&lt;image_1&gt;&gt;&gt; is the first one.',
	},
	...imageFields,
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		displayOptions: showForCreate(),
		options: [
			{ name: 'Standard', value: 'std', description: 'Costs least' },
			{ name: 'Professional', value: 'pro', description: 'A better picture, for a higher price' },
			{
				name: '4K',
				value: '4k',
				description: 'The highest resolution, which few models and gateways offer',
			},
		],
		default: 'std',
		description: 'How good the picture is, which also decides what the video costs',
		routing: { send: { type: 'body', property: 'mode' } },
	},
	{
		displayName: 'Duration (Seconds)',
		name: 'duration',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_DURATION_SECONDS, numberPrecision: 0 },
		displayOptions: showForCreate(),
		default: 5,
		description:
			'How long the video is. Every model makes 5 and 10 seconds, kling-v3-omni all from 3 to 15.',
		// the gateway fails on a number
		routing: { send: { type: 'body', property: 'duration', value: '={{ String($value) }}' } },
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		displayOptions: showForCreate(),
		options: [
			{ name: '16:9 (Landscape)', value: '16:9' },
			{ name: '9:16 (Portrait)', value: '9:16' },
			{ name: '1:1 (Square)', value: '1:1' },
		],
		default: '16:9',
		description:
			'The shape of the video. One that begins with an image may get the shape of that instead.',
		routing: { send: { type: 'body', property: 'aspect_ratio' } },
	},
	{
		displayName: 'Sound',
		name: 'sound',
		type: 'boolean',
		displayOptions: showForCreate(['omniVideo', 'textToVideo', 'imageToVideo']),
		default: false,
		description:
			'Whether the video has sound. Not every model makes it, and it can raise the price.',
		routing: { send: { type: 'body', property: 'sound', value: '={{ $value ? "on" : "off" }}' } },
	},
	{
		displayName: 'After Submitting',
		name: 'afterSubmit',
		type: 'options',
		noDataExpression: true,
		displayOptions: showForCreate(),
		options: [
			{ name: 'Wait Until Complete', value: 'wait', description: WAIT_DESCRIPTION },
			{ name: 'Suspend Until Complete', value: 'suspend', description: SUSPEND_DESCRIPTION },
			{
				name: 'Return the Task ID',
				value: 'returnTask',
				description: 'Goes on at once: another node gets the video later, by the ID of its task',
			},
		],
		default: 'wait',
		description:
			'What the node does when Kling has accepted the video. From then on the video is paid for, whether anybody waits for it or not.',
	},
];

function describeModel(
	kinds: CreatableKind[],
	model: string,
	description: string,
): INodeProperties {
	return {
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		displayOptions: showForCreate(kinds),
		default: { mode: 'list', value: model, cachedResultName: model },
		description,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: SEARCH_MODELS, searchable: true },
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. kling-v3-omni',
			},
		],
		routing: { send: { type: 'body', property: 'model' } },
	};
}

function describePrompt(kinds: CreatableKind[]): INodeProperties {
	return {
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		displayOptions: showForCreate(kinds),
		default: '',
		placeholder: 'e.g. A cat walks through a garden at sunset',
		routing: { send: { type: 'body', property: 'prompt' } },
	};
}
