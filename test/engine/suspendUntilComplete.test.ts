import {
	createRunExecutionData,
	ManualExecutionCancelledError,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type IRunExecutionData,
} from 'n8n-workflow';
import { bytesOf } from '../../engine/binaryStore';
import type { ExecutionPlace, NodeRunResult } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { dictate } from '../../sandbox/oddReplies';
import {
	continueWithOutput,
	errorFor,
	itemFor,
	runKling,
	startKling,
	waiting,
	type KlingRun,
} from '../support/kling';
import {
	Database,
	HOST_CAN_SUSPEND,
	movableClock,
	park,
	Parked,
	ROUND_MS,
	suspending,
} from '../support/suspending';
import version1 from '../fixtures/storedWaits/progressWorkflow.v1.json';

const clock = movableClock();

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

const continueInPlace = { onError: 'continueRegularOutput' } as const;
const DAY_MS = 24 * 60 * 60_000;

/** A run that is not to suspend anything. */
async function runAtOnce(run: Omit<KlingRun, 'sandbox'>) {
	const database = new Database();
	const result = await runKling({
		sandbox,
		parameters: suspending(),
		otherExecutions: database,
		...run,
	});
	return { result, started: database.started };
}

const parkTasks = async (tasks: KlingRun['tasks'], more: Partial<KlingRun> = {}) =>
	await park({ sandbox, tasks, parameters: suspending(), ...more });

function omitWaitTill(run: IRunExecutionData): IRunExecutionData {
	const others = { ...run };
	delete others.waitTill;
	return others;
}

/** The same without the figures of the waits, which depend on the moment. */
function withoutFigures(items: INodeExecutionData[]) {
	return items.map(({ json, ...item }) => ({ ...item, json: { ...json, wait: 'wait' in json } }));
}

/** What a thrown error says. */
function wordsOf({ status, error }: NodeRunResult) {
	const { name, message, description, httpCode, context } = Object(error);
	return { status, name, message, description, httpCode, itemIndex: context?.itemIndex };
}

/** Everything that is refused before any request is. */
async function expectRefusal(
	run: Partial<KlingRun>,
	message: RegExp,
	description = /Use the operation "Wait Until Complete"/,
) {
	const tasks = ['success-0s', 'success-600s'];
	const thrown = await runAtOnce({ tasks, ...run });
	expect(wordsOf(thrown.result)).toMatchObject({
		status: 'error',
		message: expect.stringMatching(message),
		description: expect.stringMatching(description),
		itemIndex: 0,
	});
	expect(String(Object(thrown.result.error).message)).toContain('success-0s');

	const continued = await runAtOnce({ tasks, ...run, settings: continueWithOutput });
	expect(continued.result).toMatchObject({ status: 'success', items: [] });
	tasks.forEach((taskId, index) => {
		expect(errorFor(continued.result, index)).toEqual({
			message: expect.stringMatching(message),
			description: expect.stringMatching(description),
			taskId,
			status: null,
		});
	});

	expect([...thrown.started, ...continued.started]).toEqual([]);
	expect(sandbox.requests).toEqual([]);
}

