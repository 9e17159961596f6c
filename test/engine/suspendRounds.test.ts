import { createRunExecutionData, type IDataObject } from 'n8n-workflow';
import { bytesOf } from '../../engine/binaryStore';
import { movableClock } from '../support/clocks';
import {
	continueInPlace,
	continueWithOutput,
	errorFor,
	itemFor,
	runKling,
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

const omit = (json: IDataObject, field: string): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([name]) => name !== field));

const clock = movableClock();
const sandbox = sandboxForEachTest({ latencyMs: 20 });
const { runAtOnce, suspendTasks } = suspendIn(sandbox);

describe('tasks that go on', () => {
	test('make n8n suspend the execution, once for all of them', async () => {
		const run = await suspendTasks(['success-90s', 'success-0s', 'blip-database-0s']);
		const { shown, started } = run;
		expect(shown).toMatchObject({ status: 'waiting', runs: 1, error: undefined });
		expect(shown.saved.waitTill).toBeInstanceOf(Date);
		expect(started.options).toMatchObject({
			parentExecution: { executionId: '1', workflowId: 'workflow', shouldResume: true },
			executionMode: 'manual',
		});
		expect(shown.metadata?.subExecution).toEqual({
			executionId: 'progress',
			workflowId: 'workflow',
		});
		// since when is told by the one, what n8n keeps of the waits is for the other
		expect(shown.items).toMatchObject(
			started.items.map(({ json, ...item }) => ({ ...item, json: omit(json, 'storedWait') })),
		);
		expect(shown.items[0]?.json).not.toHaveProperty('storedWait');
		expect(started.items.map(({ json }) => json.progress)).toEqual([
			'Task success-90s: SUBMITTED (10%) after 1 check',
			'Task success-0s: SUCCESS (100%) after 1 check',
			expect.stringMatching(/^Task blip-database-0s: not known yet .*HTTP status 500/),
		]);
		expect(started.items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => ({ item })),
		);
		expect(run.allDone).toBe(false);
	});

	test('in a progress workflow with the settings, the node type and the credential of theirs', async () => {
		const { started } = await suspendTasks(['success-90s'], {
			typeName: 'n8n-nodes-ezmodel-kling.klingVideo',
			place: {
				id: '17',
				mode: 'trigger',
				workflow: {
					id: 'w1',
					name: 'Make videos',
					settings: { timezone: 'Asia/Tokyo', errorWorkflow: 'w9', executionTimeout: 60 },
				},
			},
			settings: continueWithOutput,
		});
		expect(started.code).toMatchObject({
			id: 'w1',
			name: 'Make videos: waiting for Kling videos',
			settings: { timezone: 'Asia/Tokyo', executionTimeout: -1 },
		});
		expect(started.code.settings).not.toHaveProperty('errorWorkflow');
		const ours = started.code.nodes.filter(({ credentials }) => credentials !== undefined);
		expect(ours).toHaveLength(3);
		for (const node of ours) {
			expect(node).toMatchObject({
				type: 'n8n-nodes-ezmodel-kling.klingVideo',
				credentials: { ezModelApi: { id: '1' } },
				onError: 'continueRegularOutput',
			});
		}
		expect(started.options).toMatchObject({
			parentExecution: { executionId: '17', workflowId: 'w1', shouldResume: true },
			executionMode: 'trigger',
		});
		expect(JSON.stringify(started.items)).toContain('"parentExecutionId":"17"');
	});

	test('come out in the order of the input, linked, none asked about once it is done', async () => {
		const tasks = ['success-200s', 'success-0s', 'several-90s', 'native-60s'];
		const run = await suspendTasks(tasks);
		const { items, status } = await run.resume(clock.pass);
		expect(status).toBe('success');
		expect(items.map(({ json }) => json.taskId)).toEqual(tasks);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(tasks.map((_, item) => ({ item })));
		const checks = [5, 1, 3, 2];
		tasks.forEach((task, index) => {
			expect(sandbox.checksOf(task)).toHaveLength(checks[index] ?? 0);
			expect(items[index]?.json).toMatchObject({
				succeeded: true,
				videoUrl: expect.stringContaining(`/videos/${task}.mp4`),
				wait: { checks: checks[index], timedOut: false },
			});
		});
		expect(run.rounds).toBe(4);
		expect(items[2]?.json.videos).toHaveLength(3);
		const { waitedSeconds } = Object(items[0]?.json.wait);
		expect(Math.floor(waitedSeconds / 66)).toBe(4);
	});

	test.each([true, false])(
		'come out as from Wait Until Complete, with Simplify %s',
		async (simplify) => {
			const tasks = ['success-90s', 'several-90s', 'result-url-90s', 'failure-90s', 'spelled-0s'];
			const options = { onFailure: 'returnTask' };
			const run = await suspendTasks(tasks, { parameters: { ...suspending(options), simplify } });
			const suspended = await run.resume(clock.pass);
			const waited = await runKling({
				sandbox,
				tasks,
				parameters: { ...waiting(options), simplify },
			});
			expect(waited.items).toHaveLength(tasks.length);
			expect(Object.keys(suspended.items[0]?.json ?? {})).toEqual(
				simplify ? expect.arrayContaining(['videoUrl', 'wait']) : ['code', 'message', 'data'],
			);
			expect(withoutFigures(suspended.items)).toEqual(withoutFigures(waited.items));
		},
	);

	test('show people how far they are, round by round', async () => {
		const run = await suspendTasks(['success-200s']);
		const shown = [];
		do {
			shown.push(run.items[0]?.json.progress);
			clock.pass(ROUND_MS);
			await run.checkAgain();
		} while (!run.allDone);
		expect([...shown, run.items[0]?.json.progress]).toEqual([
			'Task success-200s: SUBMITTED (10%) after 1 check',
			'Task success-200s: IN_PROGRESS (30%) after 2 checks',
			'Task success-200s: IN_PROGRESS (30%) after 3 checks',
			'Task success-200s: IN_PROGRESS (30%) after 4 checks',
			'Task success-200s: SUCCESS (100%) after 5 checks',
		]);
	});

	test('are downloaded when they are handed over, each to its item', async () => {
		const run = await suspendTasks(['success-90s', 'success-0s'], {
			parameters: { ...suspending(), downloadVideo: true, binaryPropertyName: 'clip' },
		});
		const downloads = () => sandbox.requests.filter(({ path }) => path.startsWith('/videos/'));
		expect(downloads()).toEqual([]);
		const { items } = await run.resume(clock.pass);
		const files = items.map(({ binary }) => binary?.clip);
		expect(files.map((file) => file?.fileName)).toEqual(['success-90s.mp4', 'success-0s.mp4']);
		const [one, other] = files;
		if (one === undefined || other === undefined) throw new Error('There are no files');
		expect(await bytesOf(one)).toEqual(await bytesOf(other));
		expect(downloads().map(({ authorization }) => authorization)).toEqual([null, null]);
	});

	test('a download that goes wrong is told like any other end', async () => {
		const run = await suspendTasks(['success-90s', 'video-expired-0s'], {
			parameters: { ...suspending(), downloadVideo: true },
			settings: continueWithOutput,
		});
		const { items } = await run.resume(clock.pass);
		expect(items[0]?.binary).toHaveProperty('data');
		expect(items[1]).toEqual({
			json: {
				error: expect.objectContaining({
					message: expect.stringContaining('is not valid any more'),
					taskId: 'video-expired-0s',
					status: 'SUCCESS',
				}),
			},
			pairedItem: { item: 1 },
		});
	});

	test('one that many items name is asked about once a round', async () => {
		const tasks = Array.from({ length: 40 }, () => 'success-90s');
		const { items } = await (await suspendTasks(tasks)).resume(clock.pass);
		expect(items).toHaveLength(40);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(tasks.map((_, item) => ({ item })));
		expect(sandbox.requests).toHaveLength(3);
	});

	test.each([
		['says that it waits', true],
		['says that it does not wait', false],
	])('also in a sub-workflow whose caller %s', async (_what, shouldResume) => {
		const database = new Database();
		const parentExecution = { executionId: '0', workflowId: 'caller', shouldResume };
		database.executions.set('1', createRunExecutionData({ parentExecution }));
		const result = await runKling({
			sandbox,
			tasks: ['success-90s'],
			parameters: suspending(),
			place: { mode: 'integrated' },
			otherExecutions: database,
		});
		expect(result.status).toBe('waiting');
		expect(database.started).toHaveLength(1);
	});

	test('n8n that does not start the progress workflow is told with its reason', async () => {
		const otherExecutions = Object.assign(new Database(), {
			executeWorkflow: async () => {
				throw new Error('Target workflow could not be called by this one');
			},
		});
		const run = { tasks: ['success-90s', 'success-0s'], otherExecutions };
		const thrown = await runAtOnce(run);
		expect(wordsOf(thrown.result)).toMatchObject({
			status: 'error',
			name: 'NodeOperationError',
			message:
				'Task success-90s is not waited for: n8n could not suspend the workflow (Target workflow could not be called by this one)',
			description: expect.stringContaining('The task itself goes on'),
			itemIndex: 0,
		});
		const { result } = await runAtOnce({ ...run, settings: continueInPlace });
		expect(errorFor(result, 0)).toMatchObject({
			taskId: 'success-90s',
			message: expect.stringContaining('success-90s'),
		});
		// it was done by the first check
		expect(itemFor(result, 1).json).toMatchObject({ taskId: 'success-0s', succeeded: true });
	});
});

