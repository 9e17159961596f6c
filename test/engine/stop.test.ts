import { runKling, startKling, waiting } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { ClientCalls, Log } from '../support/watch';

const sandbox = sandboxForEachTest();

let log: Log;
let calls: ClientCalls;
beforeEach(() => {
	log = new Log();
	calls = new ClientCalls();
});
afterEach(() => {
	log.stop();
	calls.stop();
});

const SETTINGS = [
	['', {}],
	[' with "Continue"', { onError: 'continueRegularOutput' }],
	[' with "Continue (using error output)"', { onError: 'continueErrorOutput' }],
	[' with "Retry On Fail"', { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 }],
] as const;

/** The node writes a line to n8n's log for each check that it goes through to the end. */
const CHECKED = 'Checked task';

/** A task that sleeps between two checks, and one whose check is not answered. */
describe.each([
	['while it sleeps', 'never', 1, 1],
	['while a request is in flight', 'silent', 1, 0],
	['while some sleep and some ask', 'never,silent,drip', 3, 1],
])('Stop %s', (_when, tasks, checks, answered) => {
	test.each(SETTINGS)(
		'ends the wait as canceled, and with it all checks%s',
		async (_name, settings) => {
			// a Stop that only the next check would notice would take an hour
			const parameters = waiting({ pollingInterval: 3600, maxWaitMinutes: 1440 });
			const run = startKling({ sandbox, tasks: tasks.split(','), parameters, settings });
			await sandbox.untilSeen(checks);
			await log.untilCount(answered, CHECKED);
			run.stop();
			const { status, runs, items, errorItems } = await run.finished;
			expect({ status, runs, items, errorItems }).toEqual({
				status: 'canceled',
				runs: 1,
				items: [],
				errorItems: [],
			});

			// a wait that does not notice the end would check again at once: its sleeps are over
			await runKling({ sandbox, tasks: ['success-0s'] });
			expect(log.count(CHECKED)).toBe(answered + 1);
			expect(calls.paths).toHaveLength(checks + 1);
		},
	);
});

test.each(SETTINGS)(
	'a stopped wait is not checked when its interval is over%s',
	async (_name, settings) => {
		const run = startKling({ sandbox, tasks: ['never'], parameters: waiting(), settings });
		await log.untilCount(1, CHECKED);
		run.stop();
		await run.finished;

		// the same interval, begun later
		await runKling({ sandbox, tasks: ['success-1s'], parameters: waiting() });
		expect(sandbox.checksOf('never')).toHaveLength(1);
		expect(log.count(CHECKED)).toBe(1 + sandbox.checksOf('success-1s').length);
	},
);

test('Stop ends a single check as canceled', async () => {
	const run = startKling({ sandbox, tasks: ['silent'] });
	await sandbox.untilSeen(1);
	run.stop();
	expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1 });
});

test('Stop does not disturb the wait of another execution', async () => {
	const stopped = startKling({ sandbox, tasks: ['never'], parameters: waiting() });
	const other = runKling({ sandbox, tasks: ['success-1s'], parameters: waiting() });
	await sandbox.untilSeen(2);
	stopped.stop();
	expect((await stopped.finished).status).toBe('canceled');
	expect((await other).items[0]?.json).toMatchObject({ succeeded: true });
});