describe('where the workflow cannot be suspended, nothing is asked', () => {
	const withoutOurs = Object.assign(new KlingVideo(), { customOperations: undefined });

	test('on a host that runs the routing of the operation alone', async () => {
		await expectRefusal({ nodeType: withoutOurs }, /a tool of an AI agent cannot suspend/);
	});

	test('of which the routing tells the task as it was given', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: [{}, { task_id: '..' }, 'a/b'],
			parameters: suspending(),
			nodeType: withoutOurs,
			settings: continueInPlace,
		});
		expect(items.map(({ json }) => Object(json.error).taskId)).toEqual(['', '..', 'a/b']);
		expect(sandbox.requests).toEqual([]);
	});

	if (!HOST_CAN_SUSPEND) {
		test.each<[string, Partial<KlingRun>]>([
			['a saved workflow', {}],
			['a tool', { typeName: 'klingVideoTool' }],
			['a workflow that is not saved', { place: { id: undefined } }],
			['with options', { parameters: suspending({ onTimeout: 'returnLastStatus' }) }],
			['the reply as it came', { parameters: { ...suspending(), simplify: false } }],
		])('on this n8n, which is too old: %s', async (_what, run) => {
			await expectRefusal(run, /this n8n is too old/, /Update n8n to version 2\.35 or later/);
		});
		return;
	}

	test.each(['klingVideoTool', 'n8n-nodes-ezmodel-kling.klingVideoTool'])(
		'inside the tool of an AI agent: %s',
		async (typeName) => {
			await expectRefusal({ typeName }, /a tool of an AI agent cannot suspend/);
		},
	);

	const unsaved: Array<[string, Partial<ExecutionPlace>]> = [
		...[undefined, '', '__EMPTY__', '__UNKNOWN__'].map((id): [string, Partial<ExecutionPlace>] => [
			`the workflow's id ${id}`,
			{ workflow: { id, name: 'My workflow', settings: {} } },
		]),
		...[undefined, '', '__UNKNOWN__'].map((id): [string, Partial<ExecutionPlace>] => [
			`the execution's id ${id}`,
			{ id },
		]),
	];
	test.each(unsaved)('in a workflow that is not saved: %s', async (_what, place) => {
		await expectRefusal({ place }, /only a saved workflow can be suspended/);
	});

	test.each<[string, IRunExecutionData | undefined]>([
		['n8n knows nothing of it', undefined],
		['nobody called it', createRunExecutionData()],
		[
			'the caller says nothing',
			createRunExecutionData({ parentExecution: { executionId: '0', workflowId: 'caller' } }),
		],
	])('in a sub-workflow: %s', async (_what, own) => {
		const otherExecutions = new Database();
		if (own !== undefined) otherExecutions.executions.set('1', own);
		await expectRefusal(
			{ place: { mode: 'integrated' }, otherExecutions },
			/what called this sub-workflow cannot wait/,
		);
	});
});

if (HOST_CAN_SUSPEND) describeSuspending();

