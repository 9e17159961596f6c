import { ManualExecutionCancelledError, type IRunExecutionData } from 'n8n-workflow';
import version1 from '../fixtures/storedWaits/progressWorkflow.v1.json';
import { movableClock } from '../support/clocks';
import { continueInPlace, type KlingRun } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { Database, ROUND_MS, SuspendedRun, suspendIn, wordsOf } from '../support/suspending';

const clock = movableClock();
const sandbox = sandboxForEachTest();
const { suspendTasks } = suspendIn(sandbox);

function omitWaitTill(run: IRunExecutionData): IRunExecutionData {
	const others = { ...run };
	delete others.waitTill;
	return others;
}

describe('the state that n8n keeps', () => {
	const message = /^The wait for task .* was begun by another version of this node/;

	describe.each<[string, (kept: unknown) => unknown]>([
		['of another version of this node', (kept) => ({ ...Object(kept), version: 6 })],
		['that is gone', () => null],
		['that is something else', () => 'elsewhere'],
	])('%s', (_what, change) => {
		async function suspendChanged(settings: KlingRun['settings']) {
			const suspended = await suspendTasks(['success-600s', 'never'], { settings });
			suspended.changeKept(1, change);
			return suspended;
		}

		async function resumeChanged(settings: KlingRun['settings']) {
			const suspended = await suspendChanged(settings);
			const handedOver = await suspended.resume(clock.pass);
			expect(suspended.rounds).toBe(1);
			expect(sandbox.requests).toHaveLength(2);
			return handedOver;
		}

		test('is told, and the loop ends', async () => {
			expect(wordsOf(await resumeChanged({}))).toMatchObject({
				status: 'error',
				name: 'NodeOperationError',
				message: expect.stringMatching(message),
				description: expect.stringContaining(
					'Use the operation "Wait Until Complete" of the same resource with Task ID',
				),
			});
		});

		test('is told a round later, if n8n has just started', async () => {
			const suspended = await suspendChanged({});
			clock.pass(ROUND_MS);
			clock.startProcess();
			expect((await suspended.checkAgain()).status).toBe('success');
			expect(suspended.allDone).toBe(false);
			const handedOver = await suspended.resume(clock.pass);
			expect(wordsOf(handedOver).message).toMatch(message);
			expect(suspended.rounds).toBe(2);
			expect(sandbox.requests).toHaveLength(2);
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
	const suspended = await suspendTasks(['success-600s']);
	const written = JSON.parse(
		JSON.stringify(version1)
			.replaceAll('842250903629086785', 'success-600s')
			// the execution that waits, and since when
			.replaceAll('"311"', '"1"')
			.replaceAll('1766737712000', String(Date.now())),
	);
	const ofVersion1 = new SuspendedRun({ sandbox, tasks: ['success-600s'] }, suspended.database, {
		...suspended.started,
		code: written.workflow,
		items: written.items,
	});
	ofVersion1.saveParent(suspended.shown);
	const { items } = await ofVersion1.resume(clock.pass);
	expect(items).toEqual([
		{
			json: expect.objectContaining({ taskId: 'success-600s', succeeded: true }),
			binary: { clip: expect.objectContaining({ fileType: 'video' }) },
			pairedItem: { item: 0 },
		},
	]);
});

test("a moment without n8n's database ends no wait", async () => {
	const suspended = await suspendTasks(['success-60s']);
	suspended.database.isAway = true;
	clock.pass(ROUND_MS);
	const { status, items } = await suspended.checkAgain();
	expect(status).toBe('success');
	expect(items.map(({ json }) => json)).toMatchObject([{ succeeded: true, allDone: true }]);
});

describe('n8n has just started, and its search for executions that were cut off is to come', () => {
	test.each([
		['a task that is done', 'success-60s', { succeeded: true }],
		['a task that goes on', 'success-120s', { succeeded: true }],
		['a task that has failed', 'failure-60s', { error: expect.anything() }],
	])('%s is not checked before the next round', async (_what, task, result) => {
		const suspended = await suspendTasks([task], { settings: continueInPlace });
		const shown = suspended.items[0]?.json.progress;
		clock.pass(ROUND_MS);
		clock.startProcess();
		clock.pass(ROUND_MS - 7000);
		await suspended.checkAgain();
		expect(suspended.items.map(({ json }) => json)).toMatchObject([
			{ taskId: task, progress: shown, done: false, allDone: false },
		]);
		expect(sandbox.requests).toHaveLength(1);

		const { items } = await suspended.resume(clock.pass);
		expect(suspended.rounds).toBe(2);
		expect(items).toEqual([{ json: expect.objectContaining(result), pairedItem: { item: 0 } }]);
		expect(sandbox.requests).toHaveLength(2);
	});

	test('what earlier rounds have found is kept', async () => {
		const suspended = await suspendTasks(['success-60s', 'success-190s']);
		clock.pass(ROUND_MS);
		await suspended.checkAgain();
		clock.pass(ROUND_MS);
		clock.startProcess();
		await suspended.checkAgain();
		const { items } = await suspended.resume(clock.pass);
		expect(items.map(({ json }) => json.wait)).toMatchObject([{ checks: 2 }, { checks: 3 }]);
		expect(['success-60s', 'success-190s'].map((id) => sandbox.checksOf(id).length)).toEqual([
			2, 3,
		]);
	});
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
		for (const hasJustStarted of [false, true]) {
			const suspended = await suspendTasks(['never', 'success-0s']);
			change(suspended.database, suspended.shown.saved);
			const before = sandbox.requests.length;
			clock.pass(ROUND_MS);
			if (hasJustStarted) clock.startProcess();
			const { status, items } = await suspended.checkAgain();
			expect({ hasJustStarted, status, items }).toEqual({
				hasJustStarted,
				status: 'success',
				items: [],
			});
			expect(sandbox.requests).toHaveLength(before);
		}
	});
});
