import type { NodeRunResult } from '../../engine/n8nEngine';
import { continueWithOutput, errorFor, itemFor, runKling, waiting } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';

const sandbox = sandboxForAllTests();

/** Milliseconds between the checks of a task. A timer may fire a moment before its time. */
function gapsOf(taskId: string): number[] {
	const times = sandbox.checksOf(taskId).map(({ atMs }) => atMs);
	return times.slice(1).map((time, index) => time - Number(times[index]) + 5);
}

describe('tasks that get done', () => {
	const TASKS = [
		'success-0s',
		'success-2s',
		'documented-2s',
		'several-2s',
		'shallow-2s',
		'native-2s',
		'deep-2s',
		'spelled-2s',
		'completed-2s',
		'numbers-2s',
		'data-url-2s',
		'result-url-2s',
		'fail-reason-url-2s',
		'unknown-status-2s',
		'empty-status-2s',
		'late-url-0s',
	];
	let result: NodeRunResult;
	beforeAll(async () => {
		result = await runKling({ sandbox, tasks: TASKS, parameters: waiting() });
	});

	test.each(TASKS.map((task, index) => [task, index] as const))('%s', (task, index) => {
		expect(itemFor(result, index).json).toMatchObject({
			taskId: task,
			status: 'SUCCESS',
			done: true,
			succeeded: true,
			videoUrl: expect.stringContaining(`/videos/${task}.mp4`),
			wait: {
				checks: sandbox.checksOf(task).length,
				waitedSeconds: expect.any(Number),
				timedOut: false,
			},
		});
	});

	test('come out in the order of the input', () => {
		expect(result.items.map(({ json }) => json.taskId)).toEqual(TASKS);
	});

	test('are checked at once, then after the interval, and never again when done', () => {
		expect(sandbox.checksOf('success-0s')).toHaveLength(1);
		const gaps = gapsOf('success-2s');
		expect(gaps.length).toBeGreaterThanOrEqual(2);
		for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1000);
	});

	test('with Simplify off, the reply comes as it is', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: ['native-0s'],
			parameters: { ...waiting(), simplify: false },
		});
		expect(Object.keys(items[0]?.json ?? {})).toEqual(['code', 'message', 'request_id', 'data']);
		expect(items[0]?.pairedItem).toEqual({ item: 0 });
	});
});

describe('what passes by itself is waited out', () => {
	/** Only for replies that never end: others may be late on a machine that is busy. */
	const timeoutFor = (odd: string) => (['silent', 'drip'].includes(odd) ? { timeout: 3000 } : {});
	const PASSING = [
		'rate-limit',
		'rate-limit-text',
		'rate-limit-retry',
		'upstream-busy',
		'database',
		'panic',
		'bad-gateway',
		'unavailable',
		'gateway-timeout',
		'empty',
		'null-data',
		'kling-1302',
		'broken-json',
		'bad-gzip',
		'garbage',
		'cut',
		'cut-body',
		'silent',
		'drip',
	];
	let results: NodeRunResult[];
	beforeAll(async () => {
		// a run each: what one task meets would slow down the others of its run
		results = await Promise.all(
			PASSING.map(
				async (odd) =>
					await runKling({
						sandbox,
						tasks: [`blip-${odd}-0s`],
						parameters: { ...waiting(), requestOptions: timeoutFor(odd) },
					}),
			),
		);
	});

	test.each(PASSING.map((odd, index) => [odd, index] as const))('%s', (odd, index) => {
		expect(results[index]?.items[0]?.json).toMatchObject({
			succeeded: true,
			wait: { checks: 3, timedOut: false },
		});
		expect(sandbox.checksOf(`blip-${odd}-0s`)).toHaveLength(3);
	});

	test('with a gap that doubles, and no sooner than the gateway asks for', () => {
		const [first, second] = gapsOf('blip-unavailable-0s');
		expect(first).toBeGreaterThanOrEqual(2000);
		expect(second).toBeGreaterThanOrEqual(4000);
		for (const gap of gapsOf('blip-rate-limit-retry-0s')) expect(gap).toBeGreaterThanOrEqual(3000);
	});

	test('but not for ever: the last cause is told', async () => {
		const options = { maxFailedChecks: 1 };
		const { error } = await runKling({
			sandbox,
			tasks: ['database'],
			parameters: waiting(options),
		});
		expect(error).toMatchObject({
			message:
				'Task database could not be checked 2 times in a row: the gateway answered with HTTP status 500 (database is locked)',
			description: expect.stringContaining('Run this node again with the same Task ID'),
		});
		expect(sandbox.checksOf('database')).toHaveLength(2);
	});
});

