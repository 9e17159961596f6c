import {
	classifyResponse,
	transientError,
	type CheckResult,
	type PermanentError,
} from '../../nodes/KlingVideo/gateway/checkResult';
import type { CallLimits } from '../../nodes/KlingVideo/limits/rateLimiter';
import type { StoppedWait, WaitOutcome } from '../../nodes/KlingVideo/wait/waitOutcome';
import type { WaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';
import { waitForTask, type WaitDependencies } from '../../nodes/KlingVideo/wait/waitForTask';
import {
	bodyOf,
	IN_PROGRESS,
	replyOf,
	SUBMITTED_AT_MS,
	VIDEO_URL,
	taskReply,
	videoAt,
} from '../support/bodies';
import { VirtualClock } from '../support/clocks';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STARTED_AT_MS = SUBMITTED_AT_MS + 8 * MINUTE;

const RUNNING = taskReply();
const DONE = taskReply({
	status: 'SUCCESS',
	videos: [videoAt(VIDEO_URL)],
});
const DONE_WITHOUT_VIDEO = taskReply({ status: 'SUCCESS' });
const FAILED = taskReply({ status: 'FAILURE', failureReason: 'content moderation failed' });
const TRANSIENT: CheckResult = transientError('the connection was cut');
const TOKEN_REFUSED: CheckResult = { kind: 'tokenRefused', gatewayMessage: null };

function repeat(count: number, result: CheckResult): CheckResult[] {
	return Array.from({ length: count }, () => result);
}

interface Circumstances {
	/** How long each check takes. */
	checkTakes?: number;
	stopAt?: number;
}

interface Wait {
	result: WaitOutcome | StoppedWait;
	/** When the wait ended, in milliseconds since it began. */
	endedAtMs: number;
	/** When each check was made, in seconds since the wait began. */
	checkedAt: number[];
	turns: CallLimits[];
}

/** A wait by a clock that only moves when something sleeps or checks. The last meaning goes on. */
async function wait(
	plan: Partial<WaitPlan>,
	meanings: CheckResult[],
	{ checkTakes = 0, stopAt = Number.POSITIVE_INFINITY }: Circumstances = {},
): Promise<Wait> {
	const checkedAt: number[] = [];
	const turns: CallLimits[] = [];
	const clock = new VirtualClock(STARTED_AT_MS, stopAt);
	const { now, wallClockNow, sleep, hasEnded } = clock;
	const deps: WaitDependencies = {
		now,
		wallClockNow,
		sleep,
		hasEnded,
		check: async (turn) => {
			const meaning = meanings[checkedAt.length] ?? meanings.at(-1);
			if (meaning === undefined || checkedAt.length > 10_000) throw new Error('An endless wait');
			checkedAt.push(clock.elapsedMs / SECOND);
			turns.push(turn);
			clock.pass(Math.min(checkTakes, turn.timeoutMs));
			return meaning;
		},
	};
	const result = await waitForTask(
		{
			intervalMs: null,
			maxWaitMs: 30 * MINUTE,
			maxFailedChecks: 20,
			onTimeout: 'error',
			onFailure: 'error',
			...plan,
		},
		deps,
	);
	return { result, endedAtMs: clock.elapsedMs, checkedAt, turns };
}

function gapsBetween(moments: number[]): number[] {
	return moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
}

describe('a task that is done', () => {
	test.each([
		['succeeded', DONE],
		['failed', FAILED],
	])('at the first check has %s, at once', async (_phase, reply) => {
		const { result, checkedAt } = await wait({ onFailure: 'returnTask' }, [reply]);
		const summary = { checks: 1, waitedSeconds: 0, timedOut: false };
		expect(result).toEqual({ kind: 'task', reply, wait: summary });
		expect(checkedAt).toEqual([0]);
	});

	test.each([
		['succeeded', DONE],
		['failed', FAILED],
	])('later has %s, and is not checked again', async (_phase, reply) => {
		const plan = { intervalMs: 5 * SECOND, onFailure: 'returnTask' } as const;
		const { result, checkedAt } = await wait(plan, [RUNNING, RUNNING, reply, RUNNING]);
		const summary = { checks: 3, waitedSeconds: 10, timedOut: false };
		expect(result).toEqual({ kind: 'task', reply, wait: summary });
		expect(checkedAt).toEqual([0, 5, 10]);
	});

	test('has failed: a problem with the reason, unless the plan wants the task', async () => {
		const { result } = await wait({}, [RUNNING, FAILED]);
		const problem = { kind: 'taskFailed', reason: 'content moderation failed' };
		expect(result).toEqual({ kind: 'problem', problem, lastReply: FAILED });
	});
});

describe('a set interval', () => {
	test('is the time from the end of a check to the next, at any age of the task', async () => {
		const old = taskReply({ submittedAtMs: STARTED_AT_MS - 20 * MINUTE });
		const meanings = [...repeat(3, RUNNING), ...repeat(3, old), DONE];
		const { checkedAt } = await wait({ intervalMs: 7 * SECOND }, meanings, {
			checkTakes: 2 * SECOND,
		});
		expect(checkedAt).toEqual([0, 9, 18, 27, 36, 45, 54]);
	});
});

describe('automatic checking', () => {
	const fresh = [0, 15, 25, 35, 44, 51];

	test.each([
		['no submit_time: counted from the start of the wait', null, fresh],
		['submitted now', STARTED_AT_MS, fresh],
		['submitted 10 s ago', STARTED_AT_MS - 10 * SECOND, [0, 15, 25, 34, 41, 47]],
		['submitted 20 s ago', STARTED_AT_MS - 20 * SECOND, [0, 5, 15, 24, 31, 37]],
		['submitted a minute ago', STARTED_AT_MS - MINUTE, [0, 5, 10, 15, 20, 25]],
		['submitted 20 minutes ago', STARTED_AT_MS - 20 * MINUTE, [0, 15, 30, 45, 60, 75]],
		['submitted in the future, so a clock is wrong', STARTED_AT_MS + HOUR, fresh],
		['submitted days ago, so a clock is wrong', STARTED_AT_MS - 72 * HOUR, fresh],
	])('%s', async (_when, submittedAtMs, checkedAt) => {
		const waited = await wait({}, [...repeat(5, taskReply({ submittedAtMs })), DONE]);
		expect(waited.checkedAt.map(Math.round)).toEqual(checkedAt);
	});

	test.each([
		['seconds', SUBMITTED_AT_MS / SECOND],
		['milliseconds', SUBMITTED_AT_MS],
	])('reads a submit_time in %s', async (_unit, submit_time) => {
		const body = bodyOf(IN_PROGRESS);
		const text = JSON.stringify({ ...body, data: { status: 'IN_PROGRESS', submit_time } });
		const running = classifyResponse(replyOf(text));
		const { checkedAt } = await wait({}, [running, running, DONE]);
		const [first, second] = gapsBetween(checkedAt);
		expect(first).toBe(5);
		expect(second).toBeGreaterThan(5);
		expect(second).toBeLessThan(5.2);
	});

	test('makes few checks before a video can be ready, most while it is likely, fewer later', async () => {
		const { checkedAt } = await wait({ maxWaitMs: HOUR }, [RUNNING]);
		const checksWithin = (from: number, to: number) =>
			checkedAt.filter((moment) => moment >= from && moment < to).length;
		expect(checksWithin(0, 25)).toBe(2);
		expect(checksWithin(25, 60)).toBe(5);
		expect(checksWithin(60, 480)).toBe(84);
		expect(checksWithin(480, 900)).toBeLessThan(50);
		expect(checksWithin(900, 1500)).toBeLessThanOrEqual(40);
	});

	test('never slows down beyond 15 s', async () => {
		const { checkedAt } = await wait({ maxWaitMs: 24 * HOUR }, [RUNNING]);
		expect(Math.max(...gapsBetween(checkedAt))).toBeCloseTo(15, 6);
	});
});

describe('when time is up', () => {
	const plan = { intervalMs: 5 * SECOND, maxWaitMs: 12 * SECOND };

	test('the last sleep is cut, and one last check is made', async () => {
		const { result, checkedAt, endedAtMs } = await wait(plan, [RUNNING]);
		expect(checkedAt).toEqual([0, 5, 10, 12]);
		expect(endedAtMs).toBe(12 * SECOND);
		const problem = { kind: 'timedOut', maxWaitMinutes: 0.2, cause: null };
		expect(result).toEqual({ kind: 'problem', problem, lastReply: RUNNING });
	});

	test('the plan may want the last status as an item', async () => {
		const { result } = await wait({ ...plan, onTimeout: 'returnLastStatus' }, [RUNNING]);
		const summary = { checks: 4, waitedSeconds: 12, timedOut: true };
		expect(result).toEqual({ kind: 'task', reply: RUNNING, wait: summary });
	});

	test('there is one last check, not two, if the interval ends there as well', async () => {
		const { checkedAt } = await wait({ ...plan, maxWaitMs: 10 * SECOND }, [RUNNING]);
		expect(checkedAt).toEqual([0, 5, 10]);
	});

	test('an interval longer than the wait leaves the first check and the last', async () => {
		const { checkedAt } = await wait({ intervalMs: HOUR, maxWaitMs: MINUTE }, [RUNNING]);
		expect(checkedAt).toEqual([0, 60]);
	});

	test('the video that the last check finds is handed over', async () => {
		const { result } = await wait(plan, [RUNNING, RUNNING, RUNNING, DONE]);
		expect(result).toMatchObject({ kind: 'task', reply: DONE, wait: { timedOut: false } });
	});

	test('a check under way then is the last one', async () => {
		const waited = await wait(plan, [RUNNING], { checkTakes: 4 * SECOND });
		expect(waited.checkedAt).toEqual([0, 9]);
		expect(waited.endedAtMs).toBe(13 * SECOND);
		expect(waited.result).toMatchObject({ problem: { kind: 'timedOut' } });
	});

	test('a check may wait for its turn for the time that is left, and take 10 s more', async () => {
		const { turns } = await wait({ ...plan, maxWaitMs: 18 * SECOND }, [RUNNING]);
		const left = [18, 13, 8, 3, 0];
		expect(turns.map(({ maxPauseMs }) => maxPauseMs / SECOND)).toEqual(left);
		expect(turns.map(({ timeoutMs }) => timeoutMs / SECOND)).toEqual(left.map((time) => time + 10));
	});

	test('the checks of many tasks drift apart, but for the first and the last', async () => {
		const { turns } = await wait({ ...plan, maxWaitMs: 78 * SECOND }, [RUNNING]);
		const spreads = turns.map(({ spreadOverMs }) => spreadOverMs / SECOND);
		expect(spreads.slice(0, 4)).toEqual([0, 0.5, 1, 1.5]);
		expect(spreads.slice(-4)).toEqual([5, 5, 5, 0]);
	});

	test('the wait is over 10 s later, however slow the last check', async () => {
		const waited = await wait(plan, [RUNNING], { checkTakes: 11 * SECOND });
		expect(waited.checkedAt).toEqual([0, 12]);
		expect(waited.endedAtMs).toBe(22 * SECOND);
		expect(waited.result).toMatchObject({ problem: { kind: 'timedOut' } });
	});

	test.each<[string, CheckResult[], CheckResult | null, unknown]>([
		['nothing was ever seen', [TRANSIENT], null, 'the connection was cut'],
		['the last check went wrong', [RUNNING, RUNNING, TRANSIENT], RUNNING, 'the connection was cut'],
		[
			'only the last check met a refused token',
			[RUNNING, RUNNING, RUNNING, TOKEN_REFUSED],
			RUNNING,
			expect.stringContaining('token'),
		],
		['all is well again', [TRANSIENT, RUNNING, RUNNING], RUNNING, null],
	])(
		'the last good reply is kept, and the cause of trouble if %s',
		async (_when, meanings, lastReply, cause) => {
			const { result } = await wait(plan, meanings);
			const problem = { kind: 'timedOut', maxWaitMinutes: 0.2, cause };
			expect(result).toEqual({ kind: 'problem', problem, lastReply });
		},
	);

	test('without any good reply it is a problem, even if the plan wants the last status', async () => {
		const { result } = await wait({ ...plan, onTimeout: 'returnLastStatus' }, [TRANSIENT]);
		expect(result).toMatchObject({ kind: 'problem', problem: { kind: 'timedOut' } });
	});

	test('SUCCESS without a URL is not called late', async () => {
		const { result } = await wait(plan, [RUNNING, RUNNING, RUNNING, DONE_WITHOUT_VIDEO]);
		expect(result).toMatchObject({
			kind: 'problem',
			problem: { kind: 'succeededWithoutVideo' },
		});
	});
});

describe('passing trouble', () => {
	test.each([
		[SECOND, [2, 4, 8, 15, 15]],
		[5 * SECOND, [10, 15, 15, 15, 15]],
		[MINUTE, [60, 60, 60, 60, 60]],
	])('doubles an interval of %d ms, up to 15 s or the interval: %j s', async (intervalMs, gaps) => {
		const { checkedAt } = await wait({ intervalMs }, [...repeat(5, TRANSIENT), DONE]);
		expect(gapsBetween(checkedAt)).toEqual(gaps);
	});

	test('leaves the interval as it was once a check goes well', async () => {
		const plan = { intervalMs: 5 * SECOND };
		const meanings = [TRANSIENT, TRANSIENT, RUNNING, RUNNING, TRANSIENT, DONE];
		const { checkedAt } = await wait(plan, meanings);
		expect(gapsBetween(checkedAt)).toEqual([10, 15, 5, 5, 10]);
	});

	test.each([1, 2, 20])('maxFailedChecks = %d lets as many go wrong', async (maxFailedChecks) => {
		const { result } = await wait({ maxFailedChecks }, [
			...repeat(maxFailedChecks, TRANSIENT),
			DONE,
		]);
		expect(result).toMatchObject({ reply: DONE, wait: { checks: maxFailedChecks + 1 } });
	});

	test.each([1, 2, 20])('maxFailedChecks = %d ends with one more', async (maxFailedChecks) => {
		const meanings = [RUNNING, ...repeat(maxFailedChecks + 1, TRANSIENT), DONE];
		const { result, checkedAt } = await wait({ maxFailedChecks }, meanings);
		expect(checkedAt).toHaveLength(maxFailedChecks + 2);
		expect(result).toEqual({
			kind: 'problem',
			problem: {
				kind: 'tooManyFailedChecks',
				cause: 'the connection was cut',
				failedChecks: maxFailedChecks + 1,
			},
			lastReply: RUNNING,
		});
	});

	test('is counted anew after a good check', async () => {
		const meanings = [...repeat(2, TRANSIENT), RUNNING, ...repeat(2, TRANSIENT), RUNNING, DONE];
		const { result } = await wait({ maxFailedChecks: 2 }, meanings);
		expect(result).toMatchObject({ reply: DONE, wait: { checks: 7 } });
	});
});

const PASSING_AFTER_A_GOOD_CHECK: Array<[PermanentError, string]> = [
	[TOKEN_REFUSED, 'the gateway did not accept the API token'],
	[
		{ kind: 'tokenRefused', gatewayMessage: '无效的令牌' },
		'the gateway did not accept the API token (无效的令牌)',
	],
	[{ kind: 'wrongBaseUrl', received: 'a web page' }, 'the gateway answered with a web page'],
	[{ kind: 'accessRefused', gatewayMessage: null }, 'the gateway answered with HTTP status 403'],
	[{ kind: 'proxyRefused' }, 'the proxy asked for a user name and password'],
	[
		{ kind: 'certificateNotTrusted', cause: 'self-signed certificate' },
		"the gateway's certificate was not trusted (self-signed certificate)",
	],
];

describe('a permanent error that may be passing once a check has gone well', () => {
	test.each(PASSING_AFTER_A_GOOD_CHECK)('%j ends the wait before that', async (error) => {
		const problem = { kind: 'problem', problem: error, lastReply: null };
		const atOnce = await wait({}, [error, DONE]);
		expect(atOnce.checkedAt).toHaveLength(1);
		expect(atOnce.result).toEqual(problem);

		const later = await wait({}, [TRANSIENT, TRANSIENT, error, DONE]);
		expect(later.checkedAt).toHaveLength(3);
		expect(later.result).toEqual(problem);
	});

	test.each(PASSING_AFTER_A_GOOD_CHECK)('%j is waited through after that', async (error) => {
		const { result } = await wait({}, [RUNNING, ...repeat(20, error), DONE]);
		expect(result).toMatchObject({ reply: DONE, wait: { checks: 22 } });
	});

	test.each(PASSING_AFTER_A_GOOD_CHECK)('%j counts as a failed check: %s', async (error, cause) => {
		const { result } = await wait({ maxFailedChecks: 2 }, [RUNNING, TRANSIENT, error]);
		const problem = { kind: 'tooManyFailedChecks', cause, failedChecks: 3 };
		expect(result).toEqual({ kind: 'problem', problem, lastReply: RUNNING });
	});

	test('has a gap that doubles', async () => {
		const plan = { intervalMs: SECOND };
		const { checkedAt } = await wait(plan, [RUNNING, ...repeat(3, TOKEN_REFUSED), DONE]);
		expect(gapsBetween(checkedAt)).toEqual([1, 2, 4, 8]);
	});
});

describe('any other permanent error ends the wait at once', () => {
	const errors: PermanentError[] = [
		{ kind: 'taskUnknown' },
		{ kind: 'tokenNoLongerValid', gatewayMessage: '该令牌已过期' },
		{ kind: 'tokenRestricted', gatewayMessage: null },
		{ kind: 'accessRefused', gatewayMessage: 'banned' },
		{ kind: 'requestRefused', statusCode: 400, gatewayMessage: null },
		{ kind: 'notSent', cause: 'Invalid URL' },
	];

	test.each(errors)('$kind', async (error) => {
		const atOnce = await wait({}, [error, DONE]);
		expect(atOnce.checkedAt).toHaveLength(1);
		expect(atOnce.result).toEqual({ kind: 'problem', problem: error, lastReply: null });

		const later = await wait({}, [RUNNING, error, DONE]);
		expect(later.checkedAt).toHaveLength(2);
		expect(later.result).toEqual({ kind: 'problem', problem: error, lastReply: RUNNING });
	});
});

describe('SUCCESS without a URL', () => {
	test('is checked 4 times', async () => {
		const { result, checkedAt } = await wait({}, [RUNNING, DONE_WITHOUT_VIDEO]);
		expect(checkedAt).toHaveLength(5);
		expect(result).toEqual({
			kind: 'problem',
			problem: { kind: 'succeededWithoutVideo' },
			lastReply: DONE_WITHOUT_VIDEO,
		});
	});

	test('has succeeded once the URL is there', async () => {
		const { result } = await wait({}, [...repeat(3, DONE_WITHOUT_VIDEO), DONE]);
		expect(result).toMatchObject({ kind: 'task', reply: DONE });
	});
});

describe('a stopped wait', () => {
	const plan = { intervalMs: 10 * SECOND };

	test('makes no check at all if nobody waits from the start', async () => {
		const { result, checkedAt } = await wait(plan, [DONE], { stopAt: 0 });
		expect(checkedAt).toEqual([]);
		expect(result).toEqual({ kind: 'stopped' });
	});

	test('makes no further check when stopped in its sleep', async () => {
		const { result, checkedAt } = await wait(plan, [RUNNING], { stopAt: 13 * SECOND });
		expect(checkedAt).toEqual([0, 10]);
		expect(result).toEqual({ kind: 'stopped' });
	});

	test.each<[string, CheckResult]>([
		['the video', DONE],
		['transientError', TRANSIENT],
		['a refusal', { kind: 'taskUnknown' }],
	])('comes to nothing when stopped in a check that would bring %s', async (_what, meaning) => {
		const { result, checkedAt } = await wait(plan, [RUNNING, meaning], {
			checkTakes: 4 * SECOND,
			stopAt: 15 * SECOND,
		});
		expect(checkedAt).toEqual([0, 14]);
		expect(result).toEqual({ kind: 'stopped' });
	});
});
