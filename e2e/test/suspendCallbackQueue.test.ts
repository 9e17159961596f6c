/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { booksOf, createAndSuspend, lastCallOf, median, nextStartedAtMs } from './calledBack';
import { startQueueHost, type QueueHost } from './queueHost';
import { parked, start, type Started } from './suspended';
import { CREATE, jsonOf } from './workflows';

// The same in queue mode, where the address that Kling calls is what the worker takes for n8n's own.

const QUICK = 20;

let host: QueueHost;

beforeAll(async () => {
	host = await startQueueHost('suspendCallbackQueue', { workers: 0, slots: 5 });
});

afterAll(async () => await host?.close());

async function startAndPark(prompt: string): Promise<Started> {
	const { rest, credential } = host;
	const started = await start(rest, prompt, createAndSuspend(prompt, credential));
	await parked(rest, started.executionId);
	return started;
}

test("with the worker's WEBHOOK_URL wrong, n8n's timer wakes it; with it right, the call does", async () => {
	const { rest, sandbox } = host;
	await host.startWorker();
	const wrong = await startAndPark('A dog [success-30s]');
	await host.killWorker();
	await host.startWorker({ WEBHOOK_URL: host.n8n.url });
	const prompts = Array.from({ length: QUICK }, (_, index) => `A cat [success-${70 + index}s]`);
	const all: Started[] = [];
	for (const prompt of prompts) all.push(await startAndPark(prompt));

	const delays: number[] = [];
	for (const { workflow, executionId } of all) {
		const execution = await rest.ended(executionId);
		const { taskId, submits, charges, checks } = booksOf(sandbox, workflow.name);
		expect([workflow.name, execution.status, submits, charges]).toEqual([
			workflow.name,
			'success',
			1,
			1,
		]);
		expect(jsonOf(execution, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
		expect(checks).toBeLessThanOrEqual(3);
		delays.push(nextStartedAtMs(execution) - lastCallOf(sandbox, taskId).atMs);
	}
	process.stdout.write(
		`queue mode, from the callback to the next node: median ${median(delays)} ms, most ${Math.max(...delays)} ms\n`,
	);

	const execution = await rest.ended(wrong.executionId);
	const { taskId, charges } = booksOf(sandbox, 'A dog [success-30s]');
	expect(lastCallOf(sandbox, taskId).statusCode).not.toBe(200);
	expect(execution.status).toBe('success');
	expect(jsonOf(execution, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
	expect(charges).toBe(1);
});
