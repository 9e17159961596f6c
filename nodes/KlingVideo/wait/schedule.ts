const SECOND_MS = 1000;

/** The gateway asks Kling about a task every 15 s: checking less often only adds delay. */
const MAX_GAP_MS = 15 * SECOND_MS;
const MIN_GAP_MS = 5 * SECOND_MS;

/** No video of Kling's is ready earlier. */
const MIN_VIDEO_AGE_MS = 25 * SECOND_MS;

/**
 * The gap by the task's age from then on, in straight lines: most videos take one to five minutes,
 * and under load up to fifteen.
 */
const GAPS = [
	{ ageMs: MIN_VIDEO_AGE_MS, gapMs: 10 * SECOND_MS },
	{ ageMs: 60 * SECOND_MS, gapMs: MIN_GAP_MS },
	{ ageMs: 8 * 60 * SECOND_MS, gapMs: MIN_GAP_MS },
	{ ageMs: 15 * 60 * SECOND_MS, gapMs: MAX_GAP_MS },
];

/** The gap that the first failed check doubles when no interval is set. */
const BACKOFF_BASE_MS = SECOND_MS;

export interface ScheduledTask {
	/** The interval the user set; null for automatic checking. */
	intervalMs: number | null;
	/** Since the task was submitted, or since the wait began. */
	ageMs: number;
	/** How many checks in a row went wrong, the last one included. */
	failedChecks: number;
}

/**
 * The time from one check of a task to the next, in milliseconds. Pure: the deadline belongs to the
 * loop, and what the other tasks have met to the run's rate limiter.
 */
export function nextCheckGapMs(task: ScheduledTask): number {
	const { intervalMs, ageMs, failedChecks } = task;
	if (failedChecks > 0) return backoffGapMs(intervalMs, failedChecks);
	return intervalMs ?? automaticGapMs(ageMs);
}

/** Exponential backoff: doubles with each failed check, up to 15 s or the interval, if that is longer. */
function backoffGapMs(intervalMs: number | null, failedChecks: number): number {
	const baseMs = intervalMs ?? BACKOFF_BASE_MS;
	return Math.min(baseMs * 2 ** failedChecks, Math.max(MAX_GAP_MS, intervalMs ?? 0));
}

/**
 * Few checks while no video can be ready, every 5 s while one is likely, slowing down to every 15 s
 * for tasks that take very long. Plain backoff would be wrong here: it checks most when nothing can
 * be ready, and least when something is.
 */
function automaticGapMs(ageMs: number): number {
	if (ageMs < MIN_VIDEO_AGE_MS) {
		return Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, MIN_VIDEO_AGE_MS - ageMs));
	}
	let from = { ageMs, gapMs: MAX_GAP_MS };
	for (const to of GAPS) {
		if (ageMs < to.ageMs) {
			const share = (ageMs - from.ageMs) / (to.ageMs - from.ageMs);
			return from.gapMs + share * (to.gapMs - from.gapMs);
		}
		from = to;
	}
	return from.gapMs;
}
