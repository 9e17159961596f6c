import { continueWithOutput, itemFor, runKling, startKling, waiting } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { times } from '../support/times';

const sandbox = sandboxForEachTest({ latencyMs: 20 });

const MOST_IN_FLIGHT = 25;

test.each([
	['a check', {}],
	['a wait', waiting()],
])('%s of many tasks has no more than so many calls in flight', async (_what, parameters) => {
	const run = startKling({ sandbox, tasks: times(60, 'silent'), parameters });
	await sandbox.untilSeen(MOST_IN_FLIGHT);
	// answered after all calls that were sent before it
	await runKling({ sandbox, tasks: ['success-0s'] });
	expect(sandbox.requests).toHaveLength(MOST_IN_FLIGHT + 1);
	run.stop();
	expect((await run.finished).status).toBe('canceled');
});

test.each([
	['a check', {}, 1],
	['a wait', waiting(), 3],
])('%s asks once about a task that many items name', async (_what, parameters, checks) => {
	const tasks = Array.from({ length: 40 }, () => 'late-url-0s');
	const { items } = await runKling({ sandbox, tasks, parameters });
	expect(items).toHaveLength(40);
	// how long each has waited depends on when n8n has started it
	const outputs = items.map(({ json }) => JSON.stringify({ ...json, wait: null }));
	expect(new Set(outputs).size).toBe(1);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(tasks.map((_, item) => ({ item })));
	// on a busy machine an item may come when the check of the others is over: a few more, not 40 times as many
	expect(sandbox.requests.length).toBeGreaterThanOrEqual(checks);
	expect(sandbox.requests.length).toBeLessThanOrEqual(2 * checks);
});

describe('a task that the gateway refuses for being asked too often', () => {
	test('makes all others pause as well', async () => {
		const slow = times(10, 'success-1.5s');
		const { items } = await runKling({
			sandbox,
			tasks: ['blip-rate-limit-retry-0s', ...slow],
			parameters: waiting(),
		});
		expect(items).toHaveLength(11);
		const [refused, again] = sandbox.checksOf('blip-rate-limit-retry-0s');
		// a call may be on its way while the refusal is
		const pausedFromMs = (refused?.repliedAtMs ?? 0) + 500;
		const pausedToMs = (refused?.atMs ?? 0) + 3000;
		expect(again?.atMs).toBeGreaterThanOrEqual(pausedToMs);
		const meanwhile = sandbox.requests.filter(
			({ atMs }) => atMs > pausedFromMs && atMs < pausedToMs,
		);
		expect(meanwhile).toEqual([]);
	});

	test('does not keep others from their last check when time is up', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['rate-limit-retry', 'success-0.5s'],
			parameters: waiting({ maxWaitMinutes: 1.5 / 60 }),
			settings: continueWithOutput,
		});
		expect(itemFor(result, 1).json).toMatchObject({ succeeded: true, wait: { checks: 2 } });
		expect(itemFor(result, 0).json.error).toMatchObject({
			message: expect.stringContaining('HTTP status 429'),
		});
	});

	test('does not slow down another run', async () => {
		const refused = startKling({ sandbox, tasks: ['rate-limit-retry'], parameters: waiting() });
		await sandbox.untilSeen(1);
		const { items } = await runKling({
			sandbox,
			tasks: times(5, 'late-url-0s'),
			parameters: waiting(),
		});
		expect(items).toHaveLength(5);
		refused.stop();
		await refused.finished;
	});
});
