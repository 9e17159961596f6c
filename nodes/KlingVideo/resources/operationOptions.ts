import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_MAX_DOWNLOAD_MEGABYTES } from '../download/downloadFiles';
import {
	DEFAULT_FAILED_CHECKS,
	DEFAULT_WAIT_MINUTES,
	MAX_FAILED_CHECKS,
	MAX_WAIT_MINUTES,
} from '../wait/waitPlan';

/** Every operation has it. */
export const maxDownloadSize: INodeProperties = {
	displayName: 'Max Download Size (MB)',
	name: 'maxDownloadMegabytes',
	type: 'number',
	typeOptions: { minValue: 1 },
	displayOptions: { show: { '/downloadVideo': [true] } },
	default: DEFAULT_MAX_DOWNLOAD_MEGABYTES,
	description:
		'How large the videos of a task may be, all together. A download that gets larger is ended.',
};

export const maxFailedChecks: INodeProperties = {
	displayName: 'Max Failed Checks',
	name: 'maxFailedChecks',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_FAILED_CHECKS },
	default: DEFAULT_FAILED_CHECKS,
	description:
		'How many checks in a row may fail for reasons that pass, such as a busy gateway or a lost connection. The gap grows with each of them.',
};

export const maxWait: INodeProperties = {
	displayName: 'Max Wait (Minutes)',
	name: 'maxWaitMinutes',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_WAIT_MINUTES, numberPrecision: 2 },
	default: DEFAULT_WAIT_MINUTES,
	description:
		'How long to wait for the video, counted from the moment the node starts. 0 means 1440 minutes, the longest wait.',
};

export const onFailure: INodeProperties = {
	displayName: 'On Failed Task',
	name: 'onFailure',
	type: 'options',
	options: [
		{
			name: 'Return the Task',
			value: 'returnTask',
			description: 'Give an item whose "succeeded" is false and that holds the reason',
		},
		{
			name: 'Throw an Error',
			value: 'error',
			description:
				'End the node with the reason. To keep the other items, set "On Error" in the node\'s settings to "Continue (using error output)".',
		},
	],
	default: 'error',
	description: 'What to do when Kling could not make the video',
};

export const onTimeout: INodeProperties = {
	displayName: 'On Timeout',
	name: 'onTimeout',
	type: 'options',
	options: [
		{
			name: 'Return Last Status',
			value: 'returnLastStatus',
			description: 'Give an item with the last status, whose "wait.timedOut" is true',
		},
		{
			name: 'Throw an Error',
			value: 'error',
			description:
				'End the node. To keep the other items, set "On Error" in the node\'s settings to "Continue (using error output)".',
		},
	],
	default: 'error',
	description: 'What to do when the task is not done after Max Wait',
};

/** "On Error" is not among them: it is a setting of n8n's own. */
const options: INodeProperties[] = [
	maxDownloadSize,
	maxFailedChecks,
	maxWait,
	onFailure,
	onTimeout,
];

export const pollingInterval: INodeProperties = {
	displayName: 'Polling Interval (Seconds)',
	name: 'pollingInterval',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 10,
	description:
		'Time between two checks of a task. Without this option the node checks when a video is likely to be ready: every 5 to 15 seconds, by the age of the task.',
};

/** The options of each operation, for every kind of task. A single check has none unless it downloads. */
export const operationOptions: INodeProperties[] = [
	describeOptions('getStatus', [maxDownloadSize], { downloadVideo: [true] }),
	describeOptions('waitUntilComplete', [...options, pollingInterval]),
	describeOptions('suspendUntilComplete', options),
];

/** @param shownFor the values of other parameters that it is shown for as well */
export function describeOptions(
	operation: string,
	options: INodeProperties[],
	shownFor: NonNullable<INodeProperties['displayOptions']>['show'] = {},
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { operation: [operation], ...shownFor } },
		options,
	};
}