describe('what does not pass ends the wait', () => {
	test.each([
		['unknown', 1, /unknown to this token's account/],
		['later-unknown-9s', 2, /unknown to this token's account/],
		['bad-token', 1, /did not accept the API token/],
		['later-spent-token-9s', 2, /expired, used up or disabled/],
		['restricted', 1, /limited to certain models/],
		['banned', 1, /denied access/],
		['kling-1203', 1, /refused the request/],
		['web-page', 1, /Base URL/],
		['not-found', 1, /Base URL/],
		['redirect', 1, /Base URL/],
	])('%s, after %i check(s)', async (task, checks, message) => {
		const { error, status } = await runKling({ sandbox, tasks: [task], parameters: waiting() });
		expect(status).toBe('error');
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(message),
			context: { itemIndex: 0 },
		});
		expect(sandbox.checksOf(task)).toHaveLength(checks);
	});

	test.each(['bad-token', 'web-page', 'not-found', 'redirect', 'firewall'])(
		'%s does not after a good check',
		async (odd) => {
			const task = `twice-${odd}-1s`;
			const { items } = await runKling({ sandbox, tasks: [task], parameters: waiting() });
			expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 4 } });
		},
	);

	test('a task id that is of no use is told before any request', async () => {
		const before = sandbox.requests.length;
		const { error } = await runKling({ sandbox, tasks: [{}], parameters: waiting() });
		expect(error).toMatchObject({ message: 'The Task ID is empty', context: { itemIndex: 0 } });
		expect(sandbox.requests).toHaveLength(before);
	});
});

describe('a failed task', () => {
	test('is an error with the true reason', async () => {
		const { error } = await runKling({ sandbox, tasks: ['failure-1s'], parameters: waiting() });
		expect(error).toMatchObject({
			message: 'Task failure-1s (Multi-Image Video) ended without a video: Image pixel is invalid',
			context: { itemIndex: 0 },
		});
	});

	test('is an item, if the user wants it so', async () => {
		const { items, status } = await runKling({
			sandbox,
			tasks: ['failure-1s'],
			parameters: waiting({ onFailure: 'returnTask' }),
		});
		expect(status).toBe('success');
		expect(items[0]?.json).toMatchObject({
			status: 'FAILURE',
			done: true,
			succeeded: false,
			failureReason: 'Image pixel is invalid',
			wait: { timedOut: false },
		});
	});
});

test('a SUCCESS that never gets a URL is checked a few times, then told', async () => {
	const { error } = await runKling({ sandbox, tasks: ['no-url-0s'], parameters: waiting() });
	expect(error).toMatchObject({
		message: 'Task no-url-0s is finished, but the gateway gives no video URL for it',
	});
	expect(sandbox.checksOf('no-url-0s')).toHaveLength(4);
});

describe('when time is up', () => {
	const twoSeconds = { maxWaitMinutes: 2 / 60, pollingInterval: 1.5 };

	test('there was a check at the end, and the error has the last status', async () => {
		const { error } = await runKling({
			sandbox,
			tasks: ['never-a'],
			parameters: waiting(twoSeconds),
		});
		expect(error).toMatchObject({
			message: 'Task never-a (Multi-Image Video) was not finished within 0.03 minutes',
			description: expect.stringContaining('Its last status was IN_PROGRESS (30%).'),
		});
		const gaps = gapsOf('never-a');
		expect(gaps).toHaveLength(2);
		expect(gaps[0]).toBeGreaterThanOrEqual(1500);
		// the last sleep is cut to the time left
		expect(gaps[1]).toBeLessThan(1500);
	});

	test('the last status is an item, if the user wants it so', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: ['never-b'],
			parameters: waiting({ ...twoSeconds, onTimeout: 'returnLastStatus' }),
		});
		expect(items[0]?.json).toMatchObject({
			status: 'IN_PROGRESS',
			done: false,
			succeeded: false,
			wait: { checks: 3, timedOut: true },
		});
	});

	test('without any good reply it is an error all the same', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['unavailable-c'],
			parameters: waiting({ ...twoSeconds, onTimeout: 'returnLastStatus' }),
			settings: continueWithOutput,
		});
		expect(errorFor(result, 0)).toEqual({
			message:
				'Task unavailable-c (Multi-Image Video) could not be checked within 0.03 minutes: the gateway answered with HTTP status 503',
			description: expect.stringContaining('No check went well so far.'),
			taskId: 'unavailable-c',
			status: null,
		});
	});

	test('trouble in the last check does not hide the last status', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['later-unavailable-99s'],
			parameters: waiting(twoSeconds),
			settings: continueWithOutput,
		});
		expect(errorFor(result, 0)).toMatchObject({
			message:
				'Task later-unavailable-99s (Multi-Image Video) was not finished within 0.03 minutes',
			status: 'SUBMITTED',
		});
	});

	test('a video that is ready by the last check is still handed over', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: ['success-1.7s'],
			parameters: waiting({ maxWaitMinutes: 2 / 60, pollingInterval: 100 }),
		});
		expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 2, timedOut: false } });
	});

	test('a last check without an answer is given up after 10 seconds', async () => {
		const { error } = await runKling({
			sandbox,
			tasks: ['silent-d'],
			parameters: waiting({ maxWaitMinutes: 0.01 }),
		});
		expect(error).toMatchObject({
			message: expect.stringMatching(/no reply within 10(\.\d)? seconds/),
		});
		expect(sandbox.checksOf('silent-d')).toHaveLength(1);
	});
});

test('options out of range, or not numbers, are brought to sense', async () => {
	const { items } = await runKling({
		sandbox,
		tasks: ['success-1s-range'],
		parameters: {
			operation: 'waitUntilComplete',
			options: { pollingInterval: 0, maxWaitMinutes: -7, maxFailedChecks: 0, onTimeout: 'maybe' },
		},
	});
	expect(items[0]?.json).toMatchObject({ succeeded: true });
	for (const gap of gapsOf('success-1s-range')) expect(gap).toBeGreaterThanOrEqual(1000);
});
