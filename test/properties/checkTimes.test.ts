import * as fc from 'fast-check';
import type { Callback } from '../../nodes/KlingVideo/gateway/callback';
import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import {
	addCallback,
	getNextWakeUpMs,
	getUrgencies,
	planChecks,
	readCheckTimes,
} from '../../nodes/KlingVideo/suspend/checkTimes';
import { readStoredWait, type StoredWait } from '../../nodes/KlingVideo/suspend/storedWait';
import { throughDatabase } from '../support/database';
import { runsOf } from '../support/runs';
import version5 from '../fixtures/storedWaits/v5.json';

// Whoever calls a suspended execution, with whatever and however often: its tasks are checked in time, and
// not too often.

const BEGUN_AT_MS = 1_766_737_712_000;
const TEN_MINUTES_MS = 600_000;
const LONGEST_GAP_MS = 60 * 60_000;

/** More than once in 15 seconds only after a call: at once, five times after it, and once with the others. */
const mostChecks = (ms: number) => 1 + ms / 15_000 + 7;

function waitOf(taskId: string, isCalledBack: boolean): StoredWait {
	const wait = readStoredWait(version5.createdCalledBack);
	if (wait === null) throw new Error('The example cannot be read');
	const parameters = { ...wait.parameters, id: readTaskId(taskId) };
	return { ...wait, startedAtMs: BEGUN_AT_MS, parameters, isCalledBack };
}

const anyCallback: fc.Arbitrary<Callback> = fc.oneof(
	fc.constantFrom<Callback>({ kind: 'noTask' }, { kind: 'notDone' }),
	fc
		.constantFrom('1', '2', '3', 'nobody')
		.map((taskId) => ({ kind: 'mayBeDone', taskId }) as const),
);

const anyCalls = fc.array(
	fc.record({ afterMs: fc.integer({ min: 0, max: 4000 }), callback: anyCallback }),
	{ maxLength: 150, size: 'max' },
);

test('checks come in time and not too often, whatever calls come', () => {
	fc.assert(
		fc.property(
			fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
			anyCalls,
			(kinds, calls) => {
				const waits = kinds.map((isCalledBack, index) => waitOf(String(index + 1), isCalledBack));
				const checks = waits.map(() => 0);
				const pending = [...calls];
				let nowMs = BEGUN_AT_MS;
				let times = planChecks(readCheckTimes(undefined, waits), waits, () => true, nowMs);
				let callAtMs = nowMs + (pending[0]?.afterMs ?? Number.POSITIVE_INFINITY);
				while (nowMs < BEGUN_AT_MS + TEN_MINUTES_MS) {
					const wakeMs = getNextWakeUpMs(times, waits);
					expect(wakeMs - nowMs).toBeLessThanOrEqual(LONGEST_GAP_MS);
					// a call, or this package's own
					const isCall = callAtMs < wakeMs;
					nowMs = Math.max(nowMs, Math.min(callAtMs, wakeMs));
					if (isCall) {
						const call = pending.shift();
						if (call !== undefined) times = addCallback(times, call.callback, waits, nowMs);
						callAtMs = nowMs + (pending[0]?.afterMs ?? Number.POSITIVE_INFINITY);
					}
					const due = getUrgencies(times, waits, nowMs);
					// the time that was set is never in vain
					if (!isCall) expect(due.some((urgency) => urgency !== 'notDue')).toBe(true);
					due.forEach((urgency, index) => {
						if (urgency !== 'notDue') checks[index] = (checks[index] ?? 0) + 1;
					});
					times = planChecks(times, waits, (index) => due[index] !== 'notDue', nowMs);
					times = readCheckTimes(throughDatabase(times), waits);
				}
				for (const count of checks) {
					expect(count).toBeLessThanOrEqual(mostChecks(TEN_MINUTES_MS));
					expect(count).toBeGreaterThanOrEqual(2);
				}
			},
		),
		{ numRuns: runsOf(200) },
	);
});
