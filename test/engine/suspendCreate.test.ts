import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { movableClock } from '../support/clocks';
import { continueInPlace, errorFor, itemFor, runKling, type KlingRun } from '../support/kling';
import { creating, JPEG, PHOTO } from '../support/creating';
import { sandboxForEachTest } from '../support/sandbox';
import {
	Database,
	ROUND_MS,
	suspend,
	suspendToEnd,
	type SuspendedRun,
} from '../support/suspending';

// What a suspended execution still has to submit is stored, and its rounds go on with the line.

const clock = movableClock();
const sandbox = sandboxForEachTest({ places: 2 });

const suspendingCreate = (options: IDataObject = {}) =>
	creating({ afterSubmit: 'suspend' }, options);

const run = (prompts: string[], more: Partial<KlingRun> = {}): KlingRun => ({
	sandbox,
	tasks: prompts.map((prompt) => ({ prompt })),
	parameters: suspendingCreate(),
	...more,
});

const charges = () => sandbox.ledger.filter(({ kind }) => kind === 'charge').length;
const submits = () => sandbox.requests.filter(({ method }) => method === 'POST').length;
const progressOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.progress);

async function nextRound(suspended: SuspendedRun) {
	clock.pass(ROUND_MS);
	return await suspended.checkAgain();
}

