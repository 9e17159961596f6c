import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { classifyResponse, type CheckResult } from '../../nodes/KlingVideo/gateway/checkResult';
import { getTaskPhase } from '../../nodes/KlingVideo/gateway/task';
import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import type { StoppedWait, WaitOutcome } from '../../nodes/KlingVideo/wait/waitOutcome';
import {
	addCheck,
	hasEnded,
	getDeadlineMs,
	startWait,
	createProgressItem,
} from '../../nodes/KlingVideo/suspend/suspendedWait';
import { readStoredWait, type StoredWait } from '../../nodes/KlingVideo/suspend/storedWait';
import { CHECK_GAP_MS } from '../../nodes/KlingVideo/suspend/checkTimes';
import { readWaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';
import { waitForTask } from '../../nodes/KlingVideo/wait/waitForTask';
import { SUBMITTED_AT_MS, TASK_ID } from '../support/bodies';
import { anyAnswer } from '../support/arbitraries';
import { VirtualClock } from '../support/clocks';
import { expectEveryKind } from '../support/coverage';
import { throughDatabase } from '../support/database';
import { runsOf } from '../support/runs';

const ROUND_MS = CHECK_GAP_MS;

interface Wait {
	/** The items that went through n8n's database, the last one with the end. */
	items: IDataObject[];
	end: StoredWait;
	/** What was checked, in order. */
	meanings: CheckResult[];
	outOfTime: boolean;
}

/** The wait as the next round reads it. */
function readAgain(kept: StoredWait): StoredWait {
	const stored = readStoredWait(throughDatabase(kept));
	if (stored === null) throw new Error('It cannot be read any more');
	return stored;
}

/** A suspended wait by a clock that only counts the pauses. The last meaning goes on. */
function suspend(options: unknown, script: CheckResult[]): Wait {
	let stored = startWait({
		parentExecutionId: '1',
		startedAtMs: SUBMITTED_AT_MS,
		parameters: {
			id: readTaskId(TASK_ID),
			creates: false,
			path: null,
			raw: false,
			fileField: null,
			timeoutMs: null,
			maxDownloadBytes: 2e9,
		},
		plan: readWaitPlan(options),
	});
	const mostRounds = Math.ceil(stored.plan.maxWaitMs / ROUND_MS) + 1;
	const items: IDataObject[] = [];
	const meanings: CheckResult[] = [];
	let outOfTime = false;
	for (let nowMs = SUBMITTED_AT_MS; !hasEnded(stored); nowMs += ROUND_MS) {
		const meaning = script[meanings.length] ?? script.at(-1);
		if (meaning === undefined || meanings.length >= mostRounds) throw new Error('It does not end');
		meanings.push(meaning);
		outOfTime = nowMs >= getDeadlineMs(stored);
		const checked = addCheck(stored, meaning, outOfTime, nowMs);
		items.push({ ...createProgressItem(checked, false), storedWait: checked });
		stored = readAgain(checked);
	}
	return { items, end: stored, meanings, outOfTime };
}

/** The same wait in a process, with an interval as long as the pause. */
async function waitInProcess(
	options: object,
	script: CheckResult[],
): Promise<WaitOutcome | StoppedWait> {
	const plan = readWaitPlan({ ...options, pollingInterval: ROUND_MS / 1000 });
	const { wallClockNow, sleep, hasEnded } = new VirtualClock(SUBMITTED_AT_MS);
	let checks = 0;
	const result = await waitForTask(plan, {
		// the suspended wait has this clock only, and with it its rounding
		now: wallClockNow,
		wallClockNow,
		sleep,
		hasEnded,
		check: async () => {
			const meaning = script[checks++] ?? script.at(-1);
			if (meaning === undefined) throw new Error('No answers');
			return meaning;
		},
	});
	return result;
}

/** Times are what differs: the last check of a suspended wait comes up to a pause later. */
function withoutTimes(outcome: WaitOutcome | StoppedWait | null): unknown {
	if (outcome?.kind !== 'task' || outcome.wait === null) return outcome;
	const { checks, timedOut } = outcome.wait;
	return { ...outcome, wait: { checks, timedOut } };
}

/** The places of what JSON cannot carry. */
function lostInJson(value: unknown, place = 'item'): string[] {
	if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
	if (typeof value === 'number') return Number.isFinite(value) ? [] : [place];
	const isPlain =
		Array.isArray(value) ||
		(typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
	return isPlain
		? Object.entries(value).flatMap(([key, inner]) => lostInJson(inner, `${place}.${key}`))
		: [place];
}

const anyOptions = fc.record(
	{
		maxWaitMinutes: fc.oneof(
			fc.double({ min: 0.001, max: 45, noNaN: true }),
			fc.constantFrom(1.1, 2.2, 11, 30),
			fc.jsonValue(),
		),
		maxFailedChecks: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.jsonValue()),
		onTimeout: fc.constantFrom('error', 'returnLastStatus'),
		onFailure: fc.constantFrom('error', 'returnTask'),
	},
	{ requiredKeys: [] },
);

const anyScript = fc
	.array(anyAnswer, { minLength: 1, maxLength: 30, size: 'max' })
	.map((answers) => answers.map(classifyResponse));

/** Of every suspended wait. */
async function holds(
	property: (wait: Wait, again: () => Promise<WaitOutcome | StoppedWait>) => unknown,
) {
	await fc.assert(
		fc.asyncProperty(anyOptions, anyScript, async (options, script) => {
			const wait = suspend(options, script);
			await property(wait, async () => await waitInProcess(options, script));
		}),
		{ numRuns: runsOf(500) },
	);
}

test('suspended waits end in every way', async () => {
	await expectEveryKind(
		fc.tuple(anyOptions, anyScript),
		([options, script]) => {
			const { outcome } = suspend(options, script).end;
			return outcome?.kind === 'problem' ? outcome.problem.kind : String(outcome?.kind);
		},
		['task', 'taskFailed', 'timedOut', 'tooManyFailedChecks', 'succeededWithoutVideo'],
	);
});

test('a suspended wait ends as one in a process does, after as many checks', async () => {
	await holds(async ({ end, meanings }, again) => {
		expect(end.history.checks).toBe(meanings.length);
		expect(withoutTimes(end.outcome)).toEqual(withoutTimes(await again()));
	});
});

test('what it keeps is JSON', async () => {
	await holds(({ items }) => expect(items.flatMap((item) => lostInJson(item))).toEqual([]));
});

test('it tells the truth about its last check', async () => {
	await holds(({ end, meanings, outOfTime }) => {
		const { outcome, history } = end;
		const last = meanings.at(-1);
		const lastGood = meanings.filter(({ kind }) => kind === 'task').at(-1) ?? null;
		expect(history.lastReply).toEqual(lastGood);
		if (outcome?.kind === 'task') {
			const phase = getTaskPhase(outcome.reply.task);
			expect(outcome.reply).toEqual(lastGood);
			expect(outcome.wait?.timedOut).toBe(phase === 'running' || last?.kind !== 'task');
			if (outcome.wait?.timedOut === true) expect(outOfTime).toBe(true);
		} else {
			expect(outcome).toMatchObject({ kind: 'problem', lastReply: lastGood });
		}
	});
});

test('a task that is done is never checked again', async () => {
	await holds(({ meanings }) => {
		const done = meanings.findIndex(
			(meaning) =>
				meaning.kind === 'task' && ['succeeded', 'failed'].includes(getTaskPhase(meaning.task)),
		);
		expect(done === -1 || done === meanings.length - 1).toBe(true);
	});
});

test('its line for people says how often it was checked, and ends with the end', async () => {
	await holds(({ items, end }) => {
		items.forEach(({ progress }, index) => {
			const checks = index === 0 ? '1 check' : `${index + 1} checks`;
			expect(progress).toMatch(new RegExp(`^Task ${TASK_ID}: .* after ${checks}(?:$|;)`, 's'));
			const isEnd = index === items.length - 1;
			expect(isEnd || !/ended without a video/.test(String(progress))).toBe(true);
		});
		const { outcome } = end;
		if (outcome?.kind === 'problem' && outcome.problem.kind !== 'taskFailed') {
			expect(items.at(-1)?.progress).toContain('ended without a video');
		}
	});
});
