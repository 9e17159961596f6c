import type { INodeProperties } from 'n8n-workflow';
import { getStatus } from './getStatus';
import { waitOptions, waitUntilComplete } from './waitUntilComplete';

const showOnlyForMultiImageVideo = { resource: ['multiImageVideo'] };

export const multiImageVideoDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: showOnlyForMultiImageVideo },
		options: [getStatus, waitUntilComplete],
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
		description:
			'The task_id that the submit call returned. Unless changed, it is taken from the input item. As a tool of an AI agent, let the model define this parameter.',
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
];
