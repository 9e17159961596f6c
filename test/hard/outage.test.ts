import { continueWithOutput, runKling, startKling, waiting } from '../support/kling';
import { RestartableGateway } from '../support/restartable';
import { times } from '../support/times';
import { ClientCalls, Log } from '../support/watch';

let gateway: RestartableGateway;
let log: Log;
let calls: ClientCalls;
beforeEach(() => {
	log = new Log();
	calls = new ClientCalls();
});
afterEach(async () => {
	log.stop();
	calls.stop();
	await gateway.close();
});

const succeeded = (taskId: string, item: number) => ({
	json: expect.objectContaining({ taskId, succeeded: true }),
	pairedItem: { item },
});

test('a gateway that is down for a while delays 200 waits and ends none', async () => {
	// so slow that none is done before it goes down
	gateway = await RestartableGateway.start({ speed: 0.1 });
	const tasks = times(200, 'success-4s');
	const run = startKling({ sandbox: gateway, tasks, parameters: waiting({ maxFailedChecks: 5 }) });
	// all have been asked about once, and some twice
	await gateway.untilSeen(250);
	await gateway.restart(async () => {
		// many of them more than once by then, and none of them six times in a row
		const refused = tasks.map((task) => `Checked task ${task}: the connection was refused`);
		await Promise.race([log.untilEach(refused), run.finished]);
	});
	const { status, items } = await run.finished;
	expect(status).toBe('success');
	expect(items).toEqual(tasks.map(succeeded));
	// every task has met it
	expect(new Set(items.map(({ json }) => Object(json.wait).checks > 2))).toEqual(new Set([true]));
});

test('a gateway that stays down ends the waits when each has met it too often', async () => {
	gateway = await RestartableGateway.start();
	const run = startKling({
		sandbox: gateway,
		tasks: times(200, 'success-600s'),
		parameters: waiting({ maxFailedChecks: 1 }),
		settings: continueWithOutput,
	});
	await gateway.untilSeen(200);
	await gateway.restart(async () => {
		const { items, errorItems } = await run.finished;
		expect(items).toEqual([]);
		expect(errorItems.map(({ json }) => json.error)).toEqual(
			times(200, 'success-600s').map((taskId) =>
				expect.objectContaining({
					taskId,
					message: expect.stringContaining('could not be checked 2 times in a row'),
				}),
			),
		);
	});
});

test('what ends for good among 200 ends only its own wait', async () => {
	gateway = await RestartableGateway.start();
	const ending: Record<number, string> = {
		7: 'unknown',
		120: 'later-unknown',
		180: 'failure-0.5s',
	};
	const tasks = times(200, 'success-3s').map((taskId, index) => ending[index] ?? taskId);
	const result = await runKling({
		sandbox: gateway,
		tasks,
		parameters: waiting(),
		settings: continueWithOutput,
	});
	expect(result.status).toBe('success');
	expect(result.items).toEqual(
		tasks.map(succeeded).filter(({ pairedItem }) => ending[pairedItem.item] === undefined),
	);
	expect(result.errorItems.map(({ pairedItem }) => pairedItem)).toEqual(
		[7, 120, 180].map((item) => ({ item })),
	);
	for (const taskId of Object.values(ending)) {
		const checks = gateway.requests.filter((seen) => seen.taskId === taskId);
		expect(checks).toHaveLength(taskId === 'unknown' ? 1 : 2);
	}
});

test.each(['unknown', 'later-unknown-600s', 'failure-1s'])(
	'without "Continue", %s among 200 ends the run, and nobody is asked about any more',
	async (scenario) => {
		gateway = await RestartableGateway.start();
		const tasks = times(200, 'success-600s');
		tasks[120] = scenario;
		const { status, error, items } = await runKling({
			sandbox: gateway,
			tasks,
			parameters: waiting(),
		});
		expect(status).toBe('error');
		expect(error).toMatchObject({
			message: expect.stringContaining(scenario),
			context: { itemIndex: 120 },
		});
		expect(items).toEqual([]);

		// the same interval, begun later: whatever still goes on would ask in the meantime
		const sent = calls.paths.length;
		await runKling({ sandbox: gateway, tasks: ['success-1s-later'], parameters: waiting() });
		const later = new Set(calls.paths.slice(sent));
		expect(later).toEqual(new Set([expect.stringMatching(/success-1s-later$/)]));
	},
);
