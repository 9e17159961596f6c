/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution, SavedWorkflow } from '../rest';
import { booksOf, createAndSuspend, lastCallOf, median, nextStartedAtMs } from './calledBack';
import { call, executions, published } from './published';
import { startQueueHost, type QueueHost } from './queueHost';
import { CREATE, jsonOf } from './workflows';

// The same in queue mode, where the address that Kling calls is what the worker takes for n8n's own.

const QUICK = 20;
const PROMPT = '={{ $json.body.prompt }}';

let host: QueueHost;

beforeAll(async () => {
	host = await startQueueHost('suspendCallbackQueue', { workers: 1, slots: 5 });
});

afterAll(async () => await host?.close());

/** Waits until a video of this prompt was submitted, and its execution suspended. */
async function submitted(prompt: string, workflow: SavedWorkflow): Promise<void> {
	for (;;) {
		const all = await host.rest.executionsOf(workflow);
		const isSuspended = all.length > 0 && all.every(({ status }) => status === 'waiting');
		if (booksOf(host.sandbox, prompt).charges === 1 && isSuspended) return;
		await sleep(200);
	}
}

function expectVideo(execution: Execution | undefined, prompt: string): void {
	const { taskId, submits, charges } = booksOf(host.sandbox, prompt);
	expect([prompt, execution?.status, submits, charges]).toEqual([prompt, 'success', 1, 1]);
	if (execution === undefined) return;
	expect(jsonOf(execution, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
}

test("with the worker's WEBHOOK_URL wrong, n8n's timer wakes it; with it right, the call does", async () => {
	const { rest, sandbox, credential } = host;
	const wrongPrompt = 'A dog [success-30s]';
	const wrong = await published(host, 'wrong', createAndSuspend(PROMPT, credential));
	await call(host, wrong, { prompt: wrongPrompt });
	await submitted(wrongPrompt, wrong);
	await host.killWorker();
	await host.startWorker({ WEBHOOK_URL: host.n8n.url });
	const right = await published(host, 'right', createAndSuspend(PROMPT, credential));
	const prompts = Array.from({ length: QUICK }, (_, index) => `A cat [success-${75 + index}s]`);
	for (const prompt of prompts) await call(host, right, { prompt });

	const delays: number[] = [];
	for (const { id } of await executions(host, right, QUICK)) {
		const execution = await rest.ended(id);
		const [{ taskId } = { taskId: '' }] = jsonOf(execution, CREATE);
		const submit = sandbox.submits.find((one) => one.taskId === taskId);
		const prompt = String(submit?.body.prompt);
		expectVideo(execution, prompt);
		expect(booksOf(sandbox, prompt).checks).toBeLessThanOrEqual(3);
		delays.push(nextStartedAtMs(execution) - lastCallOf(sandbox, String(taskId)).atMs);
	}
	expect(new Set(sandbox.submits.map(({ body }) => body.prompt)).size).toBe(QUICK + 1);
	process.stdout.write(
		`queue mode, from the callback to the next node: median ${median(delays)} ms, most ${Math.max(...delays)} ms\n`,
	);

	const [execution] = await executions(host, wrong, 1);
	expectVideo(await rest.ended(execution?.id ?? ''), wrongPrompt);
	const { taskId } = booksOf(sandbox, wrongPrompt);
	expect(lastCallOf(sandbox, taskId).statusCode).not.toBe(200);
});
