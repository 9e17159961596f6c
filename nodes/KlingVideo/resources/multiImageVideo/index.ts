import type { INodeProperties } from 'n8n-workflow';
import { getStatus } from './getStatus';
import { runSuspendUntilComplete, suspendPart, suspendUntilComplete } from './suspendUntilComplete';
import { suspendOptions, waitOptions } from './waitOptions';
import { waitUntilComplete } from './waitUntilComplete';

const showOnlyForMultiImageVideo = { resource: ['multiImageVideo'] };

/** The operations that are more than a request. */
export const multiImageVideoOperations = { suspendUntilComplete: runSuspendUntilComplete };

export const multiImageVideoDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: showOnlyForMultiImageVideo },
		options: [getStatus, suspendUntilComplete, waitUntilComplete],
		default: 'getStatus',
	},
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		displayOptions: { show: showOnlyForMultiImageVideo },
		default: '={{ $json.task_id || $json.data?.task_id || $json.taskId || $json.id }}',
		placeholder: 'e.g. 842250903629086785',
		hint: 'Taken from the submit call before this node, unless you change it',
		description:
			'The task_id that the submit call returned. Unless changed, it is taken from the input item. As a tool of an AI agent, let the model define this parameter.',
	},
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		displayOptions: { show: showOnlyForMultiImageVideo },
		default: false,
		description:
			'Whether to download the finished video, so that the next node can save the file. Kling deletes videos after 30 days.',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		displayOptions: { show: { ...showOnlyForMultiImageVideo, downloadVideo: [true] } },
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the output binary field to put the file in',
		description: 'Further videos of the same task get this name with _1, _2 and so on behind it',
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		displayOptions: { show: showOnlyForMultiImageVideo },
		default: true,
		description: "Whether to return a simplified version of the gateway's reply",
	},
	waitOptions,
	suspendOptions,
	suspendPart,
];
