import type { IDataObject } from 'n8n-workflow';
import { CallbackReceiver } from '../support/callbackReceiver';
import { movableClock } from '../support/clocks';
import { creating } from '../support/creating';
import { continueInPlace, errorFor, itemFor, runKling } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import {
	Database,
	suspend,
	SuspendedRun,
	suspendToEnd,
	type SuspendingRun,
} from '../support/suspending';

// The progress workflow submits, and its own address is what Kling calls. n8n's part, which serves that
// address, is done by hand here.

const clock = movableClock();
const sandbox = sandboxForEachTest({ places: 2 });

let receiver: CallbackReceiver;
beforeEach(async () => {
	receiver = await CallbackReceiver.start();
	// n8n's first minute is over
	clock.pass(60_000);
});
afterEach(async () => {
	// of the calls that were planned, none is to outlive the test
	jest.useRealTimers();
	await receiver.close();
});

const run = (
	prompts: string[],
	options: IDataObject = {},
	more: Partial<SuspendingRun> = {},
): SuspendingRun => ({
	sandbox,
	tasks: prompts.map((prompt) => ({ prompt })),
	parameters: creating({ afterSubmit: 'suspend' }, { useCallback: 'always', ...options }),
	webhookWaitingBaseUrl: `${receiver.url}/webhook-waiting`,
	...more,
});

const checks = () => sandbox.requests.filter(({ method }) => method === 'GET');
const submits = () => sandbox.submits.map(({ body }) => Object(body));
const charges = () => sandbox.ledger.filter(({ kind }) => kind === 'charge').length;
const taskIds = () => sandbox.submits.flatMap(({ taskId }) => taskId ?? []);

const statusCallback = (taskId: string, status: string) => ({
	task_id: taskId,
	task_status: status,
	task_info: { external_task_id: 'not to be shown' },
});

/** Kling calls, and n8n wakes the execution. */
async function callBack(suspended: SuspendedRun, taskId: string, status = 'succeed') {
	suspended.call(statusCallback(taskId, status));
	return await suspended.checkAgain();
}

/** n8n's timer, or the call of this package. */
async function wakeAfter(suspended: SuspendedRun, seconds: number) {
	clock.pass(seconds * 1000);
	return await suspended.checkAgain();
}

describe('who submits, and with which address', () => {
	test('the progress workflow does, with its own address for all tasks', async () => {
		const suspended = await suspend(run(['[success-60s]', '[success-60s]']));
		expect(charges()).toBe(2);
		const ownAddress = expect.stringMatching(
			/^http:\/\/127\.0\.0\.1:\d+\/webhook-waiting\/progress\?signature=./,
		);
		expect(submits()).toMatchObject([{ callback_url: ownAddress }, { callback_url: ownAddress }]);
		expect(new Set(submits().map((body) => body.callback_url)).size).toBe(1);
		// the execution that waits shows them, though it did not submit them
		expect(suspended.shown.items.map(({ json }) => json.taskId)).toEqual(taskIds());
		const noted = suspended.shown.saved.resultData.metadata?.kling_tasks;
		expect(noted).toBe(taskIds().join(', '));
		const { items } = await suspended.resume(clock.pass);
		expect(items.map(({ json }) => json.succeeded)).toEqual([true, true]);
		expect(charges()).toBe(2);
	});

	test.each([
		['an address of the own network', { useCallback: 'automatic' }, undefined],
		['never', { useCallback: 'never' }, 'https://n8n.example.com/webhook-waiting'],
	])('without an address: %s', async (_what, options, webhookWaitingBaseUrl) => {
		const more = webhookWaitingBaseUrl === undefined ? {} : { webhookWaitingBaseUrl };
		await suspend(run(['[success-60s]'], options, more));
		expect(submits()).toEqual([expect.not.objectContaining({ callback_url: expect.anything() })]);
	});

	test("the user's own address stays", async () => {
		const callbackUrl = `${receiver.url}/mine`;
		const additionalFields = JSON.stringify({ callback_url: callbackUrl });
		await suspend(run(['[success-60s]'], { additionalFields }));
		expect(submits()).toMatchObject([{ callback_url: callbackUrl }]);
		expect(charges()).toBe(1);
	});

	test('what finds no place is submitted when another task is done', async () => {
		const prompts = ['a [success-20s]', 'b [success-60s]', 'c [success-60s]'];
		const suspended = await suspend(run(prompts));
		expect(charges()).toBe(2);
		clock.pass(20_000);
		await callBack(suspended, taskIds()[0] ?? '');
		expect(submits().map(({ prompt }) => prompt)).toEqual([
			...prompts,
			// the first time, there was no place
			prompts[2],
		]);
		expect(charges()).toBe(3);
		const { items } = await suspended.resume(clock.pass);
		expect(items.map(({ json }) => json.succeeded)).toEqual([true, true, true]);
		expect(charges()).toBe(3);
	});
});

