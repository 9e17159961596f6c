import { CallbackReceiver } from '../support/callbackReceiver';
import { movableClock } from '../support/clocks';
import { sandboxForEachTest } from '../support/sandbox';
import { ROUND_MS, suspendIn } from '../support/suspending';

// A suspended wait is woken by n8n's timer, or by a call, which brings an item of its own.

const clock = movableClock();
const sandbox = sandboxForEachTest();
const { suspendTasks } = suspendIn(sandbox);

const CALL_MS = ROUND_MS / 2;

test('woken by a call, all tasks are checked as after a timer', async () => {
	const suspended = await suspendTasks(['success-40s', 'success-120s']);
	clock.pass(ROUND_MS);
	suspended.call();
	await suspended.checkAgain();
	expect(suspended.items.map(({ json }) => json)).toMatchObject([
		{ taskId: 'success-40s', succeeded: true, allDone: false },
		{ taskId: 'success-120s', succeeded: false, allDone: false },
	]);
	const { items } = await suspended.resume(clock.pass);
	expect(items.map(({ json }) => json)).toMatchObject([
		{ taskId: 'success-40s', succeeded: true },
		{ taskId: 'success-120s', succeeded: true },
	]);
});

test('what a call says is not shown further on', async () => {
	const suspended = await suspendTasks(['success-20s']);
	clock.pass(ROUND_MS);
	suspended.call({ words: 'not to be shown' });
	await suspended.checkAgain();
	expect(JSON.stringify(suspended.items)).not.toMatch(/not to be shown|headers/);
});

test('calls of strangers make no checks that come closer', async () => {
	const suspended = await suspendTasks(['success-600s']);
	clock.pass(ROUND_MS);
	await suspended.checkAgain();
	expect(sandbox.requests).toHaveLength(2);
	for (let call = 0; call < 3; call++) {
		clock.pass(4000);
		suspended.call();
		await suspended.checkAgain();
		expect(suspended.items).toMatchObject([{ json: { taskId: 'success-600s', allDone: false } }]);
	}
	expect(sandbox.requests).toHaveLength(2);
	// they do not put the next one off either
	clock.pass(4000);
	suspended.call();
	await suspended.checkAgain();
	expect(sandbox.requests).toHaveLength(3);
});

describe("the execution's own address", () => {
	let receiver: CallbackReceiver;
	beforeEach(async () => {
		receiver = await CallbackReceiver.start();
	});
	afterEach(async () => {
		jest.useRealTimers();
		await receiver.close();
	});

	/** Real requests, and timers that only go on by hand. */
	const holdTimers = () =>
		jest.useFakeTimers({
			doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'Date', 'performance'],
		});

	test('is called once, half way to the timer', async () => {
		const suspended = await suspendTasks(['success-600s']);
		suspended.database.webhookWaitingBaseUrl = `${receiver.url}/webhook-waiting`;
		clock.pass(ROUND_MS);
		holdTimers();
		await suspended.checkAgain();
		await jest.advanceTimersByTimeAsync(CALL_MS - 1);
		expect(receiver.heard).toEqual([]);
		await jest.advanceTimersByTimeAsync(1);
		await receiver.untilHeard(1);
		await jest.advanceTimersByTimeAsync(10 * CALL_MS);
		expect(receiver.heard).toMatchObject([
			{ method: 'POST', path: expect.stringMatching(/^\/webhook-waiting\/progress\?signature=/) },
		]);
	});

	test.each([
		['success-600s', 1],
		['success-90s', 0],
	])('is not called for a round that is over (%s)', async (task, calls) => {
		const suspended = await suspendTasks([task]);
		suspended.database.webhookWaitingBaseUrl = `${receiver.url}/webhook-waiting`;
		clock.pass(ROUND_MS);
		holdTimers();
		await suspended.checkAgain();
		clock.pass(ROUND_MS);
		await suspended.checkAgain();
		await jest.advanceTimersByTimeAsync(10 * CALL_MS);
		expect(receiver.heard).toHaveLength(calls);
	});
});
