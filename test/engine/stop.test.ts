/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { runKling, startKling, waiting } from '../support/kling';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

const SETTINGS = [
	['', {}],
	[' with "Continue"', { onError: 'continueRegularOutput' }],
	[' with "Continue (using error output)"', { onError: 'continueErrorOutput' }],
	[' with "Retry On Fail"', { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 }],
] as const;

/** A task that sleeps between two checks, and one whose check is not answered. */
describe.each([
	['while it sleeps', 'never', 1],
	['while a request is in flight', 'silent', 1],
	['while some sleep and some ask', 'never,silent,drip', 3],
])('Stop %s', (_when, tasks, checks) => {
	test.each(SETTINGS)('ends the wait as canceled%s', async (_name, settings) => {
		// a Stop that only the next check would notice is none
		const parameters = waiting({ pollingInterval: 3600, maxWaitMinutes: 1440 });
		const run = startKling({ sandbox, tasks: tasks.split(','), parameters, settings });
		await sandbox.untilSeen(checks);
		// let the answer to the first check arrive
		await new Promise((resolve) => setTimeout(resolve, 100));
		run.stop();
		const { status, runs } = await run.finished;
		expect({ status, runs }).toEqual({ status: 'canceled', runs: 1 });

		await new Promise((resolve) => setTimeout(resolve, 1300));
		expect(sandbox.requests).toHaveLength(checks);
	});
});

test('Stop ends a single check as canceled', async () => {
	const run = startKling({ sandbox, tasks: ['silent'] });
	await sandbox.untilSeen(1);
	run.stop();
	expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1 });
});

test('a wait that nobody stops is not disturbed by one that is', async () => {
	const stopped = startKling({ sandbox, tasks: ['never'], parameters: waiting() });
	const other = runKling({ sandbox, tasks: ['success-1s'], parameters: waiting() });
	await sandbox.untilSeen(2);
	stopped.stop();
	expect((await stopped.finished).status).toBe('canceled');
	expect((await other).items[0]?.json).toMatchObject({ succeeded: true });
});
