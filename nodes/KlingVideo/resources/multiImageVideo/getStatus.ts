import type { IExecutePaginationFunctions, INodePropertyOptions } from 'n8n-workflow';
import { itemForTask } from '../../output/itemForTask';
import { statusRouting, type StatusPagination } from './statusRouting';

/** A pause that the gateway asked another item for is kept for half a minute, not for hours. */
const SINGLE_CHECK = { spreadOverMs: 0, patienceMs: 30_000, limitMs: 60 * 60_000 };

const checkOnce: StatusPagination = function (this: IExecutePaginationFunctions, request) {
	return itemForTask(this, request, async (check, run) => {
		const meaning = await check(SINGLE_CHECK);
		if (run.hasEnded()) return { kind: 'stopped' };
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
