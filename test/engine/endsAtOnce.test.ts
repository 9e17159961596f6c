import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { continuesPastBadExpression } from '../support/host';
import { runKling, startKling, waiting } from '../support/kling';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

/** A wait whose next check is far away, beside one that ends at its first check. */
const longWait = waiting({ pollingInterval: 3600, maxWaitMinutes: 1440 });

describe('with "Execute Once" and several input items', () => {
	test.each([
		['a wait', longWait],
		['a single check', {}],
	])('%s that ends in an error ends the node', async (_what, parameters) => {
		const { status, error } = await runKling({
			sandbox,
			tasks: ['unknown', 'never', 'never'],
			parameters,
			settings: { executeOnce: true },
		});
		expect(status).toBe('error');
		expect(error).toMatchObject({ message: expect.stringContaining('Task unknown') });
		expect(sandbox.requests).toHaveLength(1);
	});

	test('Stop ends it', async () => {
		const run = startKling({
			sandbox,
			tasks: ['never', 'never'],
			parameters: longWait,
			settings: { executeOnce: true },
		});
		await sandbox.untilSeen(1);
		run.stop();
		expect((await run.finished).status).toBe('canceled');
	});

	test('it gives its one item, with its link', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: ['success-0s', 'never'],
			parameters: longWait,
			settings: { executeOnce: true },
		});
		expect(items).toEqual([
			{ json: expect.objectContaining({ succeeded: true }), pairedItem: { item: 0 } },
		]);
	});
});

describe('an expression that fails for a later item', () => {
	/** n8n cannot resolve it for an item that is bad. */
	const taskId = "={{ $json.bad ? $('There Is No Such Node').item.json.id : $json.task_id }}";

	test.each([
		['', {}],
		[' with batching', { batching: { batch: { batchSize: 1, batchInterval: 100 } } }],
	])('ends the node, and the items before it make no further request%s', async (_how, more) => {
		const { status } = await runKling({
			sandbox,
			tasks: [{ task_id: 'never' }, { task_id: 'x', bad: true }],
			parameters: { ...waiting({ pollingInterval: 1 }), taskId, requestOptions: more },
		});
		expect(status).toBe('error');

		// three checks of another wait: as many would have been made of this one
		await runKling({ sandbox, tasks: ['success-3s'], parameters: waiting({ pollingInterval: 1 }) });
		expect(sandbox.checksOf('success-3s').length).toBeGreaterThanOrEqual(3);
		expect(sandbox.checksOf('never').length).toBeLessThanOrEqual(1);
	});

	test('with "Continue", the other items go on', async () => {
		const { status, items } = await runKling({
			sandbox,
			tasks: [{ task_id: 'success-2s' }, { task_id: 'x', bad: true }, { task_id: 'success-1s' }],
			parameters: { ...waiting({ pollingInterval: 1 }), taskId },
			settings: { onError: 'continueRegularOutput' },
		});
		// not on n8n 2.11, where such an expression ends every declarative node
		const canContinue = await continuesPastBadExpression(sandbox, taskId);
		expect(status).toBe(canContinue ? 'success' : 'error');
		expect(items.map(({ json }) => json.succeeded)).toEqual(
			canContinue ? [true, undefined, true] : [],
		);
	});

	test('with "Retry On Fail", the second try is not taken for one that n8n gave up', async () => {
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
		const { status, runs } = await runKling({
			sandbox,
			tasks: ['success-2s', 'blip-database-0s'],
			parameters: waiting({ pollingInterval: 1, maxFailedChecks: 1 }),
			settings,
		});
		expect({ status, runs }).toEqual({ status: 'success', runs: 2 });
	});
});
