import type { INodeProperties } from 'n8n-workflow';
import { SUSPEND_STEP_PARAMETER } from '../suspend/progressWorkflow';
import type { TaskKind } from '../taskKinds';
import { createFields } from './createFields';
import { createOptions } from './createOptions';
import { describeOperations, listOperations } from './operations';
import { operationOptions } from './operationOptions';

/** All parameters of the node, in the order of the editor. */
export function describeProperties(kinds: readonly TaskKind[]): INodeProperties[] {
	return [
		describeResources(kinds),
		...kinds.map(describeOperations),
		describeTaskPath(kinds),
		...createFields,
		...fields,
		...operationOptions,
		...createOptions,
	];
}

export function describeResources(kinds: readonly TaskKind[]): INodeProperties {
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: kinds.map(({ resource, label }) => ({ name: label, value: resource })),
		// stored workflows rely on it: it can never change
		default: 'multiImageVideo',
	};
}

export function describeTaskPath(kinds: readonly TaskKind[]): INodeProperties {
	const withoutPath = kinds.filter(({ path }) => path === null);
	return {
		displayName: 'Task Path',
		name: 'taskPath',
		type: 'string',
		required: true,
		displayOptions: { show: { resource: withoutPath.map(({ resource }) => resource) } },
		default: '',
		placeholder: 'e.g. effects',
		description:
			"The part of the gateway's address between /kling/v1/videos/ and the task ID: for kinds of tasks that are not in the list above",
	};
}

/** The node's line on the canvas: the name of its operation. */
export function createSubtitle(kinds: readonly TaskKind[]): string {
	const entries = kinds.flatMap((kind) =>
		listOperations(kind).map(({ name, value }) => [`${kind.resource} ${value}`, name]),
	);
	const names = JSON.stringify(Object.fromEntries(entries));
	return `={{ (${names})[$parameter["resource"] + " " + $parameter["operation"]] }}`;
}

/** The operations on a task that was submitted before. */
const showForTaskId = {
	show: { operation: ['getStatus', 'waitUntilComplete', 'suspendUntilComplete'] },
};

/** What can end with a video that is done. A task that was submitted a moment ago has none. */
const SHOWN_WITH_VIDEO: Array<Record<string, string[]>> = [
	showForTaskId.show,
	{ operation: ['create'], afterSubmit: ['wait', 'suspend'] },
];

export const downloadVideo: INodeProperties = {
	displayName: 'Download Video',
	name: 'downloadVideo',
	type: 'boolean',
	default: false,
	description:
		'Whether to download the finished video, so that the next node can save the file. Kling deletes videos after 30 days.',
};

export const binaryPropertyName: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
	description: 'Further videos of the same task get this name with _1, _2 and so on behind it',
};

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: "Whether to return a simplified version of the gateway's reply",
};

/** The fields that are the same for every kind of task. */
const fields: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		displayOptions: showForTaskId,
		default: '={{ $json.task_id || $json.data?.task_id || $json.taskId || $json.id }}',
		placeholder: 'e.g. 842250903629086785',
		description:
			'The task_id that the submit call returned. Unless you change it, it is taken from the input item. As a tool of an AI agent, let the model define this parameter.',
	},
	...SHOWN_WITH_VIDEO.flatMap((show): INodeProperties[] => [
		{ ...downloadVideo, displayOptions: { show } },
		{ ...binaryPropertyName, displayOptions: { show: { ...show, downloadVideo: [true] } } },
	]),
	simplify,
	{
		displayName: 'Suspend Step',
		name: SUSPEND_STEP_PARAMETER,
		type: 'hidden',
		displayOptions: { show: { operation: ['suspendUntilComplete'] } },
		default: 'start',
	},
];