test('tasks that find no place are submitted in the rounds, in their order, and all come out', async () => {
	const prompts = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name} [success-60s]`);
	const suspended = await suspend(run(prompts));
	expect(charges()).toBe(2);
	// one was refused, and the others did not try
	expect(submits()).toBe(3);
	expect(progressOf(suspended.shown.items)).toEqual([
		expect.stringMatching(/^Task \d{18}: submitted, not checked yet$/),
		expect.stringMatching(/^Task \d{18}: submitted, not checked yet$/),
		...Array<string>(3).fill('Waits for a free place: nothing was submitted so far'),
	]);
	await nextRound(suspended);
	expect(charges()).toBe(4);
	const { items, error } = await suspended.resume(clock.pass);
	expect(error).toBeUndefined();
	expect(
		sandbox.submits.flatMap(({ taskId, body }) => (taskId === null ? [] : [body])),
	).toMatchObject(prompts.map((prompt) => ({ prompt })));
	expect(items.map(({ json }) => json)).toMatchObject(
		prompts.map(() => ({ status: 'SUCCESS', succeeded: true, wait: { timedOut: false } })),
	);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(prompts.map((_, item) => ({ item })));
	expect(new Set(items.map(({ json }) => json.taskId)).size).toBe(5);
	expect(charges()).toBe(5);
});

test('the time to wait counts from when each was submitted', async () => {
	const prompts = ['a [success-60s]', 'b [success-60s]', 'c [success-60s]'];
	const parameters = suspendingCreate({ maxWaitMinutes: 2 });
	const { items } = await suspendToEnd(run(prompts, { parameters }), clock.pass);
	expect(items).toHaveLength(3);
	// it was submitted in the second round, and ended in the third
	expect(items[2]?.json.wait).toMatchObject({
		timedOut: false,
		waitedSeconds: expect.closeTo(66, -1),
	});
});

test('files wait with their tasks', async () => {
	const images = { image: [{ source: 'binary', binaryField: 'photo' }] };
	const parameters = { ...suspendingCreate(), images };
	const binaries = [PHOTO, PHOTO, PHOTO];
	const prompts = ['[success-60s]', '[success-60s]', '[success-60s]'];
	const { items } = await suspendToEnd(run(prompts, { parameters, binaries }), clock.pass);
	expect(items).toHaveLength(3);
	expect(charges()).toBe(3);
	for (const { body } of sandbox.submits) {
		expect(body).toMatchObject({ image_list: [{ image_url: JPEG.toString('base64') }] });
	}
});

test('a limit by hand is kept', async () => {
	const parameters = suspendingCreate({ maxTasksAtOnce: 1 });
	const suspended = await suspend(run(['[success-60s]', '[success-60s]'], { parameters }));
	expect(submits()).toBe(1);
	await nextRound(suspended);
	expect(submits()).toBe(2);
	const { items } = await suspended.resume(clock.pass);
	expect(items).toHaveLength(2);
	expect(submits()).toBe(2);
});

test('no place in time is told, and the others go on', async () => {
	const parameters = suspendingCreate({ maxQueueMinutes: 3 });
	const settings = continueInPlace;
	const prompts = ['[success-600s]', '[success-600s]', '[success-0s]'];
	const result = await suspendToEnd(run(prompts, { parameters, settings }), clock.pass);
	expect(errorFor(result, 2)).toMatchObject({
		message: expect.stringContaining('place'),
		taskId: null,
	});
	expect(itemFor(result, 0).json).toMatchObject({ succeeded: true });
	expect(charges()).toBe(2);
});

test('a connection that is never made ends the wait as checks do', async () => {
	const parameters = suspendingCreate({ maxFailedChecks: 2 });
	const away = run(['a cat'], { parameters, baseUrl: 'http://127.0.0.1:1' });
	const { error } = await suspendToEnd(away, clock.pass);
	expect(error).toMatchObject({ message: expect.stringContaining('the connection was refused') });
});

test('what is not clear is not sent again in a later round', async () => {
	const settings = continueInPlace;
	const prompts = ['[submit-cut] [success-0s]', '[success-60s]'];
	const result = await suspendToEnd(run(prompts, { settings }), clock.pass);
	const [{ externalTaskId } = { externalTaskId: '' }] = sandbox.submits;
	expect(errorFor(result, 0)).toMatchObject({
		description: expect.stringContaining(String(externalTaskId)),
		taskId: null,
	});
	expect(itemFor(result, 1).json).toMatchObject({ succeeded: true });
	expect(submits()).toBe(2);
});

test('what cannot go well is told before anything is sent', async () => {
	const { error } = await runKling(run(['a cat', '']));
	expect(error).toMatchObject({ message: expect.stringContaining('rompt') });
	expect(submits()).toBe(0);
});

test('after the first error nothing is submitted', async () => {
	const suspended = await suspend(run(['[failure-60s]', '[success-60s]', '[success-60s]']));
	await nextRound(suspended);
	expect(suspended.allDone).toBe(true);
	const { error } = await suspended.handOver();
	expect(error).toMatchObject({
		message: expect.stringContaining('ended without a video'),
	});
	expect(charges()).toBe(2);
});

test('the texts do not say to run the node again, which would submit again', async () => {
	const parameters = suspendingCreate({ maxWaitMinutes: 1 });
	const { error } = await suspendToEnd(run(['[success-600s]'], { parameters }), clock.pass);
	const [{ taskId } = { taskId: '' }] = sandbox.submits;
	expect(error).toMatchObject({
		message: expect.stringContaining(String(taskId)),
		description: expect.stringMatching(/"Wait Until Complete" of the same resource with Task ID/),
	});
});

test('where n8n cannot suspend, nothing is submitted', async () => {
	const place = { id: '1', mode: 'manual', workflow: { id: '', name: 'W', settings: {} } } as const;
	const { error } = await runKling(run(['a cat'], { place, otherExecutions: new Database() }));
	expect(error).toMatchObject({ message: expect.stringMatching(/^Nothing was submitted/) });
	expect(submits()).toBe(0);
});

test('when suspending fails, the next try takes up what was submitted', async () => {
	const database = new Database();
	const { executeWorkflow } = database;
	let failures = 1;
	database.executeWorkflow = async (...call) => {
		if (failures-- > 0) throw new Error('the database is locked');
		return await executeWorkflow(...call);
	};
	const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
	// a place is left, which a second submit call would get
	const { status } = await runKling(
		run(['[success-60s]'], { settings, otherExecutions: database }),
	);
	expect(status).toBe('waiting');
	expect(charges()).toBe(1);
});
