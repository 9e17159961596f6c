import type { IExecutePaginationFunctions } from 'n8n-workflow';
import { readTaskId } from '../gateway/taskId';
import type { StatusPagination } from '../operations/pagination';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { TaskKind } from '../taskKinds';

/** For hosts that run the tools of AI agents by the routing alone: there, nothing would be suspended. */
export function createRefuseAsTool(taskKind: TaskKind): StatusPagination {
	return async function (this: IExecutePaginationFunctions) {
		const { taskId } = readTaskId(this.getNodeParameter('taskId', ''));
		return [
			errorItemOrThrow(this, {
				itemIndex: this.getItemIndex(),
				problem: { kind: 'insideTool' },
				taskId,
				creates: false,
				taskKind,
				lastTask: null,
			}),
		];
	};
}
