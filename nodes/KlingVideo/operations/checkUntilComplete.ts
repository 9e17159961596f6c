import type { IExecutePaginationFunctions } from 'n8n-workflow';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { TaskKind } from '../taskKinds';
import { waitForTask } from '../wait/waitForTask';
import { readWaitPlan } from '../wait/waitPlan';
import type { StatusPagination } from './pagination';
import { runForItem } from './runForItem';

/** "Wait Until Complete": checks the item's task until it is done. */
export function createCheckUntilComplete(taskKind: TaskKind): StatusPagination {
	return function (this: IExecutePaginationFunctions, request) {
		const plan = readWaitPlan(this.getNodeParameter('options', {}));
		return runForItem(this, request, taskKind, plan.maxWaitMs, (check, run) =>
			waitForTask(plan, {
				now: monotonicNowMs,
				wallClockNow: Date.now,
				sleep: run.sleep,
				check,
				hasEnded: run.hasEnded,
			}),
		);
	};
}
