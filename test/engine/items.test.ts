import { continueWithOutput, runKling, startKling, waiting } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { ClientCalls } from '../support/watch';

const sandbox = sandboxForEachTest();

const OUTCOMES = ['success-2s', 'failure-1s', 'unknown', 'success-1s', 'never', '', 'web-page'];
const quickly = waiting({ maxWaitMinutes: 6 / 60 });

const told = (taskId: string, status: string | null, message: RegExp) => ({
	error: {
		message: expect.stringMatching(message),
		description: expect.stringMatching(/./),
		taskId,
		status,
	},
});
const done = (taskId: string) => expect.objectContaining({ taskId, succeeded: true });

describe('with "Continue (using error output)"', () => {
	test('each item comes out of its output, with its link and its task id', async () => {
		const { status, items, errorItems } = await runKling({
			sandbox,
			tasks: OUTCOMES,
			parameters: quickly,
			settings: continueWithOutput,
		});
		expect(status).toBe('success');
		expect(items).toEqual([
			{ json: done('success-2s'), pairedItem: { item: 0 } },
			{ json: done('success-1s'), pairedItem: { item: 3 } },
		]);
		// n8n itself adds the fields of the input item on this output
		const expected = [
			[1, told('failure-1s', 'FAILURE', /Image pixel/)],
			[2, told('unknown', null, /is unknown/)],
			[4, told('never', 'IN_PROGRESS', /not finished/)],
			[5, told('', null, /is empty/)],
			[6, told('web-page', null, /Base URL/)],
		] as const;
		expect(errorItems).toEqual(
			expected.map(([index, json]) => ({
				json: { task_id: OUTCOMES[index], ...json },
				pairedItem: { item: index },
			})),
		);
	});
});

describe('with "Continue"', () => {
	test('every item comes out in order, and one that went wrong is its error and nothing else', async () => {
		const { status, items } = await runKling({
			sandbox,
			tasks: OUTCOMES,
			parameters: quickly,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(status).toBe('success');
		expect(items.map(({ json }) => json)).toEqual([
			done('success-2s'),
			told('failure-1s', 'FAILURE', /Image pixel/),
			told('unknown', null, /is unknown/),
			done('success-1s'),
			told('never', 'IN_PROGRESS', /not finished/),
			told('', null, /is empty/),
			told('web-page', null, /Base URL/),
		]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			OUTCOMES.map((_, item) => ({ item })),
		);
	});
});

describe('without either', () => {
	test('the first item that ends for good ends the others, asleep or in flight', async () => {
		const calls = new ClientCalls();
		const { status, error, items } = await runKling({
			sandbox,
			tasks: ['success-600s', 'silent', 'failure-1s', 'never'],
			parameters: waiting(),
		});
		expect(status).toBe('error');
		expect(error).toMatchObject({
			message: expect.stringContaining('Task failure-1s'),
			context: { itemIndex: 2 },
		});
		expect(items).toEqual([]);

		// the same interval, begun later: whatever still goes on would send a request in it
		const sent = calls.paths.length;
		await runKling({ sandbox, tasks: ['success-1s-later'], parameters: waiting() });
		calls.stop();
		const later = new Set(calls.paths.slice(sent));
		expect(later).toEqual(new Set([expect.stringMatching(/success-1s-later$/)]));
	});

	test.each([
		['waits', waiting()],
		['checks', {}],
	])('also %s that batching has not started yet', async (_what, parameters) => {
		const { error } = await runKling({
			sandbox,
			tasks: ['unknown', 'never'],
			parameters: {
				...parameters,
				requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 300 } } },
			},
		});
		expect(error).toMatchObject({ message: expect.stringContaining('Task unknown') });
		expect(sandbox.checksOf('never')).toEqual([]);
	});

	test('a check that fails for good does the same to single checks', async () => {
		const { error } = await runKling({ sandbox, tasks: ['silent', 'unknown'] });
		expect(error).toMatchObject({ message: expect.stringContaining('Task unknown') });
	});

	test('"Retry On Fail" starts afresh: the run that ended says nothing about the next', async () => {
		const { status, runs, items } = await runKling({
			sandbox,
			tasks: ['success-2s', 'blip-database-0s'],
			parameters: waiting({ maxFailedChecks: 1 }),
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 },
		});
		expect({ status, runs }).toEqual({ status: 'success', runs: 2 });
		expect(items.map(({ json }) => json)).toEqual([done('success-2s'), done('blip-database-0s')]);
	});
});

test('two runs at a time do not touch each other', async () => {
	const one = startKling({
		sandbox,
		tasks: ['success-2s-one', 'success-1s-one'],
		parameters: waiting(),
	});
	const other = startKling({
		sandbox,
		tasks: ['success-2s-two', 'unknown'],
		parameters: waiting(),
	});
	expect((await other.finished).status).toBe('error');
	expect((await one.finished).items.map(({ json }) => json)).toEqual([
		done('success-2s-one'),
		done('success-1s-one'),
	]);
});
