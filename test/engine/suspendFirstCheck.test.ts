import type { INodeParameters } from 'n8n-workflow';
import { movableClock } from '../support/clocks';
import {
	continueInPlace,
	continueWithOutput,
	errorFor,
	itemFor,
	runKling,
	startKling,
	waiting,
} from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import {
	Database,
	ROUND_MS,
	suspendIn,
	suspending,
	withoutFigures,
	wordsOf,
} from '../support/suspending';

const clock = movableClock();
const sandbox = sandboxForEachTest();
const { runAtOnce, suspendTasks } = suspendIn(sandbox);

describe('tasks that are all done at the first check', () => {
	const DONE = ['success-0s', 'several-0s', 'native-0s', 'deep-0s', 'data-url-0s', 'numbers-0s'];

	test.each<[string, INodeParameters]>([
		['simplified', {}],
		['as they came', { simplify: false }],
	])('come out at once as from Wait Until Complete: %s', async (_what, parameters) => {
		const { result, started } = await runAtOnce({
			tasks: DONE,
			parameters: { ...suspending(), ...parameters },
		});
		expect(started).toEqual([]);
		expect(result.status).toBe('success');
		expect(sandbox.requests).toHaveLength(DONE.length);
		const waited = await runKling({
			sandbox,
			tasks: DONE,
			parameters: { ...waiting(), ...parameters },
		});
		expect(waited.items).toHaveLength(DONE.length);
		expect(withoutFigures(result.items)).toEqual(withoutFigures(waited.items));
		for (const { json } of 'simplify' in parameters ? [] : result.items) {
			const wait = { checks: 1, waitedSeconds: expect.any(Number), timedOut: false };
			expect(json.wait).toEqual(wait);
		}
	});

	test('come out with their files', async () => {
		const downloading = { downloadVideo: true, binaryPropertyName: 'clip' };
		const { result } = await runAtOnce({
			tasks: ['several-0s', 'failure-0s'],
			parameters: { ...suspending({ onFailure: 'returnTask' }), ...downloading },
		});
		const { binary = {}, json } = itemFor(result, 0);
		expect(Object.keys(binary)).toEqual(['clip', 'clip_1', 'clip_2']);
		expect(json.videos).toEqual(
			Object.keys(binary).map((binaryProperty) => expect.objectContaining({ binaryProperty })),
		);
		expect(itemFor(result, 1).binary).toBeUndefined();
	});

	test('a failed one is an item, if the user wants it so', async () => {
		const { result } = await runAtOnce({
			tasks: ['failure-0s'],
			parameters: suspending({ onFailure: 'returnTask' }),
		});
		expect(result.items[0]?.json).toMatchObject({
			status: 'FAILURE',
			succeeded: false,
			failureReason: 'Image pixel is invalid',
			wait: { checks: 1, timedOut: false },
		});
	});
});