describe('a callback', () => {
	test('has its task checked at once, and no other', async () => {
		const suspended = await suspend(run(['[success-20s]', '[success-60s]']));
		const [first, second] = taskIds();
		clock.pass(20_000);
		await callBack(suspended, first ?? '');
		expect(checks().map(({ path }) => path)).toEqual([expect.stringContaining(first ?? '?')]);
		expect(suspended.items.map(({ json }) => json)).toMatchObject([
			{ succeeded: true, wokenBy: 'Kling' },
			{ succeeded: false, allDone: false },
		]);
		clock.pass(40_000);
		await callBack(suspended, second ?? '');
		expect(suspended.allDone).toBe(true);
		expect(checks().length).toBeLessThanOrEqual(3);
		const { items } = await suspended.handOver();
		expect(items.map(({ json }) => json.succeeded)).toEqual([true, true]);
	});

	test('that says nothing of an end has nothing checked', async () => {
		const suspended = await suspend(run(['[success-60s]']));
		for (const status of ['submitted', 'processing', 'processing']) {
			clock.pass(5000);
			await callBack(suspended, taskIds()[0] ?? '', status);
			expect(suspended.items).toMatchObject([{ json: { wokenBy: 'Kling', allDone: false } }]);
		}
		expect(checks()).toEqual([]);
		await suspended.resume(clock.pass);
	});

	test('is not shown further on', async () => {
		const suspended = await suspend(run(['[success-60s]']));
		clock.pass(60_000);
		await callBack(suspended, taskIds()[0] ?? '');
		expect(JSON.stringify(suspended.items)).not.toMatch(/not to be shown|headers|signature/);
		const { items } = await suspended.handOver();
		expect(items).toMatchObject([{ json: { succeeded: true } }]);
	});

	test('that the gateway does not bear out is followed by checks that get rarer', async () => {
		const suspended = await suspend(run(['[success-600s]']));
		await callBack(suspended, taskIds()[0] ?? '');
		expect(checks()).toHaveLength(1);
		for (const [seconds, count] of [
			[1, 1],
			[1, 2],
			[2, 2],
			[2, 3],
			[8, 4],
			[16, 5],
			[32, 6],
			[32, 6],
		] as const) {
			await wakeAfter(suspended, seconds);
			expect([seconds, checks().length]).toEqual([seconds, count]);
		}
		await suspended.resume(clock.pass);
	});

	test('makes no more checks when it comes in bursts', async () => {
		const suspended = await suspend(run(['[success-600s]']));
		for (let call = 0; call < 40; call++) {
			clock.pass(500);
			await callBack(suspended, taskIds()[0] ?? '');
		}
		// 20 s: at once, and 2, 6 and 14 s later
		expect(checks()).toHaveLength(4);
		await suspended.resume(clock.pass);
	});

	test.each<[string, IDataObject]>([
		['of nothing', {}],
		['without a task', { task_status: 'succeed' }],
		['of other fields', { event: 'video.completed', data: [1, null, {}] }],
	])('%s changes nothing', async (_what, body) => {
		const suspended = await suspend(run(['[success-60s]']));
		clock.pass(20_000);
		suspended.call(body);
		await suspended.checkAgain();
		expect(suspended.items).toMatchObject([{ json: { wokenBy: 'unknown call', allDone: false } }]);
		expect(checks()).toEqual([]);
		await suspended.resume(clock.pass);
	});

	test('by an id that nobody knows may mean each of the tasks', async () => {
		const suspended = await suspend(run(['[success-20s]', '[success-60s]']));
		clock.pass(20_000);
		await callBack(suspended, '999999999999999999');
		expect(suspended.items.map(({ json }) => json.succeeded)).toEqual([true, false]);
		expect(checks()).toHaveLength(2);
		await suspended.resume(clock.pass);
	});

	test('of a failed task is believed no more than others', async () => {
		const suspended = await suspend(run(['[success-60s]']));
		clock.pass(60_000);
		await callBack(suspended, taskIds()[0] ?? '', 'failed');
		const { items } = await suspended.handOver();
		expect(items).toMatchObject([{ json: { succeeded: true } }]);
	});

	test('that comes before n8n has saved the execution that waits is kept for a moment', async () => {
		const suspended = await suspend(run(['[success-0s]']));
		const { executions } = suspended.database;
		const saved = executions.get('1');
		executions.delete('1');
		await callBack(suspended, taskIds()[0] ?? '');
		expect(checks()).toEqual([]);
		expect(suspended.allDone).toBe(false);
		if (saved !== undefined) executions.set('1', saved);
		await wakeAfter(suspended, 2);
		expect(suspended.allDone).toBe(true);
		expect(checks()).toHaveLength(1);
	});

	test('in the first minute of n8n is kept as well', async () => {
		const suspended = await suspend(run(['[success-20s]']));
		clock.pass(20_000);
		clock.startProcess();
		await callBack(suspended, taskIds()[0] ?? '');
		expect(checks()).toEqual([]);
		await wakeAfter(suspended, 61);
		expect(suspended.allDone).toBe(true);
	});
});

