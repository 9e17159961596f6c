/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import * as fc from 'fast-check';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import type { N8n } from '../n8n';
import type { Execution, SavedWorkflow } from '../rest';
import { CREDENTIAL_TYPE, TRIGGER_TYPE } from '../sandboxWorkflows';
import { startAgain, startHost, type Host } from './host';
import { chain, jsonOf, newNode } from './workflows';

// A callback starts a workflow once for a task, in a whole n8n that ends and starts again.

const TRIGGER = 'Kling Video Trigger';
const NEXT = 'What Comes Next';

let host: Host;
let n8n: N8n;

beforeAll(async () => {
	host = await startHost('trigger');
	n8n = host.n8n;
});

afterAll(async () => {
	await n8n?.stop();
	await host?.close();
});

interface Created {
	workflow: SavedWorkflow;
	/** For the editor's test. */
	testUrl: string;
	url: string;
}

async function createWorkflow(name: string, parameters: INodeParameters = {}): Promise<Created> {
	const { credential } = host;
	const webhookId = randomUUID();
	const trigger: INode = {
		...newNode(TRIGGER, TRIGGER_TYPE, 1, { resource: 'omniVideo', ...parameters }),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
		webhookId,
	};
	const next = newNode(NEXT, 'n8n-nodes-base.noOp', 1);
	const workflow = await host.rest.createWorkflow(chain(name, [trigger, next]));
	const path = `${webhookId}/webhook`;
	return {
		workflow,
		testUrl: `${host.n8n.url}/webhook-test/${path}`,
		url: `${host.n8n.url}/webhook/${path}`,
	};
}

const httpAgent = new Agent({ keepAlive: false });

/** n8n's database on a small machine bears no more. */
const POSTS_AT_ONCE = 10;

/** A callback as Kling sends it. */
async function post(url: string, taskId: string, status = 'succeed'): Promise<number> {
	const body = { task_id: taskId, task_status: status, task_result: {} };
	const { status: answer } = await axios.post(url, body, {
		proxy: false,
		httpAgent,
		validateStatus: () => true,
	});
	return answer;
}

/** Waits until there are so many. */
async function started(workflow: SavedWorkflow, count: number): Promise<void> {
	while ((await host.rest.countExecutions(workflow)) < count) await sleep(200);
}

async function executionsOf(workflow: SavedWorkflow): Promise<Execution[]> {
	const executions: Execution[] = [];
	for (const { id } of await host.rest.executionsOf(workflow)) {
		executions.push(await host.rest.ended(id));
	}
	return executions;
}

test('200 callbacks of 100 tasks in any order, while n8n ends, and is killed: 100 executions', async () => {
	const { rest, sandbox } = host;
	const { workflow, url } = await createWorkflow('once for a task');
	await rest.publish(workflow);
	const tasks = Array.from({ length: 100 }, (_, index) => `success-0s-${index}`);
	const doubled = [...tasks, ...tasks];
	const [order = []] = fc.sample(fc.shuffledSubarray(doubled, { minLength: doubled.length }), 1);
	const sent = new Set<string>();
	const send = async (from: number, to: number) => {
		const left = order.slice(from, to);
		for (const taskId of left) sent.add(taskId);
		const postAll = async () => {
			for (let taskId = left.pop(); taskId !== undefined; taskId = left.pop()) {
				expect(await post(url, taskId, 'processing')).toBe(200);
				expect(await post(url, taskId)).toBe(200);
			}
		};
		await Promise.all(Array.from({ length: POSTS_AT_ONCE }, postAll));
		await started(workflow, sent.size);
	};

	await send(0, 70);
	await n8n.stop();
	n8n = await startAgain(host);
	await send(70, 140);
	await n8n.kill();
	n8n = await startAgain(host);
	await send(140, 200);
	// whatever is still on its way
	await sleep(3000);

	expect(await rest.countExecutions(workflow)).toBe(100);
	const executions = await executionsOf(workflow);
	expect(new Set(executions.map(({ status }) => status))).toEqual(new Set(['success']));
	const items = executions.flatMap((execution) => jsonOf(execution, NEXT));
	expect(items.map(({ taskId }) => String(taskId)).sort()).toEqual([...tasks].sort());
	expect(items.every(({ succeeded }) => succeeded === true)).toBe(true);
	expect(new Set(sandbox.requests.map(({ path }) => path.split('/').at(-2)))).toEqual(
		new Set(['omni-video']),
	);
});

test('a forged id starts nothing, and the log says what to do', async () => {
	const { workflow, url } = await createWorkflow('forged');
	await host.rest.publish(workflow);
	expect(await post(url, 'unknown-7')).toBe(200);
	while (!(await readFile(host.logFile, 'utf8')).includes('Task unknown-7 is unknown')) {
		await sleep(200);
	}
	expect(await host.rest.countExecutions(workflow)).toBe(0);
});

test('a large id keeps all its digits, and the video is stored', async () => {
	const { rest, sandbox } = host;
	const { workflow, url } = await createWorkflow('download', { downloadVideo: true });
	await rest.publish(workflow);
	await axios.post(url, '{"task_id":842250903629086785,"task_status":"succeed"}', {
		headers: { 'Content-Type': 'application/json' },
		proxy: false,
	});
	await post(url, 'success-0s-stored');
	await started(workflow, 1);
	const [execution] = await executionsOf(workflow);
	const binary = execution?.data.resultData.runData[NEXT]?.[0]?.data?.main?.[0]?.[0]?.binary;
	expect(binary?.data?.mimeType).toBe('video/mp4');
	const bytes = await rest.binary(String(binary?.data?.id));
	expect(bytes.byteLength).toBeGreaterThan(1000);
	expect(sandbox.checksOf('842250903629086785').length).toBeGreaterThan(0);
});

describe("the editor's test", () => {
	const listen = async ({ workflow }: Created) => await host.rest.run(workflow, TRIGGER);

	test('listens until a task is done, and starts the workflow in the editor', async () => {
		const created = await createWorkflow('listening');
		await listen(created);
		expect(await post(created.testUrl, 'success-0s-t', 'processing')).toBe(200);
		expect(await post(created.testUrl, 'success-0s-t')).toBe(200);
		await started(created.workflow, 1);
		const [execution] = await executionsOf(created.workflow);
		expect(execution?.status).toBe('success');
		expect(execution && jsonOf(execution, NEXT)).toMatchObject([{ taskId: 'success-0s-t' }]);
		// n8n listens for one
		expect(await post(created.testUrl, 'success-0s-t')).toBe(404);
	});

	test('shows why nothing was started', async () => {
		const created = await createWorkflow('listening in vain');
		await listen(created);
		expect(await post(created.testUrl, 'unknown-8')).toBe(500);
		await started(created.workflow, 1);
		const [execution] = await executionsOf(created.workflow);
		expect(execution?.status).toBe('error');
		const error: IDataObject = Object(execution?.data.resultData.error);
		expect(error.message).toBe("Task unknown-8 is unknown to this token's account");
		expect(error.description).toContain('put a token of the account');
	});
});
