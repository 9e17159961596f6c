import type { Callback } from '../gateway/callback';
import { isBoolean, isListOf, isNumber, isObjectWith, type Guarded } from '../reading/guards';
import { getTaskId } from '../operations/itemParameters';
import type { CheckUrgency } from './checkAllTasks';
import type { StoredWait } from './storedWait';
import { getDeadlineMs, hasEnded } from './suspendedWait';

/** Between two checks of a task that Kling does not call about. */
export const CHECK_GAP_MS = 33_000;

/** Whoever wakes the execution sooner wakes it in vain: a timer that n8n had set before, or a stranger. */
const MIN_CHECK_GAP_MS = 15_000;

/** A timer may be early by a moment. */
const EARLY_MS = 500;

/** If Kling has not called about a task of this age, its calls do not arrive. */
const FIRST_CALL_WITHIN_MS = 66_000;

/** Where its calls arrive, a task is checked without one at this age, then at 2.5 times that, and so on. */
const FIRST_CHECK_WITHOUT_CALL_MS = 150_000;
const CHECK_WITHOUT_CALL_FACTOR = 2.5;
const MAX_CHECK_GAP_MS = 60 * 60_000;

/** After a call whose task is not done by the gateway's word: 2, 4, 8, 16 and 32 s. */
const FIRST_RECHECK_MS = 2000;
const MAX_RECHECKS = 5;

/** n8n refuses a call that comes in the middle of a check, and Kling does not repeat it. */
const CHECK_OTHERS_AFTER_MS = 10_000;

const isCheckTimes = isObjectWith({
	/** When the progress workflow was begun; milliseconds since 1970, 0 if that is not known. */
	begunAtMs: isNumber,
	/** Whether Kling's calls arrive. */
	hasBeenCalled: isBoolean,
	/** One for each wait, in their order. */
	tasks: isListOf(
		isObjectWith({
			/** When the execution is to be woken for its check; milliseconds since 1970. */
			nextAtMs: isNumber,
			/** From when on it is checked if the execution is awake for another reason. */
			dueAtMs: isNumber,
			/** Checks that a call has brought about: 0 where none has come that could be its last. */
			rechecks: isNumber,
			/** Whether it was checked because another task of the execution was done. */
			checkedWithOthers: isBoolean,
		}),
	),
});

/** When the tasks of a suspended execution are checked, as plain JSON. */
export type CheckTimes = Guarded<typeof isCheckTimes>;

type CheckTime = CheckTimes['tasks'][number];

/** @returns what was kept; where nothing was, all are due */
export function readCheckTimes(kept: unknown, waits: StoredWait[]): CheckTimes {
	return isCheckTimes(kept) && kept.tasks.length === waits.length
		? kept
		: {
				begunAtMs: 0,
				hasBeenCalled: false,
				tasks: waits.map(() => ({
					nextAtMs: 0,
					dueAtMs: 0,
					rechecks: 0,
					checkedWithOthers: false,
				})),
			};
}

/** For each wait, in their order. */
export function getUrgencies(
	{ tasks }: CheckTimes,
	waits: StoredWait[],
	nowMs: number,
): CheckUrgency[] {
	return waits.map((wait, index) => {
		const time = tasks[index];
		if (hasEnded(wait) || time === undefined || !isDue(time, nowMs)) return 'notDue';
		return time.rechecks > 0 && time.rechecks <= MAX_RECHECKS ? 'now' : 'due';
	});
}

function isDue({ dueAtMs }: CheckTime, nowMs: number): boolean {
	// no time is further away: the machine's clock was set back meanwhile
	return nowMs >= dueAtMs || dueAtMs - nowMs > MAX_CHECK_GAP_MS;
}

/**
 * The times after a call. It is a hint and nothing more: whoever knows the address can call it with any
 * words, so it decides when the gateway is asked, and that not often.
 */
