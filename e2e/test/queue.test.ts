/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import type { SavedWorkflow } from '../rest';
import { startQueueHost, type QueueHost } from './queueHost';
import { chain, create, CREATE, jsonOf, waitFor, webhook } from './workflows';

/** How many executions one worker runs at a time; n8n's own default. */
const SLOTS = 10;

let host: QueueHost;
let workflow: SavedWorkflow;

beforeAll(async () => {
	host = await startQueueHost('queue', { workers: 2, slots: SLOTS });
	workflow = await host.rest.createWorkflow(
		chain('queue', [webhook('queue'), waitFor('={{ $json.body.task_id }}', host.credential)]),
	);
	await host.rest.publish(workflow);
});

afterAll(async () => {
	await host?.close();
});

test('forty waits at once: each answer is right, and each worker has its share', async () => {
	const taskIds = Array.from({ length: 40 }, (_, index) => `success-4s-queue${index}`);
	const startedAtMs = Date.now();
	const answers = await Promise.all(taskIds.map(async (taskId) => await call(taskId)));
	const ratio = (Date.now() - startedAtMs) / 4000;
	process.stdout.write(
		`40 waits, ${host.workers.length} workers of ${SLOTS}: ${ratio.toFixed(1)} times one video's time\n`,
	);
	expect(answers).toEqual(
		taskIds.map((taskId) => expect.objectContaining({ taskId, status: 'SUCCESS' })),
	);
	// a slot is held for as long as the wait takes
	expect(mostAtOnce(taskIds)).toBeLessThanOrEqual(host.workers.length * SLOTS);
});

test('Stop reaches the worker, and the gateway is asked no more', async () => {
	const { rest, sandbox } = host;
	void call('never-queue').catch(() => undefined);
	await checked('never-queue', 2);
	const running = (await rest.executionsOf(workflow)).find(({ status }) => status === 'running');
	await rest.stop(running?.id ?? '');
	expect((await rest.ended(running?.id ?? '')).status).toBe('canceled');
	// the worker hears of it by Redis, while the main process has ended the execution
	await call('success-3s-meanwhile');
	const checks = sandbox.checksOf('never-queue').length;
	await call('success-3s-after-stop');
	expect(sandbox.checksOf('never-queue')).toHaveLength(checks);
});

// n8n does not give a job to another worker once it was begun: it ends as failed, and can be retried
test('the waits of a worker that is killed end as failed; those of the other go on', async () => {
	const { rest } = host;
	const before = new Set((await rest.executionsOf(workflow)).map(({ id }) => id));
	// more than one worker takes: each has some
	const taskIds = Array.from({ length: SLOTS + 4 }, (_, index) => `success-20s-killed${index}`);
	for (const taskId of taskIds) void call(taskId).catch(() => undefined);
	for (const taskId of taskIds) await checked(taskId, 1);
	await host.killWorker();
	const executions = (await rest.executionsOf(workflow)).filter(({ id }) => !before.has(id));
	const ended = await Promise.all(executions.map(async ({ id }) => await rest.ended(id)));
	expect(ended).toHaveLength(taskIds.length);
	const killed = ended.filter(({ status }) => status !== 'success');
	expect(killed.length).toBeGreaterThan(0);
	expect(killed.length).toBeLessThan(taskIds.length);
	for (const { status, data } of killed) {
		expect([status, data.resultData.error?.message]).toEqual([
			'error',
			expect.stringContaining('failed to be processed too many times'),
		]);
	}
});

test('a video that a worker has created is paid once, through Retry On Fail and Retry', async () => {
	const { rest, credential, sandbox } = host;
	const options = { maxWaitMinutes: 0.03, pollingInterval: 1 };
	const tries = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };
	const creating = await rest.createWorkflow(
		chain('create', [
			webhook('create'),
			create('A cat in a queue [success-8s]', credential, options, tries),
		]),
	);
	await rest.publish(creating);
	await axios.post(`${host.n8n.url}/webhook/create`, {}, { proxy: false }).catch(() => undefined);
	const [failed] = await rest.executionsOf(creating);
	expect((await rest.ended(failed?.id ?? '')).status).toBe('error');
	expect(sandbox.submits).toHaveLength(1);
	const [{ taskId, atMs } = { taskId: '', atMs: 0 }] = sandbox.submits;
	while (Date.now() - atMs < 8000) await sleep(200);
	const retried = await rest.retry({ id: failed?.id ?? '' }, creating);
	expect(retried.status).toBe('success');
	expect(jsonOf(retried, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
	expect(sandbox.ledger).toMatchObject([{ kind: 'charge', taskId }]);
});

async function call(taskId: string): Promise<unknown> {
	const { data } = await axios.post(
		`${host.n8n.url}/webhook/queue`,
		{ task_id: taskId },
		{ proxy: false },
	);
	return data;
}

async function checked(taskId: string, times: number): Promise<void> {
	while (host.sandbox.checksOf(taskId).length < times) {
		await Promise.race([host.sandbox.untilSeen(host.sandbox.requests.length + 1), sleep(1000)]);
	}
}

/** Of the tasks that are waited for, how many at the same moment. */
function mostAtOnce(taskIds: string[]): number {
	const spans = taskIds.map((taskId) => {
		const checks = host.sandbox.checksOf(taskId).map(({ atMs }) => atMs);
		return { from: Math.min(...checks), to: Math.max(...checks) };
	});
	return Math.max(
		...spans.map(({ from }) => spans.filter((span) => span.from <= from && from < span.to).length),
	);
}
