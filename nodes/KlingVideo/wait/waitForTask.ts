import type { CheckResult, TaskReply } from '../gateway/checkResult';
import type { CallLimits } from '../limits/rateLimiter';
import { NO_CHECKS, recordCheck } from './checkHistory';
import { nextCheckGapMs } from './schedule';
import {
	createTimeoutOutcome,
	decideOutcome,
	type StoppedWait,
	type WaitOutcome,
} from './waitOutcome';
import type { WaitPlan } from './waitPlan';

/** How long a check may take that is in flight when time is up, or is made then. */
export const LAST_CHECK_MS = 10_000;

/** The checks of many tasks start together; over so many checks they are spread out more and more. */
const SPREAD_AFTER_CHECKS = 10;

/** A `submit_time` further back than this says more about a clock than about the task. */
const MAX_PLAUSIBLE_AGE_MS = 24 * 60 * 60_000;

/** What the loop needs from outside, so that a test can run a wait of hours on a virtual clock. */
export interface WaitDependencies {
	/** Milliseconds by a monotonic clock. */
	now(): number;
	/** Milliseconds since 1970, to compare with the task's own times. */
	wallClockNow(): number;
	/** Resolves after `ms`, or when the wait is stopped; never throws. */
	sleep(ms: number): Promise<void>;
	/** Checks the task once; never throws. */
	check(limits: CallLimits): Promise<CheckResult>;
	/** Whether the wait was stopped. */
	hasEnded(): boolean;
}

/**
 * Checks a task until it is done, the plan's time is up, or a further check cannot help.
 *
 * Ends within `LAST_CHECK_MS` after the plan's deadline, whatever the gateway sends.
 *
 * @param elapsedMs how much of the plan's time is over when it begins; one check is made in any case
 */
export async function waitForTask(
	plan: WaitPlan,
	deps: WaitDependencies,
	elapsedMs = 0,
): Promise<WaitOutcome | StoppedWait> {
	const startedAtMs = deps.now() - elapsedMs;
	const startedAtWallMs = deps.wallClockNow() - elapsedMs;
	const deadlineMs = startedAtMs + plan.maxWaitMs;
	let history = NO_CHECKS;
	let gapMs = 0;
	let isLastCheck = false;

	while (!deps.hasEnded()) {
		const maxPauseMs = Math.max(deadlineMs - deps.now(), 0);
		const result = await deps.check({
			// the first check finds tasks that have long been done, and the last one cannot come later
			spreadOverMs: isLastCheck ? 0 : gapMs * Math.min(history.checks / SPREAD_AFTER_CHECKS, 1),
			maxPauseMs,
			timeoutMs: maxPauseMs + LAST_CHECK_MS,
		});
		if (deps.hasEnded()) break;

		history = recordCheck(history, result);
		const nowMs = deps.now();
		const remainingMs = deadlineMs - nowMs;
		const wait = { plan, history, result, waitedMs: nowMs - startedAtMs };
		const outcome = decideOutcome(wait);
		if (outcome !== null) return outcome;
		if (isLastCheck || remainingMs <= 0) return createTimeoutOutcome(wait);

		gapMs = nextCheckGapMs({
			intervalMs: plan.intervalMs,
			ageMs: nowMs - startedAtMs + readAgeAtStartMs(history.lastReply, startedAtWallMs),
			failedChecks: history.failedChecks,
		});
		isLastCheck = gapMs >= remainingMs;
		await deps.sleep(Math.min(gapMs, remainingMs));
	}
	return { kind: 'stopped' };
}

/** The task existed before the wait began: a later time, or one that is days back, is a wrong clock. */
function readAgeAtStartMs(reply: TaskReply | null, startedAtWallMs: number): number {
	const submittedAtMs = reply?.task.submittedAtMs ?? null;
	if (submittedAtMs === null) return 0;
	const ageMs = startedAtWallMs - submittedAtMs;
	return ageMs >= 0 && ageMs <= MAX_PLAUSIBLE_AGE_MS ? ageMs : 0;
}
