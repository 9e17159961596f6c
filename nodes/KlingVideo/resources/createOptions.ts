import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_QUEUE_MINUTES, MAX_QUEUE_MINUTES } from '../submit/createParameters';
import type { AfterSubmit } from './createFields';
import {
	describeOptions,
	maxDownloadSize,
	maxFailedChecks,
	maxWait,
	onFailure,
	onTimeout,
	pollingInterval,
} from './operationOptions';
import { showForCreate } from './showForCreate';

const WAITING: readonly AfterSubmit[] = ['wait', 'suspend'];
const ALL: readonly AfterSubmit[] = [...WAITING, 'returnTask'];

const useCallback: INodeProperties = {
	displayName: 'Use Callback',
	name: 'useCallback',
	type: 'options',
	options: [
		{
			name: 'Always',
			value: 'always',
			description:
				"Also where n8n's address looks like one of your own network, such as localhost: for a tunnel or a proxy that lets Kling through",
		},
		{
			name: 'Automatic',
			value: 'automatic',
			description: "Where n8n's address is one that others can reach",
		},
		{
			name: 'Never',
			value: 'never',
			description: 'Check every 33 seconds instead',
		},
	],
	default: 'automatic',
	description:
		'Whether Kling calls n8n when a video is ready, so that the workflow goes on at once. Checks go on as well, in case a call gets lost.',
};

/** Each option with when it counts, in alphabetical order. */
const OPTIONS: ReadonlyArray<readonly [INodeProperties, readonly AfterSubmit[]]> = [
	[
		{
			displayName: 'Additional Fields (JSON)',
			name: 'additionalFields',
			type: 'json',
			default: '{}',
			description:
				"More fields for the body of the submit call, by the names of Kling's API. One that this node sends as well is sent as it stands here.",
		},
		ALL,
	],
	[
		{
			displayName: 'Callback URL',
			name: 'callbackUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/webhook/kling',
			description:
				'An address that Kling calls when the status of the task changes. It has to be open to the internet.',
		},
		['returnTask'],
	],
	[
		{
			displayName: 'Camera Control (JSON)',
			name: 'cameraControl',
			type: 'json',
			displayOptions: { show: { '/resource': ['textToVideo', 'imageToVideo'] } },
			default: '',
			description:
				'How the camera moves, as "camera_control" of Kling\'s API, such as {"type": "simple", "config": {"zoom": 5}}. Few models know it.',
		},
		ALL,
	],
	[
		{
			displayName: 'CFG Scale',
			name: 'cfgScale',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			displayOptions: { show: { '/resource': ['omniVideo', 'textToVideo', 'imageToVideo'] } },
			default: 0.5,
			description:
				'How closely the video follows the prompt, from 0 to 1. Not every model knows it.',
		},
		ALL,
	],
	[
		{
			displayName: 'External Task ID',
			name: 'externalTaskId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order-1234',
			description:
				'An ID of your own for the task, which has to differ for each video. Without this option the node makes one.',
		},
		ALL,
	],
	[maxDownloadSize, WAITING],
	[maxFailedChecks, WAITING],
	[
		{
			displayName: 'Max Queue Time (Minutes)',
			name: 'maxQueueMinutes',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: MAX_QUEUE_MINUTES, numberPrecision: 2 },
			default: DEFAULT_QUEUE_MINUTES,
			description:
				"How long to wait for a free place at Kling while none of the node's own videos gets done. With 0 the node does not wait for one. Waiting for a place costs nothing.",
		},
		ALL,
	],
	[
		{
			displayName: 'Max Tasks at Once',
			name: 'maxTasksAtOnce',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 5,
			description:
				'How many videos of this node Kling makes at a time. Without this option, as many as the gateway takes.',
		},
		WAITING,
	],
	[
		{
			...maxWait,
			description:
				'How long to wait for a video, counted from the moment it was submitted. 0 means 1440 minutes, the longest wait. The video itself goes on, and is paid for.',
		},
		WAITING,
	],
	[
		{
			displayName: 'Negative Prompt',
			name: 'negativePrompt',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. blur, text, watermark',
			description: 'What the video should not show, in up to 2,500 characters',
		},
		ALL,
	],
	[onFailure, WAITING],
	[onTimeout, WAITING],
	[pollingInterval, ['wait']],
	[useCallback, ['suspend']],
];

/** The options of "Create": other ones for each thing that it can do after submitting. */
export const createOptions: INodeProperties[] = ALL.map((afterSubmit) =>
	describeOptions(
		'create',
		OPTIONS.filter(([, countsFor]) => countsFor.includes(afterSubmit)).map(([option]) => option),
		{ ...showForCreate().show, afterSubmit: [afterSubmit] },
	),
);