describe('a task that ends with an error in a later round', () => {
	const tasks = ['success-600s', 'failure-90s', 'success-0s'];

	test('ends all waits, with the words of Wait Until Complete', async () => {
		const run = await suspendTasks(tasks);
		const suspended = await run.resume(clock.pass);
		expect(run.rounds).toBe(2);
		const waited = await runKling({ sandbox, tasks, parameters: waiting() });
		expect(wordsOf(suspended)).toEqual(wordsOf(waited));
		expect(wordsOf(suspended)).toMatchObject({ status: 'error', itemIndex: 1 });
		expect(sandbox.checksOf('success-600s').length).toBe(4);
	});

	test('is an item, if the node continues, and the others go on', async () => {
		const run = await suspendTasks(tasks, { settings: continueWithOutput });
		const { items, errorItems, status } = await run.resume(clock.pass);
		expect(status).toBe('success');
		// n8n sorts them out when it goes on with the execution that waits
		expect(errorItems).toEqual([]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2].map((item) => ({ item })));
		expect(items[0]?.json).toMatchObject({ taskId: 'success-600s', succeeded: true });
		expect(items[1]?.json).toEqual({
			error: {
				message:
					'Task failure-90s (Multi-Image Video) ended without a video: Image pixel is invalid',
				description: expect.any(String),
				taskId: 'failure-90s',
				status: 'FAILURE',
			},
		});
		expect(sandbox.checksOf('failure-90s')).toHaveLength(3);
	});

	test('is an item with its status, if the user wants it so', async () => {
		const parameters = suspending({ onFailure: 'returnTask' });
		const { items } = await (await suspendTasks(tasks, { parameters })).resume(clock.pass);
		expect(items[1]?.json).toMatchObject({
			status: 'FAILURE',
			done: true,
			succeeded: false,
			wait: { checks: 3, timedOut: false },
		});
	});
});