export function addCallback(
	times: CheckTimes,
	callback: Callback,
	waits: StoredWait[],
	nowMs: number,
): CheckTimes {
	if (callback.kind === 'noTask') return times;
	const heard = times.hasBeenCalled
		? times
		: planChecks({ ...times, hasBeenCalled: true }, waits, (_, time) => time.rechecks === 0, nowMs);
	if (callback.kind === 'notDone') return heard;

	const isNamed = ({ parameters }: StoredWait) => getTaskId(parameters) === callback.taskId;
	// a reseller's task has another id at Kling
	const isOfUnknownTask = !waits.some(isNamed);
	const tasks = heard.tasks.map((time, index): CheckTime => {
		const wait = waits[index];
		if (wait === undefined || !isCheckable(wait)) return time;
		if (isNamed(wait) || (isOfUnknownTask && wait.isCalledBack)) {
			return time.rechecks > 0 ? time : { ...time, nextAtMs: nowMs, dueAtMs: nowMs, rechecks: 1 };
		}
		if (!wait.isCalledBack || time.checkedWithOthers) return time;
		const nextAtMs = Math.min(time.nextAtMs, nowMs + CHECK_OTHERS_AFTER_MS);
		return { ...time, ...wakeAt(nextAtMs), checkedWithOthers: true };
	});
	return { ...heard, tasks };
}

/**
 * The times after a round.
 *
 * @param needsTime tells for which tasks that have not ended the time is set anew
 */
export function planChecks(
	times: CheckTimes,
	waits: StoredWait[],
	needsTime: (index: number, time: CheckTime) => boolean,
	nowMs: number,
): CheckTimes {
	const tasks = times.tasks.map((time, index) => {
		const wait = waits[index];
		return wait === undefined || hasEnded(wait) || !needsTime(index, time)
			? time
			: planCheck(time, wait, times.hasBeenCalled, nowMs);
	});
	return { ...times, tasks };
}

function planCheck(
	time: CheckTime,
	wait: StoredWait,
	hasBeenCalled: boolean,
	nowMs: number,
): CheckTime {
	if (time.rechecks > 0 && time.rechecks <= MAX_RECHECKS) {
		const nextAtMs = nowMs + FIRST_RECHECK_MS * 2 ** (time.rechecks - 1);
		return { ...time, ...wakeAt(nextAtMs), rechecks: time.rechecks + 1 };
	}
	const deadlineMs = getDeadlineMs(wait);
	const planned = planWithoutHint(wait, hasBeenCalled, nowMs);
	const isLast = wait.pendingSubmit === null && deadlineMs > nowMs && deadlineMs < planned.nextAtMs;
	return { ...time, ...(isLast ? wakeAt(deadlineMs) : planned) };
}

function planWithoutHint(
	wait: StoredWait,
	hasBeenCalled: boolean,
	nowMs: number,
): Pick<CheckTime, 'nextAtMs' | 'dueAtMs'> {
	const { isCalledBack, startedAtMs } = wait;
	const ageMs = Math.max(0, nowMs - startedAtMs);
	if (isCalledBack && isCheckable(wait)) {
		if (hasBeenCalled) {
			let checkAgeMs = FIRST_CHECK_WITHOUT_CALL_MS;
			while (checkAgeMs < ageMs + MIN_CHECK_GAP_MS) checkAgeMs *= CHECK_WITHOUT_CALL_FACTOR;
			return wakeAt(Math.min(startedAtMs + checkAgeMs, nowMs + MAX_CHECK_GAP_MS));
		}
		if (ageMs + MIN_CHECK_GAP_MS < FIRST_CALL_WITHIN_MS) {
			return wakeAt(nowMs - ageMs + FIRST_CALL_WITHIN_MS);
		}
	}
	return { nextAtMs: nowMs + CHECK_GAP_MS, dueAtMs: nowMs + MIN_CHECK_GAP_MS };
}

function wakeAt(nextAtMs: number): Pick<CheckTime, 'nextAtMs' | 'dueAtMs'> {
	return { nextAtMs, dueAtMs: nextAtMs - EARLY_MS };
}

/** @returns when the execution is to be woken, in milliseconds since 1970 */
export function getNextWakeUpMs({ tasks }: CheckTimes, waits: StoredWait[]): number {
	const open = tasks.filter((_, index) => {
		const wait = waits[index];
		return wait !== undefined && !hasEnded(wait);
	});
	return Math.min(...open.map(({ nextAtMs }) => nextAtMs));
}

/** Whether there is a task to check. */
function isCheckable(wait: StoredWait): boolean {
	return !hasEnded(wait) && wait.pendingSubmit === null;
}
