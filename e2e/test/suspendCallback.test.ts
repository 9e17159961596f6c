/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import type { N8n } from '../n8n';
import type { Credential } from '../rest';
import { CREDENTIAL_TYPE } from '../sandboxWorkflows';
import { booksOf, createAndSuspend, lastCallOf, median, nextStartedAtMs } from './calledBack';
import { startAgain, startHost, type Host } from './host';
import { parked, progressOf, start, type Started } from './suspended';
import { CREATE, jsonOf } from './workflows';

// A suspended execution that Kling calls, in a whole n8n.

const QUICK = 20;
const MANY = 50;

let host: Host;
let n8n: N8n;
/** One whose calls are lost, one in two. */
let lossy: Sandbox;
let lossyCredential: Credential;

beforeAll(async () => {
	host = await startHost('suspendCallback');
	n8n = host.n8n;
	lossy = await startSandbox({ callbackLoss: 0.5 });
	lossyCredential = await host.rest.createCredential('Lossy account', CREDENTIAL_TYPE, {
		apiToken: SANDBOX_TOKEN,
		baseUrl: lossy.url,
	});
});

afterAll(async () => {
	await n8n?.stop();
	await lossy?.close();
	await host?.close();
});

async function startAll(prompts: string[], credential: Credential): Promise<Started[]> {
	const all: Started[] = [];
	for (const prompt of prompts) {
		all.push(await start(host.rest, prompt, createAndSuspend(prompt, credential)));
	}
	for (const { executionId } of all) await parked(host.rest, executionId);
	return all;
}

/** Says to n8n what Kling would. */
async function callBack(sandbox: Sandbox, prompt: string): Promise<void> {
	const submit = sandbox.submits.find(({ body }) => body.prompt === prompt);
	const callback = { task_id: submit?.taskId, task_status: 'succeed' };
	await axios.post(String(submit?.body.callback_url), callback, { proxy: false });
}

/** Each with its prompt, and whether its video came out. */
async function expectVideos(sandbox: Sandbox, all: Started[]): Promise<void> {
	for (const { workflow, executionId } of all) {
		const execution = await host.rest.ended(executionId);
		const { taskId, submits, charges } = booksOf(sandbox, workflow.name);
		expect([workflow.name, execution.status, submits, charges]).toEqual([
			workflow.name,
			'success',
			1,
			1,
		]);
		expect(jsonOf(execution, CREATE)).toMatchObject([{ taskId, succeeded: true }]);
		expect(await host.rest.executionsOf(workflow)).toHaveLength(2);
	}
}

test('the next node is started when Kling calls, with one check or two; Stop ends it', async () => {
	const { rest, sandbox, credential } = host;
	// each at a moment of its own, and after n8n's first minute
	const prompts = Array.from({ length: QUICK }, (_, index) => `A cat [success-${70 + index}s]`);
	const all = await startAll(prompts, credential);
	const [stopped] = await startAll(['A dog [success-65s]'], credential);
	await rest.stop(stopped?.executionId ?? '');

	await expectVideos(sandbox, all);
	const delays: number[] = [];
	for (const started of all) {
		const { taskId, checks } = booksOf(sandbox, started.workflow.name);
		expect(checks).toBeGreaterThanOrEqual(1);
		expect(checks).toBeLessThanOrEqual(3);
		const execution = await rest.execution(started.executionId);
		delays.push(nextStartedAtMs(execution) - lastCallOf(sandbox, taskId).atMs);
		const progress = await progressOf(rest, started);
		expect(jsonOf(progress, 'Check Tasks')).toMatchObject([{ wokenBy: 'Kling', allDone: true }]);
		expect(JSON.stringify(jsonOf(progress, 'Check Tasks'))).not.toMatch(/headers|task_status/);
	}
	process.stdout.write(
		`from the callback to the next node: median ${median(delays)} ms, most ${Math.max(...delays)} ms\n`,
	);

	// it is called as well, and has nobody to go on with
	if (stopped === undefined) throw new Error('Nothing was stopped');
	expect((await progressOf(rest, stopped)).status).toBe('success');
	expect(booksOf(sandbox, 'A dog [success-65s]')).toMatchObject({ submits: 1, checks: 0 });
	expect((await rest.execution(stopped.executionId)).status).toBe('canceled');
});

test('half of the calls are lost and n8n is killed: fifty videos come out once, each paid once', async () => {
	const { rest, credential, sandbox } = host;
	const prompts = Array.from({ length: MANY }, (_, index) => `Cat ${index} [success-60s]`);
	const all = await startAll(prompts, lossyCredential);
	// killed in the middle of its check, which a callback has brought about
	const inCheck = 'A bird [silent]';
	const [cut] = await startAll([inCheck], credential);
	if (cut === undefined) throw new Error('Nothing is checked');
	// killed in the middle of its submit call, which the progress workflow makes
	const inSubmit = 'A fish [submit-silent]';
	const submitting = await start(rest, inSubmit, createAndSuspend(inSubmit, credential));
	while (booksOf(sandbox, inSubmit).submits === 0) await sleep(100);
	await callBack(sandbox, inCheck);
	while (booksOf(sandbox, inCheck).checks === 0) await sleep(100);
	await n8n.kill();
	n8n = await startAgain(host);

	await expectVideos(lossy, all);
	expect(lossy.callbacks.some(({ error }) => error === 'lost')).toBe(true);

	const progress = await progressOf(rest, submitting);
	expect(progress.status).toBe('crashed');
	await rest.retry(progress, submitting.workflow).catch(() => null);
	expect(booksOf(sandbox, inSubmit)).toMatchObject({ submits: 1, charges: 1 });
	expect(booksOf(sandbox, inCheck)).toMatchObject({ submits: 1, charges: 1 });
	expect((await progressOf(rest, cut)).status).toBe('crashed');
});
