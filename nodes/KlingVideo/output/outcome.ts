import type { TaskSeen } from '../gateway/meaning';
import type { WaitPlan } from '../wait/plan';
import type { WaitResult } from '../wait/waitForTask';
import type { WaitFigures } from './simplify';
import type { Situation } from './situation';

/** What an operation found out about one task. */
export type Outcome =
	| { kind: 'task'; seen: TaskSeen; wait: WaitFigures | null }
	| { kind: 'situation'; situation: Situation; seen: TaskSeen | null }
	/** Nobody waits for it any more. */
	| { kind: 'stopped' };

/** What the plan makes of how a wait ended. */
export function outcomeOf(result: WaitResult, plan: WaitPlan): Outcome {
	if (result.kind === 'stopped') return result;
	const { seen } = result;
	const wait = {
		checks: result.checks,
		waitedSeconds: Math.round(result.waitedMs / 100) / 10,
		timedOut: result.kind === 'timedOut',
	};
	switch (result.kind) {
		case 'succeeded':
			return { kind: 'task', seen: result.seen, wait };
		case 'failed': {
			if (plan.onFailure === 'returnTask') return { kind: 'task', seen: result.seen, wait };
			const reason = result.seen.task.failureReason;
			return { kind: 'situation', situation: { kind: 'failed', reason }, seen };
		}
		case 'timedOut': {
			if (seen !== null && plan.onTimeout === 'returnLastStatus')
				return { kind: 'task', seen, wait };
			const { cause } = result;
			const maxWaitMinutes = plan.maxWaitMs / 60_000;
			return { kind: 'situation', situation: { kind: 'timedOut', maxWaitMinutes, cause }, seen };
		}
		case 'refused':
			return { kind: 'situation', situation: result.refusal, seen };
		case 'tooMuchTrouble': {
			const { cause, failedChecks } = result;
			return { kind: 'situation', situation: { kind: result.kind, cause, failedChecks }, seen };
		}
		case 'succeededWithoutVideo':
			return { kind: 'situation', situation: { kind: result.kind }, seen };
	}
}
