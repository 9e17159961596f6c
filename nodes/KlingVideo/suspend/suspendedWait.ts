import type { IDataObject } from 'n8n-workflow';
import type { CheckResult } from '../gateway/checkResult';
import { getTaskPhase } from '../gateway/task';
import { findParameterProblem, getTaskId, readItemParameters } from '../operations/itemParameters';
import type { Problem } from '../problems/problem';
import { sanitizeText } from '../reading/untrustedText';
import type { TaskKind } from '../taskKinds';
import { NO_CHECKS, recordCheck } from '../wait/checkHistory';
import {
	createProblemOutcome,
	createTimeoutOutcome,
	decideOutcome,
	readTransientCause,
} from '../wait/waitOutcome';
import { readWaitPlan } from '../wait/waitPlan';
import { STORED_WAIT_VERSION, type PendingSubmit, type StoredWait } from './storedWait';

export type StartedWait = Pick<StoredWait, 'parentExecutionId' | 'startedAtMs'>;

/** A wait that begins. One whose Task ID or Task Path cannot be used ends at once. */
export function startWait(
	started: StartedWait & Pick<StoredWait, 'parameters' | 'plan'>,
): StoredWait {
	const problem = findParameterProblem(started.parameters);
	return {
		...createWait(started),
		outcome: problem === null ? null : createProblemOutcome(problem, null),
	};
}

/** A wait whose task is still to be created. */
export function startPendingWait(
	started: StartedWait & Pick<StoredWait, 'parameters' | 'plan'>,
	pending: Pick<PendingSubmit, 'submission' | 'maxTasksAtOnce' | 'maxQueueMs'>,
	isCalledBack: boolean,
): StoredWait {
	const pendingSubmit = { ...pending, failedConnections: 0, blockedSinceMs: null };
	return { ...createWait(started), isCalledBack, pendingSubmit };
}

/** A wait that has ended before it began. */
export function startEndedWait(
	started: StartedWait & Pick<StoredWait, 'parameters'>,
	problem: Problem,
): StoredWait {
	return endWait(createWait({ ...started, plan: readWaitPlan({}) }), problem);
}

function createWait(started: StartedWait & Pick<StoredWait, 'parameters' | 'plan'>): StoredWait {
	return {
		...started,
		version: STORED_WAIT_VERSION,
		history: NO_CHECKS,
		lastCause: null,
		cooldownUntilMs: 0,
		isCalledBack: false,
		pendingSubmit: null,
		outcome: null,
	};
}

/** A wait that cannot begin: an expression in the node's fields failed. */
export function startUnreadableWait(
	taskKind: TaskKind,
	started: StartedWait,
	cause: string,
): StoredWait {
	const parameters = readItemParameters(taskKind, {}, (_, fallback) => fallback);
	return startEndedWait({ ...started, parameters }, { kind: 'unreadableParameters', cause });
}

/** The wait when it cannot go on. */
export function endWait(wait: StoredWait, problem: Problem): StoredWait {
	return { ...wait, pendingSubmit: null, outcome: createProblemOutcome(problem, null) };
}

/**
 * Whether the progress workflow submits what is still to be created, before its first pause: Kling is to
 * call its address.
 */
export function isSubmittedByProgress(waits: StoredWait[]): boolean {
	return waits.some(({ isCalledBack, pendingSubmit }) => isCalledBack && pendingSubmit !== null);
}

export function hasEnded({ outcome }: StoredWait): boolean {
	return outcome !== null;
}

/** @returns when the plan's time is up, in milliseconds since 1970: the first check from then on is the last */
export function getDeadlineMs({ startedAtMs, plan }: StoredWait): number {
	return startedAtMs + plan.maxWaitMs;
}

/**
 * The wait after a check.
 *
 * @param isLastCheck whether its time was up when the check was made
 */
export function addCheck(
	wait: StoredWait,
	result: CheckResult,
	isLastCheck: boolean,
	nowMs: number,
): StoredWait {
	const { plan, startedAtMs } = wait;
	const history = recordCheck(wait.history, result);
	const checked = { plan, history, result, waitedMs: nowMs - startedAtMs };
	const isRateLimited = result.kind === 'transientError' && result.isRateLimited;
	return {
		...wait,
		history,
		lastCause: readTransientCause(history, result),
		cooldownUntilMs: isRateLimited ? nowMs + (result.retryAfterMs ?? 0) : 0,
		outcome: decideOutcome(checked) ?? (isLastCheck ? createTimeoutOutcome(checked) : null),
	};
}

/** What people see of the task at the node that waits, while it is suspended. */
export function createWaitingItem(wait: StoredWait): IDataObject {
	const waitStartedAt = new Date(wait.startedAtMs).toISOString();
	return { ...createProgressItem(wait, false), waitStartedAt };
}

/**
 * What people see of the task who look at the execution that shows the progress. From n8n 2.41 on,
 * it can become the output of the node that waits, if n8n ended in the middle of a check: it must be
 * true there as well.
 */
export function createProgressItem(wait: StoredWait, allDone: boolean): IDataObject {
	const task = wait.history.lastReply?.task ?? null;
	const phase = task === null ? 'running' : getTaskPhase(task);
	return {
		progress: describeProgress(wait),
		taskId: getTaskId(wait.parameters),
		// the progress workflow's nodes read it, as they read the Task ID
		...(wait.parameters.path !== null && { taskPath: wait.parameters.path.taskPath }),
		status: task?.status ?? null,
		done: phase !== 'running',
		succeeded: phase === 'succeeded',
		videoUrl: task?.videos[0]?.url ?? null,
		allDone,
	};
}

function describeProgress({ parameters, history, lastCause, outcome }: StoredWait): string {
	const taskId = getTaskId(parameters);
	if (taskId === null) {
		return outcome === null
			? 'Waits for a free place: nothing was submitted so far'
			: 'Ended: nothing was submitted';
	}
	const task = `Task ${sanitizeText(taskId)}`;
	const checks = history.checks === 1 ? '1 check' : `${history.checks} checks`;
	if (outcome?.kind === 'problem' && outcome.problem.kind !== 'taskFailed') {
		return `${task}: ended without a video after ${checks}`;
	}
	if (parameters.creates && history.checks === 0) return `${task}: submitted, not checked yet`;
	const lastTask = history.lastReply?.task ?? null;
	const progress =
		lastTask === null || lastTask.progress === null ? '' : ` (${lastTask.progress}%)`;
	const status = lastTask === null ? 'not known yet' : `${lastTask.status}${progress}`;
	const last = lastCause === null ? '' : `; the last check went wrong: ${lastCause}`;
	return `${task}: ${status} after ${checks}${last}`;
}
