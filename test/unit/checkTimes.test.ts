import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import {
	addCallback,
	getNextWakeUpMs,
	getUrgencies,
	planChecks,
	readCheckTimes,
	type CheckTimes,
} from '../../nodes/KlingVideo/suspend/checkTimes';
import { readStoredWait, type StoredWait } from '../../nodes/KlingVideo/suspend/storedWait';
import { throughDatabase } from '../support/database';
import version5 from '../fixtures/storedWaits/v5.json';

// When the tasks of a suspended execution are checked. All times are seconds after the submit.

const SUBMITTED_AT_MS = 1_766_737_712_000;

function waitOf(taskId: string, change: Partial<StoredWait> = {}): StoredWait {
	const wait = readStoredWait(version5.createdCalledBack);
	if (wait === null) throw new Error('The example cannot be read');
	const parameters = { ...wait.parameters, id: readTaskId(taskId) };
	return { ...wait, startedAtMs: SUBMITTED_AT_MS, parameters, ...change };
}

const at = (seconds: number) => SUBMITTED_AT_MS + seconds * 1000;
const secondsAt = (ms: number) => (ms - SUBMITTED_AT_MS) / 1000;

const done = (taskId: string) => ({ kind: 'mayBeDone', taskId }) as const;
const RUNNING = { kind: 'notDone' } as const;

/** After the first round, at 0 seconds. */
const planned = (waits: StoredWait[]) =>
	planChecks(readCheckTimes(undefined, waits), waits, () => true, at(0));

/** When the tasks are checked until `endSeconds` if nobody calls. */
function listChecks(times: CheckTimes, waits: StoredWait[], endSeconds: number): number[] {
	const seconds: number[] = [];
	let going = times;
	for (;;) {
		const nowMs = getNextWakeUpMs(going, waits);
		if (secondsAt(nowMs) > endSeconds) return seconds;
		expect(getUrgencies(going, waits, nowMs)).not.toEqual(waits.map(() => 'notDue'));
		seconds.push(secondsAt(nowMs));
		const due = getUrgencies(going, waits, nowMs);
		going = planChecks(going, waits, (index) => due[index] !== 'notDue', nowMs);
	}
}

test('a task that Kling does not call about is checked every 33 seconds', () => {
	const waits = [waitOf('1', { isCalledBack: false })];
	expect(listChecks(planned(waits), waits, 140)).toEqual([33, 66, 99, 132]);
});

test('one that it should call about, after 66 seconds; if no call arrives, as often as without', () => {
	const waits = [waitOf('1')];
	expect(listChecks(planned(waits), waits, 140)).toEqual([66, 99, 132]);
});

test('once a call has arrived, at ages that grow', () => {
	const waits = [waitOf('1')];
	const times = addCallback(planned(waits), RUNNING, waits, at(5));
	expect(listChecks(times, waits, 1700)).toEqual([150, 375, 937.5]);
});

test('a call that says done has the task checked now, and again soon while the gateway says no', () => {
	const waits = [waitOf('1')];
	const times = addCallback(planned(waits), done('1'), waits, at(40));
	expect(getUrgencies(times, waits, at(40))).toEqual(['now']);
	expect(listChecks(times, waits, 200)).toEqual([40, 42, 46, 54, 70, 102, 150]);
});

test('further calls for the same task change nothing', () => {
	const waits = [waitOf('1')];
	const once = addCallback(planned(waits), done('1'), waits, at(40));
	const checked = planChecks(once, waits, () => true, at(40));
	expect(addCallback(checked, done('1'), waits, at(41))).toEqual(checked);
});

test('the other tasks are checked a moment later, once: their calls may have come in the middle of it', () => {
	const waits = [waitOf('1'), waitOf('2')];
	const times = addCallback(planned(waits), done('1'), waits, at(20));
	expect(getUrgencies(times, waits, at(20))).toEqual(['now', 'notDue']);
	expect(getUrgencies(times, waits, at(30))[1]).toBe('due');
	const again = addCallback(
		planChecks(times, waits, () => true, at(30)),
		done('1'),
		waits,
		at(31),
	);
	expect(getUrgencies(again, waits, at(60))[1]).toBe('notDue');
});

test('a task of its own that waits for a place, or has ended, is not checked for a call', () => {
	const pending = readStoredWait(version5.pendingCalledBack);
	const ended = readStoredWait(version5.succeeded);
	if (pending === null || ended === null) throw new Error('The examples cannot be read');
	const waits = [pending, ended];
	const times = addCallback(planned(waits), done('999'), waits, at(1));
	expect(getUrgencies(times, waits, at(1))).toEqual(['notDue', 'notDue']);
});

test('the last check comes at the deadline', () => {
	const plan = { ...waitOf('1').plan, maxWaitMs: 100_000 };
	const waits = [waitOf('1', { plan, isCalledBack: false })];
	expect(listChecks(planned(waits), waits, 101)).toEqual([33, 66, 99, 100]);
});

test('nobody who wakes the execution makes checks come closer than 15 seconds', () => {
	const waits = [waitOf('1', { isCalledBack: false })];
	const times = planned(waits);
	expect(getUrgencies(times, waits, at(14.9))).toEqual(['notDue']);
	expect(getUrgencies(times, waits, at(15))).toEqual(['due']);
});

test('a clock that was set back does not keep tasks from being checked', () => {
	const waits = [waitOf('1')];
	expect(getUrgencies(planned(waits), waits, at(-2 * 3600))).toEqual(['due']);
});

test('what is kept is read as it was; anything else makes all due', () => {
	const waits = [waitOf('1'), waitOf('2')];
	const times = addCallback(planned(waits), done('1'), waits, at(20));
	expect(readCheckTimes(throughDatabase(times), waits)).toEqual(times);
	for (const other of [
		undefined,
		null,
		7,
		{},
		{ ...times, tasks: [] },
		{ ...times, begunAtMs: 'x' },
	]) {
		expect(getUrgencies(readCheckTimes(other, waits), waits, at(20))).toEqual(['due', 'due']);
	}
});
