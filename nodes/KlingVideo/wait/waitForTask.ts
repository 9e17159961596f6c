import type { Meaning, TaskSeen } from '../gateway/meaning';
import type { WaitPlan } from './plan';
import type { Turn } from '../run/pace';
import { gapToNextCheckMs } from './schedule';
import { count, NO_CHECKS, verdictOn, type WaitEnd } from './verdict';

/** How long a check may take that is under way when time is up, or is made then. */
export const LAST_CHECK_MS = 10_000;

/** The checks of many tasks begin as one wave and drift apart over so many of them, unnoticed. */
const SPREAD_AFTER_CHECKS = 10;

/** A `submit_time` further back than this says more about a clock than about the task. */
const OLDEST_SANE_AGE_MS = 24 * 60 * 60_000;

/** What the loop leaves to others, so that a wait of minutes can be tried out in no time. */
export interface Surroundings {
	/** Milliseconds since 1970. */
	now(): number;
	/** Ends after `ms`, or when the wait is stopped; never throws. */
	sleep(ms: number): Promise<void>;
	/** Asks the gateway once; never throws. */
	check(turn: Turn): Promise<Meaning>;
	/** Whether nobody waits any more. */
	hasEnded(): boolean;
}

export type WaitResult = WaitEnd & { checks: number; waitedMs: number };

/**
 * Checks a task until it is done, the plan's time is up, or there is no point in going on.
 *
 * Ends within `LAST_CHECK_MS` after the plan's deadline, whatever the gateway sends.
 */
export async function waitForTask(plan: WaitPlan, around: Surroundings): Promise<WaitResult> {
	const startedAtMs = around.now();
	const deadlineMs = startedAtMs + plan.maxWaitMs;
	let tally = NO_CHECKS;
	let end: WaitEnd | null = null;
	let gapMs = 0;
	let lastCheck = false;

	while (!around.hasEnded()) {
		const patienceMs = Math.max(deadlineMs - around.now(), 0);
		const meaning = await around.check({
			// the first check tells of tasks that are long done, and the last cannot come later
			spreadOverMs: lastCheck ? 0 : gapMs * Math.min(tally.checks / SPREAD_AFTER_CHECKS, 1),
			patienceMs,
			limitMs: patienceMs + LAST_CHECK_MS,
		});
		if (around.hasEnded()) break;

		tally = count(tally, meaning);
		const restMs = deadlineMs - around.now();
		end = verdictOn(tally, meaning, plan, lastCheck || restMs <= 0);
		if (end !== null) break;

		gapMs = gapToNextCheckMs({
			intervalMs: plan.intervalMs,
			ageMs: around.now() - (saneSubmitTimeMs(tally.seen, startedAtMs) ?? startedAtMs),
			failedChecks: tally.failedChecks,
		});
		lastCheck = gapMs >= restMs;
		await around.sleep(Math.min(gapMs, restMs));
	}
	return {
		...(end ?? { kind: 'stopped' }),
		checks: tally.checks,
		waitedMs: around.now() - startedAtMs,
	};
}

/** The task was there before the wait began: a time after that, or days back, is a wrong clock. */
function saneSubmitTimeMs(seen: TaskSeen | null, startedAtMs: number): number | null {
	const submittedAtMs = seen?.task.submittedAtMs ?? null;
	if (submittedAtMs === null) return null;
	const ageAtStartMs = startedAtMs - submittedAtMs;
	return ageAtStartMs >= 0 && ageAtStartMs <= OLDEST_SANE_AGE_MS ? submittedAtMs : null;
}
