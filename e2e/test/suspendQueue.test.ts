/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SavedWorkflow } from '../rest';
import { call, executions, published } from './published';
import { startQueueHost, type QueueHost } from './queueHost';
import { parked, SUSPEND, suspendFor } from './suspended';
import { jsonOf, waitFor } from './workflows';

/** How many executions all workers together run at a time. */
const WORKERS = 2;
const SLOTS = 2;

const MANY = 50;
const POLL_MS = 200;
const OF_CALL = '={{ $json.body.task_id }}';

let host: QueueHost;

beforeAll(async () => {
	host = await startQueueHost('suspendQueue', { workers: WORKERS, slots: SLOTS });
});

afterAll(async () => await host?.close());

/** Waits for a moment in which none is in a check, nor will be for the next seconds. */
async function untilQuiet(workflow: SavedWorkflow): Promise<void> {
	const QUIET_MS = 15_000;
	for (;;) {
		const all = await host.rest.executionsOf(workflow);
		const waiting = all.filter(({ status }) => status === 'waiting');
		const isBusy = all.some(({ status }) => ['new', 'running'].includes(status));
		const whole = await Promise.all(waiting.map(async ({ id }) => await host.rest.execution(id)));
		const wakeMs = whole.map(({ data }) => new Date(data.waitTill ?? 0).getTime());
		if (!isBusy && Math.min(...wakeMs) > Date.now() + QUIET_MS) return;
		await sleep(POLL_MS);
	}
}

async function checked(taskId: string, times: number): Promise<void> {
	while (host.sandbox.checksOf(taskId).length < times) {
		await host.sandbox.untilSeen(host.sandbox.requests.length + 1);
	}
}

test('fifty suspended executions hold no slot, outlive a worker that is killed, and a time limit', async () => {
	const { rest, credential, sandbox } = host;
	const limited = await published(host, 'limited', [suspendFor(OF_CALL, credential)], {
		executionTimeout: 30,
	});
	await call(host, limited, { task_id: 'success-170s-limited' });
	const many = await published(host, 'many', [suspendFor(OF_CALL, credential)]);
	const taskIds = Array.from({ length: MANY }, (_, index) => `success-100s-many${index}`);
	await Promise.all(taskIds.map(async (taskId) => await call(host, many, { task_id: taskId })));
	for (const taskId of taskIds) await checked(taskId, 1);

	// as long as all of them are parked, there is room for another
	const quick = await published(host, 'quick', [waitFor(OF_CALL, credential)]);
	await call(host, quick, { task_id: 'success-1s-quick' });
	const [quickOne] = await executions(host, quick, 1);
	expect((await rest.ended(quickOne?.id ?? '')).status).toBe('success');
	const running = (await rest.executionsOf(many)).filter(({ status }) => status === 'running');
	expect(running).toEqual([]);

	// on a slow machine, the first may be back before the last is parked
	await untilQuiet(many);
	expect((await rest.executionsOf(many)).some(({ status }) => status === 'waiting')).toBe(true);
	await host.killWorker();
	await host.startWorker();
	for (const { id } of await executions(host, many, MANY)) {
		const execution = await rest.ended(id);
		expect(execution.status).toBe('success');
		expect(jsonOf(execution, SUSPEND)).toEqual([expect.objectContaining({ succeeded: true })]);
	}
	// at once, after one pause and after two; a slow machine may be late for the second
	for (const taskId of taskIds) {
		expect([2, 3]).toContain(sandbox.checksOf(taskId).length);
	}

	const [inTheEnd] = await executions(host, limited, 1);
	expect((await rest.ended(inTheEnd?.id ?? '')).status).toBe('success');
	// at once and after each of three pauses; a worker in its first minute only pauses again
	expect([3, 4]).toContain(sandbox.checksOf('success-170s-limited').length);
});

test('Stop while it is parked; and a worker that is killed in the middle of a check: an error', async () => {
	const { rest, credential, sandbox } = host;
	const cut = await published(host, 'cut', [suspendFor(OF_CALL, credential)]);
	await call(host, cut, { task_id: 'later-silent-queue' });
	const stopped = await published(host, 'stopped', [suspendFor(OF_CALL, credential)]);
	await call(host, stopped, { task_id: 'never-queue' });
	await checked('never-queue', 1);
	const [execution] = await executions(host, stopped, 1);
	const { id } = await parked(rest, execution?.id ?? '');
	await rest.stop(id);
	expect((await rest.ended(id)).status).toBe('canceled');
	// the progress execution looks after it when its minute is over, and ends
	for (const other of await rest.executionsOf(stopped)) await rest.ended(other.id);
	expect(sandbox.checksOf('never-queue')).toHaveLength(1);

	await checked('later-silent-queue', 2);
	while (host.workers.length > 0) await host.killWorker();
	await host.startWorker();
	const [cutOff] = await executions(host, cut, 1);
	const { status, data } = await rest.ended(cutOff?.id ?? '');
	// n8n's own words: nobody was left to say anything else. Either its main process misses the job
	// first, or the new worker finds the execution in the log that the killed one has left.
	expect([status, data.resultData.error?.message]).toEqual([
		'error',
		expect.stringMatching(
			/failed to be processed too many times|Workflow did not finish, possible out-of-memory issue/,
		),
	]);
});
