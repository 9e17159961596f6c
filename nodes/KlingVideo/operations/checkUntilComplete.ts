import type { IExecutePaginationFunctions } from 'n8n-workflow';
import { monotonicNowMs } from '../limits/monotonicClock';
import { waitForTask } from '../wait/waitForTask';
import { readWaitPlan } from '../wait/waitPlan';
import type { StatusPagination } from './pagination';
import { runForItem } from './runForItem';

/** "Wait Until Complete": checks the item's task until it is done. */
export const checkUntilComplete: StatusPagination = function (
	this: IExecutePaginationFunctions,
	request,
) {
	const plan = readWaitPlan(this.getNodeParameter('options', {}));
	return runForItem(this, request, plan.maxWaitMs, (check, run) =>
		waitForTask(plan, {
			now: monotonicNowMs,
			wallClockNow: Date.now,
			sleep: run.sleep,
			check,
			hasEnded: run.hasEnded,
		}),
	);
};