/** All that needs an n8n that can. */
function describeSuspending() {
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
			const parked = await parkTasks(['video-silent-90s', 'success-0s'], {
				parameters: { ...suspending(), downloadVideo: true },
			});
			while (!parked.allDone) {
				clock.pass(ROUND_MS);
				await parked.checkAgain();
			}
			const seen = sandbox.requests.length;
			const run = parked.startHandingOver();
			await sandbox.untilSeen(seen + 2);
			run.stop();
			expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1, items: [] });
		});

		test('ends a later one as well', async () => {
			const parked = await parkTasks(['once-silent-600s']);
			clock.pass(ROUND_MS);
			const run = parked.startRound();
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

	describe('tasks that go on', () => {
		test('make n8n park the execution, once for all of them', async () => {
			const parked = await parkTasks(['success-90s', 'success-0s', 'blip-database-0s']);
			const { shown, started } = parked;
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
			expect(started.items).toMatchObject(shown.items);
			// what n8n keeps of the waits is for the progress workflow alone
			expect(shown.items[0]?.json).not.toHaveProperty('parked');
			expect(started.items.map(({ json }) => json.progress)).toEqual([
				'Task success-90s: SUBMITTED (10%) after 1 check',
				'Task success-0s: SUCCESS (100%) after 1 check',
				expect.stringMatching(/^Task blip-database-0s: not known yet .*HTTP status 500/),
			]);
			expect(started.items.map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 1, 2].map((item) => ({ item })),
			);
			expect(parked.allDone).toBe(false);
		});

		test('in a progress workflow with the settings, the node type and the credential of theirs', async () => {
			const { started } = await parkTasks(['success-90s'], {
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
			expect(ours).toHaveLength(2);
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
			const parked = await parkTasks(tasks);
			const { items, status } = await parked.resume(clock.pass);
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
			expect(parked.rounds).toBe(4);
			expect(items[2]?.json.videos).toHaveLength(3);
			const { waitedSeconds } = Object(items[0]?.json.wait);
			expect(Math.floor(waitedSeconds / 66)).toBe(4);
		});

		test.each([true, false])(
			'come out as from Wait Until Complete, with Simplify %s',
			async (simplify) => {
				const tasks = ['success-90s', 'several-90s', 'result-url-90s', 'failure-90s', 'spelled-0s'];
				const options = { onFailure: 'returnTask' };
				const parked = await parkTasks(tasks, { parameters: { ...suspending(options), simplify } });
				const suspended = await parked.resume(clock.pass);
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
			const parked = await parkTasks(['success-200s']);
			const shown = [];
			do {
				shown.push(parked.items[0]?.json.progress);
				clock.pass(ROUND_MS);
				await parked.checkAgain();
			} while (!parked.allDone);
			expect([...shown, parked.items[0]?.json.progress]).toEqual([
				'Task success-200s: SUBMITTED (10%) after 1 check',
				'Task success-200s: IN_PROGRESS (30%) after 2 checks',
				'Task success-200s: IN_PROGRESS (30%) after 3 checks',
				'Task success-200s: IN_PROGRESS (30%) after 4 checks',
				'Task success-200s: SUCCESS (100%) after 5 checks',
			]);
		});

		test('are downloaded when they are handed over, each to its item', async () => {
			const parked = await parkTasks(['success-90s', 'success-0s'], {
				parameters: { ...suspending(), downloadVideo: true, binaryPropertyName: 'clip' },
			});
			const downloads = () => sandbox.requests.filter(({ path }) => path.startsWith('/videos/'));
			expect(downloads()).toEqual([]);
			const { items } = await parked.resume(clock.pass);
			const files = items.map(({ binary }) => binary?.clip);
			expect(files.map((file) => file?.fileName)).toEqual(['success-90s.mp4', 'success-0s.mp4']);
			const [one, other] = files;
			if (one === undefined || other === undefined) throw new Error('There are no files');
			expect(await bytesOf(one)).toEqual(await bytesOf(other));
			expect(downloads().map(({ authorization }) => authorization)).toEqual([null, null]);
		});

		test('a download that goes wrong is told like any other end', async () => {
			const parked = await parkTasks(['success-90s', 'video-expired-0s'], {
				parameters: { ...suspending(), downloadVideo: true },
				settings: continueWithOutput,
			});
			const { items } = await parked.resume(clock.pass);
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
			await sandbox.close();
			sandbox = await startSandbox({ latencyMs: 20 });
			const tasks = Array.from({ length: 40 }, () => 'success-90s');
			const { items } = await (await parkTasks(tasks)).resume(clock.pass);
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
			expect(result.items.map(({ json }) => json.error)).toEqual(
				run.tasks.map((taskId) =>
					expect.objectContaining({ taskId, message: expect.stringContaining(taskId) }),
				),
			);
		});
	});

	describe('a task that ends with an error in a later round', () => {
		const tasks = ['success-600s', 'failure-90s', 'success-0s'];

		test('ends all waits, with the words of Wait Until Complete', async () => {
			const parked = await parkTasks(tasks);
			const suspended = await parked.resume(clock.pass);
			expect(parked.rounds).toBe(2);
			const waited = await runKling({ sandbox, tasks, parameters: waiting() });
			expect(wordsOf(suspended)).toEqual(wordsOf(waited));
			expect(wordsOf(suspended)).toMatchObject({ status: 'error', itemIndex: 1 });
			expect(sandbox.checksOf('success-600s').length).toBe(4);
		});

		test('is an item, if the node continues, and the others go on', async () => {
			const parked = await parkTasks(tasks, { settings: continueWithOutput });
			const { items, errorItems, status } = await parked.resume(clock.pass);
			expect(status).toBe('success');
			// n8n sorts them out when it goes on with the execution that waits
			expect(errorItems).toEqual([]);
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 1, 2].map((item) => ({ item })),
			);
			expect(items[0]?.json).toMatchObject({ taskId: 'success-600s', succeeded: true });
			expect(items[1]?.json).toEqual({
				error: {
					message: 'Task failure-90s ended without a video: Image pixel is invalid',
					description: expect.any(String),
					taskId: 'failure-90s',
					status: 'FAILURE',
				},
			});
			expect(sandbox.checksOf('failure-90s')).toHaveLength(3);
		});

		test('is an item with its status, if the user wants it so', async () => {
			const parameters = suspending({ onFailure: 'returnTask' });
			const { items } = await (await parkTasks(tasks, { parameters })).resume(clock.pass);
			expect(items[1]?.json).toMatchObject({
				status: 'FAILURE',
				done: true,
				succeeded: false,
				wait: { checks: 3, timedOut: false },
			});
		});
	});

	describe('what passes by itself', () => {
		test('is waited out', async () => {
			const odds = ['database', 'null-data', 'cut', 'rate-limit', 'bad-gateway', 'broken-json'];
			const tasks = odds.map((odd) => `blip-${odd}-0s`);
			const { items } = await (await parkTasks(tasks)).resume(clock.pass);
			for (const { json } of items) expect(json).toMatchObject({ succeeded: true });
			for (const task of tasks) expect(sandbox.checksOf(task)).toHaveLength(3);
		});

		test('but not for ever: the last cause is told', async () => {
			const parked = await parkTasks(['database'], {
				parameters: suspending({ maxFailedChecks: 2 }),
			});
			expect(wordsOf(await parked.resume(clock.pass))).toMatchObject({
				status: 'error',
				name: 'NodeApiError',
				message:
					'Task database could not be checked 3 times in a row: the gateway answered with HTTP status 500 (database is locked)',
			});
			expect(sandbox.checksOf('database')).toHaveLength(3);
			expect(parked.rounds).toBe(2);
		});

		test('is counted in a row', async () => {
			const parameters = suspending({ maxFailedChecks: 1 });
			const parked = await parkTasks(['once-database-200s'], { parameters });
			expect((await parked.resume(clock.pass)).items[0]?.json).toMatchObject({
				succeeded: true,
				wait: { checks: 5 },
			});
		});

		test('SUCCESS without a URL is checked a few times, then told', async () => {
			const parked = await parkTasks(['no-url-0s', 'late-url-0s'], { settings: continueInPlace });
			const { items } = await parked.resume(clock.pass);
			expect(items[0]?.json.error).toMatchObject({
				message: 'Task no-url-0s is finished, but the gateway gives no video URL for it',
			});
			expect(sandbox.checksOf('no-url-0s')).toHaveLength(4);
			expect(items[1]?.json).toMatchObject({ succeeded: true, wait: { checks: 3 } });
		});

		test('a 401 after a good check may pass, unless it says that the token has ended', async () => {
			const tasks = ['twice-bad-token-90s', 'twice-web-page-90s', 'later-spent-token-600s'];
			const parked = await parkTasks(tasks, { settings: continueInPlace });
			const { items } = await parked.resume(clock.pass);
			expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 4 } });
			expect(items[1]?.json).toMatchObject({ succeeded: true, wait: { checks: 4 } });
			expect(items[2]?.json.error).toMatchObject({
				message: expect.stringContaining('expired, used up or disabled'),
				status: expect.any(String),
			});
			expect(sandbox.checksOf('later-spent-token-600s')).toHaveLength(2);
		});

		test('a refusal for good ends the wait also after a good check', async () => {
			const parked = await parkTasks(['later-unknown-600s']);
			expect(wordsOf(await parked.resume(clock.pass))).toMatchObject({
				message: expect.stringContaining("unknown to this token's account"),
				httpCode: '400',
			});
		});
	});

	describe('a gateway that asks to be left alone', () => {
		const askingFor = (seconds: number) =>
			dictate({ statusCode: 429, headers: { 'retry-after': String(seconds) }, text: '' });

		test('is left alone for all tasks until then', async () => {
			const parked = await parkTasks(['success-200s', askingFor(300)]);
			for (let round = 1; round <= 4; round++) {
				clock.pass(ROUND_MS);
				await parked.checkAgain();
				expect(sandbox.requests).toHaveLength(2);
			}
			expect(parked.items.map(({ json }) => json.progress)).toEqual([
				'Task success-200s: SUBMITTED (10%) after 1 check',
				expect.stringContaining('not known yet after 1 check; the last check went wrong'),
			]);
			clock.pass(ROUND_MS);
			await parked.checkAgain();
			expect(sandbox.requests).toHaveLength(4);
			expect(parked.items[0]?.json.progress).toMatch(/SUCCESS \(100%\) after 2 checks$/);
		});

		test('but not by last checks, which cannot come later', async () => {
			const parked = await parkTasks(['success-30s', askingFor(7200)], {
				parameters: suspending({ maxWaitMinutes: 1 }),
				settings: continueInPlace,
			});
			const { items } = await parked.resume(clock.pass);
			expect(parked.rounds).toBe(1);
			expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 2 } });
			expect(items[1]?.json.error).toMatchObject({
				message: expect.stringContaining('could not be checked within 1 minute'),
			});
			expect(sandbox.requests).toHaveLength(4);
		});
	});

	describe('when time is up', () => {
		const fiveMinutes = (options: object = {}) => suspending({ maxWaitMinutes: 5, ...options });

		test('there is one last check, and the error has the last status', async () => {
			const parked = await parkTasks(['never'], { parameters: fiveMinutes() });
			expect(wordsOf(await parked.resume(clock.pass))).toMatchObject({
				status: 'error',
				name: 'NodeApiError',
				message: 'Task never was not finished within 5 minutes',
				description: expect.stringContaining('Its last status was IN_PROGRESS (30%).'),
			});
			// at 0, 66, 132, 198, 264 and 330 seconds
			expect(sandbox.checksOf('never')).toHaveLength(6);
		});

		test('the last status is an item, if the user wants it so', async () => {
			const parameters = fiveMinutes({ onTimeout: 'returnLastStatus' });
			const { items } = await (await parkTasks(['never'], { parameters })).resume(clock.pass);
			expect(items[0]?.json).toMatchObject({
				status: 'IN_PROGRESS',
				done: false,
				succeeded: false,
				wait: { checks: 6, timedOut: true },
			});
			expect(Object(items[0]?.json.wait).waitedSeconds).toBeGreaterThanOrEqual(330);
		});

		test('without any good reply it is an error all the same', async () => {
			const parameters = fiveMinutes({ onTimeout: 'returnLastStatus' });
			const parked = await parkTasks(['unavailable'], { parameters, settings: continueInPlace });
			const { items } = await parked.resume(clock.pass);
			expect(items[0]?.json.error).toEqual({
				message:
					'Task unavailable could not be checked within 5 minutes: the gateway answered with HTTP status 503',
				description: expect.stringContaining('No check went well so far.'),
				taskId: 'unavailable',
				status: null,
			});
		});

		test('a video that is ready by the last check is still handed over', async () => {
			const parked = await parkTasks(['success-310s'], { parameters: fiveMinutes() });
			expect((await parked.resume(clock.pass)).items[0]?.json).toMatchObject({
				succeeded: true,
				wait: { checks: 6, timedOut: false },
			});
		});

		test.each([
			['has nothing', 'never', { timedOut: true, checks: 2 }],
			['finds the video', 'success-90s', { timedOut: false, checks: 2 }],
		])(
			'after days without n8n there is exactly one last check, that %s',
			async (_what, task, wait) => {
				const parked = await parkTasks([task], {
					parameters: suspending({ onTimeout: 'returnLastStatus' }),
				});
				clock.pass(3 * DAY_MS);
				await parked.checkAgain();
				expect(parked.allDone).toBe(true);
				expect((await parked.handOver()).items[0]?.json).toMatchObject({ taskId: task, wait });
				expect(sandbox.checksOf(task)).toHaveLength(2);
			},
		);
	});

	describe('the state that n8n keeps', () => {
		const message = /^The wait for task .* was begun by another version of this node/;

		describe.each<[string, (item: IDataObject) => IDataObject]>([
			[
				'of another version of this node',
				(item) => ({ ...item, storedWait: { ...Object(item.storedWait), version: 3 } }),
			],
			['that is gone', ({ progress }) => ({ progress })],
			['that is something else', (item) => ({ ...item, storedWait: 'elsewhere' })],
		])('%s', (_what, change) => {
			async function resumeChanged(settings: KlingRun['settings']) {
				const parked = await parkTasks(['success-600s', 'never'], { settings });
				parked.items = parked.items.map(({ json, ...item }, index) => ({
					...item,
					json: index === 1 ? change(json) : json,
				}));
				const handedOver = await parked.resume(clock.pass);
				expect(parked.rounds).toBe(1);
				expect(sandbox.requests).toHaveLength(2);
				return handedOver;
			}

			test('is told, and the loop ends', async () => {
				expect(wordsOf(await resumeChanged({}))).toMatchObject({
					status: 'error',
					name: 'NodeOperationError',
					message: expect.stringMatching(message),
					description: expect.stringContaining('Run this node again with the same Task ID'),
				});
			});

			test('is an item for each, if the node continues', async () => {
				const { items } = await resumeChanged(continueInPlace);
				expect(items).toEqual(
					[0, 1].map((item) => ({
						json: { error: expect.objectContaining({ message: expect.stringMatching(message) }) },
						pairedItem: { item },
					})),
				);
				expect(items[0]?.json.error).toMatchObject({ taskId: 'success-600s', status: null });
			});
		});
	});

	test('a wait that version 0.1 has suspended goes on', async () => {
		const parked = await parkTasks(['success-600s']);
		const written = JSON.parse(
			JSON.stringify(version1)
				.replaceAll('842250903629086785', 'success-600s')
				// the execution that waits, and since when
				.replaceAll('"311"', '"1"')
				.replaceAll('1766737712000', String(Date.now())),
		);
		const ofVersion1 = new Parked(
			{ sandbox, tasks: ['success-600s'] },
			parked.database,
			{ ...parked.started, code: written.workflow, items: written.items },
			parked.shown,
		);
		const { items } = await ofVersion1.resume(clock.pass);
		expect(items).toEqual([
			{
				json: expect.objectContaining({ taskId: 'success-600s', succeeded: true }),
				binary: { clip: expect.objectContaining({ fileType: 'video' }) },
				pairedItem: { item: 0 },
			},
		]);
	});

	describe('a wait that nobody waits for any more', () => {
		test.each<[string, (database: Database, waits: IRunExecutionData) => void]>([
			['was deleted', ({ executions }) => executions.clear()],
			['has gone on or ended', ({ executions }, waits) => executions.set('1', omitWaitTill(waits))],
			[
				'was stopped',
				({ executions }, waits) => {
					const error = new ManualExecutionCancelledError('1');
					executions.set('1', { ...waits, resultData: { ...waits.resultData, error } });
				},
			],
		])('asks nothing and hands nothing over: the execution %s', async (_what, change) => {
			const parked = await parkTasks(['never', 'success-0s']);
			change(parked.database, parked.shown.saved);
			const before = sandbox.requests.length;
			clock.pass(ROUND_MS);
			const { status, items } = await parked.checkAgain();
			expect({ status, items }).toEqual({ status: 'success', items: [] });
			expect(sandbox.requests).toHaveLength(before);
		});
	});
}
