/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { Readable } from 'node:stream';
import { Transfer } from '../../nodes/KlingVideo/download/transfer';
import { NodeRun } from '../../nodes/KlingVideo/run/nodeRun';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const MINUTE_MS = 60_000;

function watchBody() {
	const run = new NodeRun({
		itemCount: 1,
		itemStartMs: 0,
		cancelSignal: undefined,
		isAbandoned: () => false,
	});
	const limits = { idleMs: MINUTE_MS, maxMs: 30 * MINUTE_MS, maxBytes: 1000 };
	const transfer = new Transfer(run, limits);
	const body = new Readable({ read() {} });
	transfer.watch(body);
	return { transfer, body };
}

test('a host that falls silent is at fault', async () => {
	const { transfer, body } = watchBody();
	body.push(Buffer.alloc(10));
	await jest.advanceTimersByTimeAsync(MINUTE_MS);
	expect(transfer.getFault()).toBe('silent');
	expect(transfer.isComplete).toBe(false);
});

test('when all has arrived, the time that n8n takes to store it is no fault of the host', async () => {
	const { transfer, body } = watchBody();
	body.push(Buffer.alloc(10));
	body.push(null);
	expect(transfer.isComplete).toBe(true);
	await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
	expect(transfer.getFault()).toBeNull();
	expect(transfer.signal.aborted).toBe(false);
	expect(transfer.receivedBytes).toBe(10);
});
