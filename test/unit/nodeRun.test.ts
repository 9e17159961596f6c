/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { transientError, type CheckResult } from '../../nodes/KlingVideo/gateway/checkResult';
import type { CallLimits } from '../../nodes/KlingVideo/limits/rateLimiter';
import { NodeRun } from '../../nodes/KlingVideo/run/nodeRun';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const SECOND_MS = 1000;
const LIMITS: CallLimits = { spreadOverMs: 0, maxPauseMs: 60_000, timeoutMs: 600_000 };
const TASK_UNKNOWN: CheckResult = { kind: 'taskUnknown' };

const pass = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

function createRun(cancelSignal?: AbortSignal): NodeRun {
	const run = new NodeRun({
		itemCount: 1,
		itemStartMs: 0,
		cancelSignal,
		isAbandoned: () => false,
	});
	run.join(0);
	return run;
}

describe('the rate of the checks after the gateway asked for fewer', () => {
	test.each<[string, CheckResult, number[]]>([
		['rises with replies', TASK_UNKNOWN, [1040, 2040, 2540]],
		['does not rise with requests that are not sent', notSent(), [1040, 2040, 3040]],
		[
			'does not rise where the certificate is not trusted',
			{ kind: 'certificateNotTrusted', cause: 'self-signed' },
			[1040, 2040, 3040],
		],
		['does not rise with transient errors', transientError('cut'), [1040, 2040, 3040]],
	])('%s', async (_how, result, startedAtMs) => {
		const run = createRun();
		const begunAtMs = performance.now();
		const started: number[] = [];
		const check = (taskId: string, outcome: CheckResult) =>
			run.check(taskId, LIMITS, async () => {
				started.push(performance.now() - begunAtMs);
				await new Promise((resolve) => setTimeout(resolve, 40));
				return outcome;
			});
		void check('0', { ...transientError('busy'), isRateLimited: true });
		await pass(40);
		for (const taskId of ['1', '2', '3']) void check(taskId, result);
		await pass(10 * SECOND_MS);
		expect(started.slice(1)).toEqual(startedAtMs);
	});
});

function notSent(): CheckResult {
	return { kind: 'notSent', cause: 'Domain not allowed' };
}

describe('items that name the same task', () => {
	test('share a check, and leave no timer behind', async () => {
		const run = createRun();
		let sent = 0;
		const send = async () => {
			sent++;
			await new Promise((resolve) => setTimeout(resolve, 40));
			return TASK_UNKNOWN;
		};
		const checks = [1, 2, 3].map(async () => await run.check('a', LIMITS, send));
		await pass(40);
		expect(await Promise.all(checks)).toEqual([TASK_UNKNOWN, TASK_UNKNOWN, TASK_UNKNOWN]);
		expect(sent).toBe(1);
		await pass(0);
		expect(jest.getTimerCount()).toBe(0);
	});

	test('wait for it only as long as their own limits say', async () => {
		const run = createRun();
		const never = async () => await new Promise<CheckResult>(() => {});
		void run.check('a', LIMITS, never);
		const joined = run.check('a', { ...LIMITS, timeoutMs: 3 * SECOND_MS }, never);
		await pass(3 * SECOND_MS);
		expect(await joined).toMatchObject({ kind: 'transientError' });
	});
});

test('a run that has ended sends nothing any more', async () => {
	const abort = new AbortController();
	const run = createRun(abort.signal);
	abort.abort();
	const send = jest.fn(async () => TASK_UNKNOWN);
	await run.check('a', LIMITS, send);
	expect(send).not.toHaveBeenCalled();
});
