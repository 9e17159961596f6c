import * as fc from 'fast-check';
import {
	classifyResponse,
	PERMANENT_ERROR_FIELDS,
	type CheckResult,
} from '../../nodes/KlingVideo/gateway/checkResult';
import type { StatusResponse } from '../../nodes/KlingVideo/gateway/statusResponse';
import type { CallLimits } from '../../nodes/KlingVideo/limits/rateLimiter';
import { getTaskPhase } from '../../nodes/KlingVideo/gateway/task';
import type { StoppedWait, WaitOutcome } from '../../nodes/KlingVideo/wait/waitOutcome';
import { readWaitPlan, type WaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';
import { LAST_CHECK_MS, waitForTask } from '../../nodes/KlingVideo/wait/waitForTask';
import { SUBMITTED_AT_MS } from '../support/bodies';
import { anyAnswer } from '../support/arbitraries';
import { VirtualClock } from '../support/clocks';
import { expectEveryKind } from '../support/coverage';
import { runsOf } from '../support/runs';

/** The longest gap between two checks, unless an interval is longer. */
const SLOWEST_MS = 15_000;
const HOUR_MS = 60 * 60_000;
/** Moments are fractions of milliseconds in numbers of 13 digits. */
const ROUNDING_MS = 0.01;

interface Gateway {
	/** Played in turn, and the last one from then on. */
	answers: StatusResponse[];
	/** How long each of them takes; played round and round. */
	durationsMs: number[];
	/** How far the clock of n8n's machine is set with each check, in either direction. */
	clockJumpMs: number;
}

interface Check {
	startMs: number;
	endMs: number;
	limits: CallLimits;
	meaning: CheckResult;
}

interface Wait {
	result: WaitOutcome | StoppedWait;
	endedAtMs: number;
	checks: Check[];
}

/** No plan checks more often than each second, or leaves more checks than the first and the last. */
function mostChecks(plan: WaitPlan): number {
	return Math.ceil(plan.maxWaitMs / 1000) + 2;
}

/** A wait by a clock that counts milliseconds of sleeps and checks, and nothing else. */
async function wait(plan: WaitPlan, gateway: Gateway, stopAtMs = Infinity): Promise<Wait> {
	const meanings = gateway.answers.map(classifyResponse);
	const checks: Check[] = [];
	const clock = new VirtualClock(SUBMITTED_AT_MS, stopAtMs);
	const { now, wallClockNow, sleep, hasEnded } = clock;
	const result = await waitForTask(plan, {
		now,
		// it is set further with each check
		wallClockNow: () => wallClockNow() + gateway.clockJumpMs * (checks.length + 1),
		sleep,
		hasEnded,
		check: async (limits) => {
			if (checks.length >= mostChecks(plan)) throw new Error('More checks than the plan allows');
			const meaning = meanings[checks.length] ?? meanings.at(-1);
			const durationMs = gateway.durationsMs[checks.length % gateway.durationsMs.length];
			if (meaning === undefined || durationMs === undefined) throw new Error('No answers');
			const startMs = clock.elapsedMs;
			clock.pass(Math.min(durationMs, limits.timeoutMs));
			checks.push({ startMs, endMs: clock.elapsedMs, limits, meaning });
			return meaning;
		},
	});
	return { result, endedAtMs: clock.elapsedMs, checks };
}

/** What a wait has come to: a phase of the task, or a problem. */
function endOf(result: WaitOutcome | StoppedWait): string {
	switch (result.kind) {
		case 'task':
			return result.wait?.timedOut ? 'timedOut' : getTaskPhase(result.reply.task);
		case 'problem':
			return result.problem.kind;
		case 'stopped':
			return 'stopped';
	}
}

const setOptions = fc.record(
	{
		pollingInterval: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double({ min: 1, max: 4000 })),
		maxWaitMinutes: fc.oneof(
			{ weight: 8, arbitrary: fc.double({ min: 0.001, max: 10, noNaN: true }) },
			{ weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
			{ weight: 1, arbitrary: fc.constantFrom(0, 1440) },
		),
		maxFailedChecks: fc.integer({ min: 1, max: 40 }),
		onTimeout: fc.constantFrom('error', 'returnLastStatus'),
		onFailure: fc.constantFrom('error', 'returnTask'),
	},
	{ requiredKeys: [] },
);
const absurdOptions = fc.oneof(
	fc.jsonValue(),
	fc.record(
		{
			pollingInterval: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
			maxWaitMinutes: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
			maxFailedChecks: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
		},
		{ requiredKeys: [] },
	),
);
const anyPlan = fc
	.oneof({ weight: 9, arbitrary: setOptions }, { weight: 1, arbitrary: absurdOptions })
	.map(readWaitPlan);

const anyGateway: fc.Arbitrary<Gateway> = fc.record({
	answers: fc.array(anyAnswer, { minLength: 1, maxLength: 40, size: 'max' }),
	durationsMs: fc.array(
		fc.oneof(
			{ weight: 5, arbitrary: fc.nat(2_000) },
			{ weight: 1, arbitrary: fc.constantFrom(0, 9_999, 10_000, 30_000, Infinity) },
		),
		{ minLength: 1, maxLength: 5 },
	),
	clockJumpMs: fc.constantFrom(0, -HOUR_MS, HOUR_MS),
});

/** Of every wait. */
async function holds(property: (wait: Wait, plan: WaitPlan) => void): Promise<void> {
	await fc.assert(
		fc.asyncProperty(anyPlan, anyGateway, async (plan, gateway) => {
			const waited = await wait(plan, gateway);
			property(waited, plan);
		}),
		{ numRuns: runsOf(400) },
	);
}

function isGood({ meaning }: Check): boolean {
	return meaning.kind === 'task';
}

function isDone({ meaning }: Check): boolean {
	return meaning.kind === 'task' && ['succeeded', 'failed'].includes(getTaskPhase(meaning.task));
}

test('a wait ends in time, after no more checks than its plan allows', async () => {
	await holds(({ result, endedAtMs, checks }, plan) => {
		expect(endedAtMs).toBeLessThanOrEqual(plan.maxWaitMs + LAST_CHECK_MS + ROUNDING_MS);
		expect(endedAtMs).toBe(checks.at(-1)?.endMs);
		if (result.kind === 'task') expect(result.wait?.checks).toBe(checks.length);
	});
});

test('waits end in every way', async () => {
	await expectEveryKind(
		fc.tuple(anyPlan, anyGateway),
		async ([plan, gateway]) => endOf((await wait(plan, gateway)).result),
		[
			'failed',
			'succeeded',
			'succeededWithoutVideo',
			'taskFailed',
			'taskUnknown',
			'timedOut',
			'tooManyFailedChecks',
		],
	);
});

test('it checks at once, and each check may take the time left and 10 s', async () => {
	await holds(({ checks }, { maxWaitMs }) => {
		expect(checks[0]?.startMs).toBe(0);
		const odd = checks.filter(({ startMs, limits: { maxPauseMs, timeoutMs } }) => {
			const leftMs = Math.max(0, maxWaitMs - startMs);
			return (
				Math.abs(maxPauseMs - leftMs) > ROUNDING_MS || timeoutMs !== maxPauseMs + LAST_CHECK_MS
			);
		});
		expect(odd).toEqual([]);
	});
});

test('a task that is done is never checked again', async () => {
	await holds(({ result, checks }) => {
		const done = checks.findIndex(isDone);
		expect(done === -1 || done === checks.length - 1).toBe(true);
		expect(['succeeded', 'failed', 'taskFailed'].includes(endOf(result))).toBe(done !== -1);
	});
});

test('it succeeds only with a URL', async () => {
	await holds(({ result }) => {
		if (result.kind !== 'task' || endOf(result) !== 'succeeded') return;
		const { videos, imagesAndAudio } = result.reply.task;
		const [first] = [...videos, ...imagesAndAudio];
		expect(first?.url).toMatch(/^https?:\/\//i);
	});
});

test('it is out of time only when time is up', async () => {
	await holds(({ result, endedAtMs }, plan) => {
		if (endOf(result) !== 'timedOut') return;
		expect(endedAtMs).toBeGreaterThanOrEqual(plan.maxWaitMs - ROUNDING_MS);
	});
});

test('it gives up only after more failed checks in a row than the plan bears', async () => {
	await holds(({ result, checks }, { maxFailedChecks }) => {
		const failedChecks = [...checks].reverse().findIndex(isGood);
		const inARow = failedChecks === -1 ? checks.length : failedChecks;
		const problem = result.kind === 'problem' ? result.problem : null;
		if (problem?.kind === 'tooManyFailedChecks') {
			expect(inARow).toBe(maxFailedChecks + 1);
			expect(problem.failedChecks).toBe(inARow);
		} else if (problem === null || !Object.hasOwn(PERMANENT_ERROR_FIELDS, problem.kind)) {
			expect(inARow).toBeLessThanOrEqual(maxFailedChecks);
		}
	});
});

test('it keeps the last good reply', async () => {
	await holds(({ result, checks }) => {
		const lastGood = checks.filter(isGood).at(-1)?.meaning ?? null;
		if (result.kind === 'task') expect(result.reply).toBe(lastGood);
		if (result.kind === 'problem') expect(result.lastReply).toBe(lastGood);
	});
});

test('its gaps are as long as the interval, and not much longer', async () => {
	await holds(({ checks }, { intervalMs, maxWaitMs }) => {
		const odd = checks.slice(1).filter(({ startMs }, index) => {
			const before = checks[index];
			if (before === undefined) return true;
			const { endMs } = before;
			const leastMs = intervalMs ?? 0;
			const mostMs = Math.max(leastMs, SLOWEST_MS);
			const gapMs = startMs - endMs;
			const leftMs = maxWaitMs - endMs;
			return (
				gapMs < Math.min(leastMs, leftMs) - ROUNDING_MS ||
				gapMs > Math.min(mostMs, leftMs) + ROUNDING_MS
			);
		});
		expect(odd).toEqual([]);
	});
});

test('stopped at any moment, it ends there without a further check', async () => {
	const moment = fc.double({ min: 0, max: 1, noNaN: true });
	await fc.assert(
		fc.asyncProperty(anyPlan, anyGateway, moment, async (plan, gateway, fraction) => {
			const unstopped = await wait(plan, gateway);
			const stopAtMs = Math.floor(fraction * unstopped.endedAtMs);
			const { result, endedAtMs, checks } = await wait(plan, gateway, stopAtMs);
			expect(result).toEqual({ kind: 'stopped' });
			expect(endedAtMs).toBe(stopAtMs);
			const startsMs = unstopped.checks.map(({ startMs }) => startMs);
			expect(checks.map(({ startMs }) => startMs)).toEqual(
				startsMs.filter((startMs) => startMs < stopAtMs),
			);
		}),
		{ numRuns: runsOf(400) },
	);
});
