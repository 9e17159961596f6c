import {
	ManualExecutionCancelledError,
	type IDataObject,
	type IRunExecutionData,
} from 'n8n-workflow';
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

	describe.each<[string, (item: IDataObject) => IDataObject]>([
		[
			'of another version of this node',
			(item) => ({ ...item, storedWait: { ...Object(item.storedWait), version: 4 } }),
		],
		['that is gone', ({ progress }) => ({ progress })],
		['that is something else', (item) => ({ ...item, storedWait: 'elsewhere' })],
	])('%s', (_what, change) => {
		async function resumeChanged(settings: KlingRun['settings']) {
			const suspended = await suspendTasks(['success-600s', 'never'], { settings });
			suspended.items = suspended.items.map(({ json, ...item }, index) => ({
				...item,
				json: index === 1 ? change(json) : json,
			}));
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
	const suspended = await suspendTasks(['success-600s']);
	const written = JSON.parse(
		JSON.stringify(version1)
			.replaceAll('842250903629086785', 'success-600s')
			// the execution that waits, and since when
			.replaceAll('"311"', '"1"')
			.replaceAll('1766737712000', String(Date.now())),
	);
	const ofVersion1 = new SuspendedRun(
		{ sandbox, tasks: ['success-600s'] },
		suspended.database,
		{ ...suspended.started, code: written.workflow, items: written.items },
		suspended.shown,
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

test("a moment without n8n's database ends no wait", async () => {
	const suspended = await suspendTasks(['success-60s']);
	suspended.database.isAway = true;
	clock.pass(ROUND_MS);
	const { status, items } = await suspended.checkAgain();
	expect(status).toBe('success');
	expect(items.map(({ json }) => json)).toMatchObject([{ succeeded: true, allDone: true }]);
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
		const suspended = await suspendTasks(['never', 'success-0s']);
		change(suspended.database, suspended.shown.saved);
		const before = sandbox.requests.length;
		clock.pass(ROUND_MS);
		const { status, items } = await suspended.checkAgain();
		expect({ status, items }).toEqual({ status: 'success', items: [] });
		expect(sandbox.requests).toHaveLength(before);
	});
});
