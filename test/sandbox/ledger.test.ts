/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import { clientOf, statusPath, TASKS, textAt } from '../support/client';
import { submission } from '../support/submits';

// Charges, refunds and places, by a clock that stands still.

const START_MS = 1_795_545_134_000;

let folder: string;
let nowMs: number;
let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
	sandbox = await startSandbox({ now: () => nowMs, ...options });
}

beforeEach(async () => {
	nowMs = START_MS;
	folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
	await sandbox.close();
	await rm(folder, { recursive: true });
});

const post = async (prompt: string, externalTaskId = '') =>
	await clientOf(sandbox).post<unknown>(TASKS, {
		...submission(prompt),
		external_task_id: externalTaskId,
	});

async function submit(prompt: string, externalTaskId = ''): Promise<string> {
	return textAt((await post(prompt, externalTaskId)).data, 'task_id');
}

const statusOf = async (prompt: string) => (await post(prompt)).status;

describe('the ledger', () => {
	test('charges when a task is accepted, and pays back when it fails', async () => {
		await start();
		const good = await submit('[success-1s]', 'good');
		nowMs += 1000;
		const failing = await submit('[failure-5s]', 'failing');
		const cancelled = await submit('[cancelled-60s]');
		await statusOf('[submit-refused]');
		const charges = [
			{ kind: 'charge', atMs: START_MS, taskId: good, externalTaskId: 'good', quota: 250_000 },
			{
				kind: 'charge',
				atMs: START_MS + 1000,
				taskId: failing,
				externalTaskId: 'failing',
				quota: 250_000,
			},
			{
				kind: 'charge',
				atMs: START_MS + 1000,
				taskId: cancelled,
				externalTaskId: null,
				quota: 250_000,
			},
		];
		nowMs += 4999;
		expect(sandbox.ledger).toEqual(charges);

		// at the end of the task, whether anybody asks or not
		nowMs += 1;
		const refund = { ...charges[1], kind: 'refund', atMs: START_MS + 6000 };
		expect(sandbox.ledger).toEqual([...charges, refund]);
		await clientOf(sandbox).get(statusPath(failing));
		nowMs += 1000;
		expect(sandbox.ledger).toEqual([...charges, refund]);
	});

	test('has nothing of a task that nobody submitted', async () => {
		await start();
		await clientOf(sandbox).get(statusPath('failure-0s'));
		expect(sandbox.ledger).toEqual([]);
	});

	test('is told from outside, without a token or a trace', async () => {
		await start();
		await submit('[failure-0s]');
		const requests = sandbox.requests.length;
		expect(await clientOf(sandbox, null).get('/sandbox/ledger')).toMatchObject({
			status: 200,
			data: [{ kind: 'charge' }, { kind: 'refund' }],
		});
		expect(sandbox.requests).toHaveLength(requests);
	});

	test('outlives the sandbox in the state file', async () => {
		const stateFile = join(folder, 'tasks.json');
		await start({ stateFile });
		await submit('[failure-0s]', 'mine');
		await statusOf('[submit-empty-id]');
		await statusOf('[submit-do-request-failed]');
		const before = sandbox.ledger;
		expect(before.map(({ kind }) => kind)).toEqual(['charge', 'refund', 'charge']);
		await sandbox.close();
		await start({ stateFile });
		expect(sandbox.ledger).toEqual(before);
		const lost = before[2]?.taskId ?? '';
		expect(await clientOf(sandbox).get(statusPath(lost))).toMatchObject({
			status: 400,
			data: { code: 'task_not_exist' },
		});
	});
});

test('a task keeps the name that the client gave it', async () => {
	await start();
	const taskId = await submit('[success-0s]', 'row-17');
	expect(await clientOf(sandbox).get(statusPath(taskId))).toMatchObject({
		data: { data: { data: { data: { task_info: { external_task_id: 'row-17' } } } } },
	});
});

describe('places', () => {
	test('are taken by tasks that are not done, and given back at their end', async () => {
		await start({ places: 2 });
		expect(await statusOf('[success-5s]')).toBe(200);
		nowMs += 2000;
		expect(await statusOf('[failure-5s]')).toBe(200);
		const refusal = await post('a cat');
		expect(refusal).toMatchObject({
			status: 429,
			data: {
				code: 'fail_to_fetch_task',
				message: '当前分组上游负载已饱和，请稍后再试',
				data: null,
			},
		});
		nowMs += 2999;
		expect(await statusOf('a cat')).toBe(429);
		nowMs += 1;
		expect(await statusOf('[success-5s]')).toBe(200);
		expect(await statusOf('a cat')).toBe(429);
		nowMs += 2000;
		expect(await statusOf('a cat')).toBe(200);
		expect(sandbox.ledger.filter(({ kind }) => kind === 'charge')).toHaveLength(4);
		// Kling was asked, and made no task
		expect(sandbox.submits[2]).toMatchObject({
			klingBody: { prompt: 'a cat' },
			taskId: null,
			quota: 0,
		});
	});

	test('go by the speed of the clock', async () => {
		await start({ places: 1, speed: 10, seconds: 100 });
		await submit('a cat');
		nowMs += 9999;
		expect(await statusOf('a cat')).toBe(429);
		nowMs += 1;
		expect(await statusOf('a cat')).toBe(200);
	});

	test.each([
		['[submit-do-request-failed-5s]', 429],
		['[submit-empty-id-5s]', 429],
		['[never-0s]', 429],
		['[submit-refused-5s]', 200],
		['[submit-busy-5s]', 200],
		['[submit-kling-away-5s]', 200],
	])('after %s the next gets %d', async (first, next) => {
		await start({ places: 1 });
		await statusOf(first);
		expect(await statusOf('a cat')).toBe(next);
	});

	test('are not taken by tasks that nobody submitted', async () => {
		await start({ places: 1 });
		await clientOf(sandbox).get(statusPath('success-3600s'));
		expect(await statusOf('a cat')).toBe(200);
	});

	test('of submits that come all at once, as many are taken as there are', async () => {
		await start({ places: 5, stateFile: join(folder, 'tasks.json') });
		const statuses = await Promise.all(Array.from({ length: 30 }, async () => await statusOf('a')));
		expect(statuses.filter((status) => status === 200)).toHaveLength(5);
		expect(statuses.filter((status) => status === 429)).toHaveLength(25);
	});

	test('outlive the sandbox in the state file', async () => {
		const stateFile = join(folder, 'tasks.json');
		await start({ stateFile, places: 1 });
		await submit('[success-5s]');
		await sandbox.close();
		await start({ stateFile, places: 1 });
		expect(await statusOf('a cat')).toBe(429);
	});
});
