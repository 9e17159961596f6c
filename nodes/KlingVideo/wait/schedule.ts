const SECOND_MS = 1000;

/** The gateway asks Kling about a task every 15 s: checking less often only adds delay. */
const SLOWEST_MS = 15 * SECOND_MS;
const FASTEST_MS = 5 * SECOND_MS;

/** No video of Kling's is ready earlier. */
const EARLIEST_VIDEO_AGE_MS = 25 * SECOND_MS;

/**
 * The gap by the task's age from then on, in straight lines: most videos take one to five minutes,
 * and under load up to fifteen.
 */
const GAPS = [
	{ ageMs: EARLIEST_VIDEO_AGE_MS, gapMs: 10 * SECOND_MS },
	{ ageMs: 60 * SECOND_MS, gapMs: FASTEST_MS },
	{ ageMs: 8 * 60 * SECOND_MS, gapMs: FASTEST_MS },
	{ ageMs: 15 * 60 * SECOND_MS, gapMs: SLOWEST_MS },
];

/** The gap that the first passing trouble doubles when no interval is set. */
const TROUBLE_BASE_MS = SECOND_MS;

export interface CheckedTask {
	/** The interval the user set; null for automatic checking. */
	intervalMs: number | null;
	/** Since the task was submitted, or since the wait began. */
	ageMs: number;
	/** How many checks in a row went wrong, the last one included. */
	failedChecks: number;
}

/**
 * Milliseconds from one check of a task to the next. Pure: the deadline is the loop's
 * concern, and what other tasks have met that of the run's pace.
 */
export function gapToNextCheckMs(checked: CheckedTask): number {
	const { intervalMs, ageMs, failedChecks } = checked;
	if (failedChecks > 0) return troubledGapMs(intervalMs, failedChecks);
	return intervalMs ?? automaticGapMs(ageMs);
}

/** Doubles with each failed check, up to 15 s or the interval, whichever is longer. */
function troubledGapMs(intervalMs: number | null, failedChecks: number): number {
	const baseMs = intervalMs ?? TROUBLE_BASE_MS;
	return Math.min(baseMs * 2 ** failedChecks, Math.max(SLOWEST_MS, intervalMs ?? 0));
}

/**
 * Hardly any checks while no video can be ready, every 5 s while one is likely, slowing to 15 s in
 * the long tail. Plain back-off would be wrong: it checks most when nothing can be ready and least
 * when it is.
 */
function automaticGapMs(ageMs: number): number {
	if (ageMs < EARLIEST_VIDEO_AGE_MS) {
		return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, EARLIEST_VIDEO_AGE_MS - ageMs));
	}
	let from = { ageMs, gapMs: SLOWEST_MS };
	for (const to of GAPS) {
		if (ageMs < to.ageMs) {
			const share = (ageMs - from.ageMs) / (to.ageMs - from.ageMs);
			return from.gapMs + share * (to.gapMs - from.gapMs);
		}
		from = to;
	}
	return from.gapMs;
}