describe('what ends for good at the first check', () => {
	const FINAL = [
		'failure-0s',
		'unknown',
		'bad-token',
		'restricted',
		'banned',
		'bad-request',
	].concat(['kling-1203', 'web-page', 'not-found', 'redirect', 'quoting']);

	test.each(FINAL)('is told as Wait Until Complete tells it: %s', async (task) => {
		const tasks = ['success-600s', task];
		const { result, started } = await runAtOnce({ tasks });
		expect(started).toEqual([]);
		const waited = await runKling({ sandbox, tasks, parameters: waiting() });
		expect(wordsOf(result)).toEqual(wordsOf(waited));
		expect(wordsOf(result)).toMatchObject({ status: 'error', itemIndex: 1 });
	});

	test.each([
		['its output', continueInPlace],
		['its error output', continueWithOutput],
	])('is an item at %s, if the node continues', async (_where, settings) => {
		const tasks = ['success-0s', ...FINAL];
		const { result, started } = await runAtOnce({ tasks, settings });
		expect(started).toEqual([]);
		const waited = await runKling({ sandbox, tasks, parameters: waiting(), settings });
		expect(withoutFigures(result.items)).toEqual(withoutFigures(waited.items));
		expect(result.errorItems).toEqual(waited.errorItems);
		expect(result.items).toHaveLength(settings === continueInPlace ? tasks.length : 1);
	});

	test.each([
		['nothing', {}, 'The Task ID is empty', ''],
		['spaces', { task_id: '  ' }, 'The Task ID is empty', ''],
		['two dots', { task_id: '..' }, '".." cannot be a Task ID', '..'],
		[
			'a number that lost digits',
			{ task_id: Number('842250903629086785') },
			'The Task ID arrived as the number 842250903629086800 and has lost its last digits',
			'842250903629086800',
		],
	])('%s as Task ID needs no request', async (_name, item, message, taskId) => {
		const thrown = await runAtOnce({ tasks: [item] });
		expect(wordsOf(thrown.result)).toMatchObject({
			status: 'error',
			name: 'NodeOperationError',
			message,
			itemIndex: 0,
		});
		const continued = await runAtOnce({ tasks: [item], settings: continueWithOutput });
		const description = expect.any(String);
		expect(errorFor(continued.result, 0)).toEqual({ message, description, taskId, status: null });
		expect(sandbox.requests).toEqual([]);
	});

	test('an expression that fails is told for its own item', async () => {
		const parameters = {
			...suspending(),
			taskId: '={{ $json.broken ? $("Nowhere").item.json.id : $json.task_id }}',
		};
		const tasks = ['success-0s', { broken: true, task_id: 'success-0s-b' }];
		const thrown = await runAtOnce({ tasks, parameters });
		expect(wordsOf(thrown.result)).toMatchObject({
			status: 'error',
			name: 'NodeOperationError',
			message: "A field of this node cannot be read: Referenced node doesn't exist",
			itemIndex: 1,
		});
		const { result } = await runAtOnce({ tasks, parameters, settings: continueWithOutput });
		expect(itemFor(result, 0).json).toMatchObject({ succeeded: true });
		expect(errorFor(result, 1)).toMatchObject({
			message: expect.stringContaining('cannot be read'),
			taskId: '',
		});
		expect(sandbox.checksOf('success-0s-b')).toEqual([]);
	});
});

describe('Stop', () => {
	const SETTINGS = [
		['', {}],
		[' with "Continue"', continueInPlace],
		[' with "Retry On Fail"', { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 }],
	] as const;

	test.each(SETTINGS)('ends the first check as canceled%s', async (_name, settings) => {
		const database = new Database();
		const run = startKling({
			sandbox,
			tasks: ['silent', 'drip', 'success-600s'],
			parameters: suspending(),
			settings,
			otherExecutions: database,
		});
		await sandbox.untilSeen(3);
		run.stop();
		expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1, items: [] });
		expect(database.started).toEqual([]);
		expect(sandbox.requests).toHaveLength(3);
	});

	test('ends the downloads when the tasks are handed over', async () => {
		const suspended = await suspendTasks(['video-silent-90s', 'success-0s'], {
			parameters: { ...suspending(), downloadVideo: true },
		});
		while (!suspended.allDone) {
			clock.pass(ROUND_MS);
			await suspended.checkAgain();
		}
		const seen = sandbox.requests.length;
		const run = suspended.startHandingOver();
		await sandbox.untilSeen(seen + 2);
		run.stop();
		expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1, items: [] });
	});

	test('ends a later one as well', async () => {
		const suspended = await suspendTasks(['once-silent-600s']);
		clock.pass(ROUND_MS);
		const run = suspended.startRound();
		await sandbox.untilSeen(2);
		run.stop();
		expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1, items: [] });
	});
});

test('no more than 25 calls are in flight', async () => {
	const run = startKling({
		sandbox,
		tasks: Array.from({ length: 60 }, (_, index) => `silent-${index}`),
		parameters: suspending(),
	});
	await sandbox.untilSeen(25);
	// answered after all calls that were sent before it
	await runKling({ sandbox, tasks: ['success-0s'] });
	expect(sandbox.requests).toHaveLength(26);
	run.stop();
	expect((await run.finished).status).toBe('canceled');
});

test.each(['toString', 'poll', '', 7])(
	'the unknown step %j is one of another version: no wait begins',
	async (suspendPart) => {
		const parameters = { ...suspending(), suspendPart };
		const { result } = await runAtOnce({ tasks: ['success-600s'], parameters });
		expect(wordsOf(result)).toMatchObject({
			status: 'error',
			message: expect.stringMatching(
				/^The wait for task success-600s was begun by another version/,
			),
		});
		expect(sandbox.requests).toEqual([]);
	},
);
