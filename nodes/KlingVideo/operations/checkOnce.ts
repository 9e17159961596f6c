import type { IExecutePaginationFunctions } from 'n8n-workflow';
import type { CallLimits } from '../limits/rateLimiter';
import type { NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';
import { createProblemOutcome, type StoppedWait, type WaitOutcome } from '../wait/waitOutcome';
import type { StatusPagination } from './pagination';
import { runForItem } from './runForItem';
import type { CheckTask } from './statusCheck';

/**
 * A cooldown that the gateway asked another item for delays this check by half a minute at most. It
 * times out after an hour: with many items, it may be queued for that long.
 */
const SINGLE_CHECK: CallLimits = {
	spreadOverMs: 0,
	maxPauseMs: 30_000,
	timeoutMs: 60 * 60_000,
};

/** "Get Status": checks the item's task once. */
export function createCheckOnce(taskKind: TaskKind): StatusPagination {
	return function (this: IExecutePaginationFunctions, request) {
		return runForItem(this, request, taskKind, 0, checkOnce);
	};
}

async function checkOnce(check: CheckTask, run: NodeRun): Promise<WaitOutcome | StoppedWait> {
	const result = await check(SINGLE_CHECK);
	if (run.hasEnded()) return { kind: 'stopped' };
	switch (result.kind) {
		case 'task':
			return { kind: 'task', reply: result, wait: null };
		case 'transientError':
			return createProblemOutcome({ kind: 'checkFailed', cause: result.cause }, null);
		default:
			return createProblemOutcome(result, null);
	}
}
