import type { IExecutePaginationFunctions, INodePropertyOptions } from 'n8n-workflow';
import { itemForTask } from '../../output/itemForTask';
import { statusRouting, type StatusPagination } from './statusRouting';

const checkOnce: StatusPagination = async function (this: IExecutePaginationFunctions, request) {
	return await itemForTask(this, request, async (check, signal) => {
		const meaning = await check();
		if (signal.aborted) return { kind: 'stopped' };
		switch (meaning.kind) {
			case 'task':
				return { kind: 'task', seen: meaning, wait: null };
			case 'trouble': {
				const { cause } = meaning;
				return { kind: 'situation', situation: { kind: 'checkWentWrong', cause }, seen: null };
			}
			default:
				return { kind: 'situation', situation: meaning, seen: null };
		}
	});
};

export const getStatus: INodePropertyOptions = {
	name: 'Get Multi-Image Video Status',
	value: 'getStatus',
	action: 'Get multi-image video status',
	description: 'Ask once how far a task is, without waiting',
	routing: statusRouting(checkOnce),
};