describe('how often is checked without a callback', () => {
	/** Goes on as the Wait node does, to the end. */
	async function untilDone(suspended: SuspendedRun) {
		while (!suspended.allDone) {
			await wakeAfter(suspended, Number(suspended.items[0]?.json.pauseSeconds ?? 66));
		}
	}

	test('if none arrives, nearly as often as without an address', async () => {
		const suspended = await suspend(run(['[success-600s]']));
		await untilDone(suspended);
		expect(checks().length).toBeGreaterThanOrEqual(9);
	});

	test('if they arrive and the last one is lost, three times for a video of ten minutes', async () => {
		const suspended = await suspend(run(['[success-600s]']));
		clock.pass(3000);
		await callBack(suspended, taskIds()[0] ?? '', 'processing');
		await untilDone(suspended);
		expect(checks()).toHaveLength(3);
		expect((await suspended.handOver()).items).toMatchObject([{ json: { succeeded: true } }]);
	});

	test('Max Wait is kept all the same', async () => {
		const suspended = await suspend(run(['[success-600s]'], { maxWaitMinutes: 3 }));
		clock.pass(3000);
		await callBack(suspended, taskIds()[0] ?? '', 'processing');
		await untilDone(suspended);
		const { error } = await suspended.handOver();
		expect(error).toMatchObject({
			message: expect.stringContaining('was not finished within 3 minutes'),
		});
		expect(checks()).toHaveLength(2);
	});
});

describe('paid once', () => {
	test('what cannot be submitted ends the node, which was not suspended', async () => {
		const result = await suspendToEnd(run(['[submit-refused]']), clock.pass);
		expect(result).toMatchObject({
			status: 'error',
			error: { message: expect.stringMatching(/^Nothing was submitted/) },
		});
		expect(sandbox.submits).toHaveLength(1);
	});

	test('what was refused is sent by the next try, what was created is not', async () => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const prompts = ['[success-60s]', '[submit-refused]'];
		const result = await suspendToEnd(run(prompts, {}, { settings }), clock.pass);
		expect(result).toMatchObject({ status: 'error', runs: 3 });
		expect(submits().map(({ prompt }) => prompt)).toEqual([...prompts, prompts[1], prompts[1]]);
		expect(charges()).toBe(1);
	});

	test('what is not clear is not sent again by the next try', async () => {
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const { error } = await suspendToEnd(run(['[submit-cut]'], {}, { settings }), clock.pass);
		expect(error).toMatchObject({
			message: expect.stringMatching(/^It is not clear whether an earlier try has created a task/),
		});
		expect(sandbox.submits).toHaveLength(1);
	});

	test('when the node continues, what is not clear is an item, and the others go on', async () => {
		const settings = continueInPlace;
		const prompts = ['[submit-cut]', '[success-60s]'];
		const result = await suspendToEnd(run(prompts, {}, { settings }), clock.pass);
		expect(errorFor(result, 0)).toMatchObject({ taskId: null });
		expect(itemFor(result, 1).json).toMatchObject({ succeeded: true });
		expect(sandbox.submits).toHaveLength(2);
	});

	test('when n8n fails after the submit, it is not clear, and not sent again', async () => {
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const database = new Database();
		database.webhookWaitingBaseUrl = `${receiver.url}/webhook-waiting`;
		const toRun = run(['[success-60s]'], {}, { settings });
		database.onStarted = async (started) => {
			await new SuspendedRun(toRun, database, started).begin();
			throw new Error('the database is locked');
		};
		const { error } = await runKling({ ...toRun, otherExecutions: database });
		expect(error).toMatchObject({
			message: expect.stringMatching(/^It is not clear whether an earlier try has created a task/),
		});
		expect(charges()).toBe(1);
	});

	test('a submission is noted as not clear before the progress workflow gets it', async () => {
		const database = new Database();
		database.webhookWaitingBaseUrl = `${receiver.url}/webhook-waiting`;
		const contextData = {};
		let noted = '';
		database.onStarted = async ({ items }) => {
			// as n8n would save it now, should the execution be stopped
			noted = JSON.stringify(contextData);
			return { items, isSuspended: true };
		};
		await runKling({ ...run(['[success-60s]']), otherExecutions: database, contextData });
		expect(noted).toContain('"outcome":"unclear"');
	});

	test('n8n\'s "Retry" of the progress execution submits nothing', async () => {
		const toRun = run(['[success-60s]'], {}, { settings: continueInPlace });
		const { database, started } = await suspend(toRun);
		const again = new SuspendedRun(toRun, database, started);
		again.mode = 'retry';
		const { items } = await again.begin();
		expect(items).toMatchObject([{ json: { taskId: null, allDone: true } }]);
		expect(charges()).toBe(1);
	});
});
