import { describeIfTransient, type CheckResult, type TaskReply } from '../gateway/checkResult';
import { getTaskPhase } from '../gateway/task';
import type { Problem } from '../problems/problem';
import type { CheckHistory } from './checkHistory';
import type { WaitPlan } from './waitPlan';

/** A gateway may say SUCCESS a moment before it has the URL. */
const MAX_CHECKS_WITHOUT_VIDEO = 4;

/** How a wait, or a single check, has ended. */
export type WaitOutcome =
	/** `wait` is null for a single check. */
	| { kind: 'task'; reply: TaskReply; wait: WaitSummary | null }
	| { kind: 'problem'; problem: Problem; lastReply: TaskReply | null };

/** The run was ended by "Stop", or by another item's error: there is no outcome. */
export interface StoppedWait {
	kind: 'stopped';
}

/** What the waiting operations add to their output. */
export interface WaitSummary {
	checks: number;
	waitedSeconds: number;
	timedOut: boolean;
}

/** A wait after a check. */
export interface CheckedWait {
	plan: WaitPlan;
	/** All checks, the last one included. */
	history: CheckHistory;
	/** The last check. */
	result: CheckResult;
	waitedMs: number;
}

/**
 * Decides whether a wait ends with its last check, and how.
 *
 * @returns null when the task has to be checked again
 */
export function decideOutcome(wait: CheckedWait): WaitOutcome | null {
	const { plan, history, result } = wait;
	const { failedChecks, lastReply } = history;
	if (result.kind === 'task') return decideByTask(wait, result);

	const cause = readTransientCause(history, result);
	if (cause !== null) {
		return failedChecks <= plan.maxFailedChecks
			? null
			: createProblemOutcome({ kind: 'tooManyFailedChecks', cause, failedChecks }, lastReply);
	}
	return result.kind === 'transientError' ? null : createProblemOutcome(result, lastReply);
}

/**
 * What was wrong with a check after which a wait goes on: a transient error, or, once a check has gone
 * well, a permanent one that may be passing after all.
 *
 * @returns null if nothing was, or if it does not pass
 */
export function readTransientCause(
	{ lastReply }: CheckHistory,
	result: CheckResult,
): string | null {
	switch (result.kind) {
		case 'task':
			return null;
		case 'transientError':
			return result.cause;
		default:
			return lastReply === null ? null : describeIfTransient(result);
	}
}

/** How a wait ends whose time is up, if its last check has not ended it. */
export function createTimeoutOutcome(wait: CheckedWait): WaitOutcome {
	const { plan, history, result } = wait;
	const { lastReply } = history;
	if (result.kind === 'task' && getTaskPhase(result.task) === 'succeededWithoutVideo') {
		return createProblemOutcome({ kind: 'succeededWithoutVideo' }, lastReply);
	}
	if (lastReply !== null && plan.onTimeout === 'returnLastStatus') {
		return { kind: 'task', reply: lastReply, wait: summarize(wait, true) };
	}
	const cause = readTransientCause(history, result);
	const maxWaitMinutes = plan.maxWaitMs / 60_000;
	return createProblemOutcome({ kind: 'timedOut', maxWaitMinutes, cause }, lastReply);
}

function decideByTask(wait: CheckedWait, reply: TaskReply): WaitOutcome | null {
	const phase = getTaskPhase(reply.task);
	switch (phase) {
		case 'running':
			return null;
		case 'succeeded':
			return { kind: 'task', reply, wait: summarize(wait, false) };
		case 'failed':
			return wait.plan.onFailure === 'returnTask'
				? { kind: 'task', reply, wait: summarize(wait, false) }
				: createProblemOutcome({ kind: 'taskFailed', reason: reply.task.failureReason }, reply);
		case 'succeededWithoutVideo':
			return wait.history.checksWithoutVideo < MAX_CHECKS_WITHOUT_VIDEO
				? null
				: createProblemOutcome({ kind: phase }, reply);
	}
}

/** The outcome of a wait, or of a single check, that cannot give what it was for. */
export function createProblemOutcome(problem: Problem, lastReply: TaskReply | null): WaitOutcome {
	return { kind: 'problem', problem, lastReply };
}

function summarize({ history, waitedMs }: CheckedWait, timedOut: boolean): WaitSummary {
	return {
		checks: history.checks,
		waitedSeconds: Math.round(waitedMs / 100) / 10,
		timedOut,
	};
}
