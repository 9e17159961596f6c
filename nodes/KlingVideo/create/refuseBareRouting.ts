import type { IExecutePaginationFunctions } from 'n8n-workflow';
import type { StatusPagination } from '../operations/pagination';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { TaskKind } from '../taskKinds';

/**
 * For hosts that run a node by its routing alone, such as older n8n does with the tools of AI agents:
 * there, a task would be submitted, paid and forgotten.
 */
export function createRefuseBareRouting(taskKind: TaskKind): StatusPagination {
	return async function (this: IExecutePaginationFunctions) {
		return [
			errorItemOrThrow(this, {
				itemIndex: this.getItemIndex(),
				problem: { kind: 'createNotInTool' },
				taskId: null,
				creates: true,
				taskKind,
				lastTask: null,
			}),
		];
	};
}
