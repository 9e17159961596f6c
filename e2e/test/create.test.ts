/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from '../n8n';
import { startAgain, startHost, type Host } from './host';
import { parked, start } from './suspended';
import { create, CREATE, jsonOf } from './workflows';

// A video is paid once, in a whole n8n: by the books of the sandbox.

let host: Host;
let n8n: N8n;

beforeAll(async () => {
	host = await startHost('create');
	n8n = host.n8n;
});

afterAll(async () => {
	await n8n?.stop();
	await host?.close();
});

/** What reached the gateway for a prompt, and what of it was charged. */
function booksOf(prompt: string) {
	const submits = host.sandbox.submits.filter(({ body }) => body.prompt === prompt);
	const ids = submits.map(({ taskId }) => taskId);
	const charges = host.sandbox.ledger.filter(
		({ kind, taskId }) => kind === 'charge' && ids.includes(taskId),
	);
	return { taskId: ids[0], submits: submits.length, charges: charges.length };
}

/** How a node is set that gives up before its video is there, and is tried three times. */
const IMPATIENT = { maxWaitMinutes: 0.03, pollingInterval: 1 };
const THREE_TRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };

test('Retry On Fail, then Retry after a restart of n8n: one submit call, one charge', async () => {
	const { rest, credential } = host;
	const suspendedPrompt = 'A dog on a rope [success-20s]';
	const suspends = create(
		suspendedPrompt,
		credential,
		{},
		{ parameters: { afterSubmit: 'suspend' } },
	);
	const suspended = await start(rest, 'create and suspend', [suspends]);

	const prompt = 'A cat in a hat [success-15s]';
	const { workflow, executionId } = await start(rest, 'create', [
		create(prompt, credential, IMPATIENT, THREE_TRIES),
	]);
	const failed = await rest.ended(executionId);
	const { taskId } = booksOf(prompt);
	expect(failed.status).toBe('error');
	expect(failed.data.resultData.error?.message).toContain(`Task ${taskId} (Omni Video)`);
	expect(booksOf(prompt)).toMatchObject({ submits: 1, charges: 1 });
	expect(failed.customData).toEqual({ kling_tasks: taskId });

	await parked(rest, suspended.executionId);
	await n8n.stop();
	n8n = await startAgain(host);
	// the task is done by now
	while (host.sandbox.submits.every(({ atMs }) => Date.now() - atMs < 15_000)) await sleep(200);
	const retried = await rest.retry(failed, workflow);
	expect(retried.status).toBe('success');
	expect(jsonOf(retried, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
	expect(booksOf(prompt)).toMatchObject({ submits: 1, charges: 1 });

	const resumed = await rest.ended(suspended.executionId);
	expect(resumed.status).toBe('success');
	const { taskId: suspendedId } = booksOf(suspendedPrompt);
	expect(jsonOf(resumed, CREATE)).toMatchObject([{ taskId: suspendedId, succeeded: true }]);
	expect(booksOf(suspendedPrompt)).toMatchObject({ submits: 1, charges: 1 });
});

test("Stop while the video is made: the task's id is in n8n's log", async () => {
	const { rest, credential } = host;
	const prompt = 'A cat that never comes [never]';
	const { executionId } = await start(rest, 'stop', [create(prompt, credential)]);
	while (booksOf(prompt).charges === 0) await sleep(100);
	await rest.stop(executionId);
	expect((await rest.ended(executionId)).status).toBe('canceled');
	const { taskId } = booksOf(prompt);
	expect(await readFile(host.logFile, 'utf8')).toContain(`Submitted Omni Video task ${taskId}`);
	expect(booksOf(prompt)).toMatchObject({ submits: 1, charges: 1 });
});
