/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxiosInstance } from 'axios';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import { at, clientOf, statusPath, TASKS, textAt } from '../support/client';
import { submission } from '../support/submits';

let folder: string;
let stateFile: string;
let sandbox: Sandbox | undefined;
let client: AxiosInstance;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
	stateFile = join(folder, 'tasks.json');
});
afterEach(async () => {
	await sandbox?.close();
	sandbox = undefined;
	await rm(folder, { recursive: true });
});

/** Ends the sandbox there is, and starts another. */
async function restart(options: SandboxOptions = { stateFile }): Promise<void> {
	await sandbox?.close();
	sandbox = await startSandbox(options);
	client = clientOf(sandbox);
}

async function submit(prompt: string): Promise<string> {
	return textAt((await client.post<unknown>(TASKS, submission(prompt))).data, 'task_id');
}

async function check(taskId: string): Promise<{ httpStatus: number; status: unknown }> {
	const { status, data } = await client.get<unknown>(statusPath(taskId));
	return { httpStatus: status, status: at(data, 'data', 'status') };
}

test('a task goes on while the sandbox is away', async () => {
	await restart();
	const slow = await submit('a cat [success-1000s]');
	const quick = await submit('a cat [success-0.05s]');
	const failing = await submit('a cat [failure-0s]');
	const submittedAt = async () =>
		at((await client.get<unknown>(statusPath(slow))).data, 'data', 'submit_time');
	const before = await submittedAt();
	await restart();
	expect(await submittedAt()).toBe(before);
	expect(await check(slow)).toEqual({ httpStatus: 200, status: 'SUBMITTED' });
	expect(await check(failing)).toEqual({ httpStatus: 200, status: 'FAILURE' });
	while ((await check(quick)).status !== 'SUCCESS');
});

test('what a task has been through is kept, too', async () => {
	await restart();
	const blip = await submit('a cat [blip-database-0s]');
	const late = await submit('a cat [late-url-0s]');
	const cut = await submit('a cat [blip-video-cut-0s]');
	/** Does something three times, each time at a new sandbox. */
	const afterRestarts = async <T>(act: () => Promise<T>): Promise<T[]> => {
		const results: T[] = [];
		while (results.length < 3) {
			await restart();
			results.push(await act());
		}
		return results;
	};
	expect(await afterRestarts(async () => (await check(blip)).httpStatus)).toEqual([500, 500, 200]);
	const urls = await afterRestarts(async () => {
		const { data } = await client.get<unknown>(statusPath(late));
		return at(data, 'data', 'data', 'data', 'task_result', 'videos', '0', 'url');
	});
	expect(urls).toEqual([undefined, undefined, `${sandbox?.url}/videos/${late}.mp4`]);
	const isWhole = async () => {
		const download = client.get(`/videos/${cut}.mp4`, { responseType: 'arraybuffer' });
		return await download.then(
			() => true,
			() => false,
		);
	};
	expect(await afterRestarts(isWhole)).toEqual([false, false, true]);
});

test('a task that its id describes begins once, not at each start', async () => {
	await restart();
	await check('once-bad-token-0s-7');
	await restart();
	expect(await check('once-bad-token-0s-7')).toMatchObject({ httpStatus: 401 });
});

test('no id comes twice, whether the tasks are kept or not', async () => {
	const ids: string[] = [];
	for (const options of [{ stateFile }, { stateFile }, {}, {}]) {
		await restart(options);
		for (let count = 0; count < 50; count++) ids.push(await submit('a cat'));
	}
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids).toEqual(ids.map(() => expect.stringMatching(/^\d{18}$/)));
});

test('tasks that come all at once are all kept, and the file is whole at every moment', async () => {
	await restart();
	const submitting = Promise.all(Array.from({ length: 100 }, async () => await submit('a cat')));
	let done = false;
	void submitting.finally(() => (done = true)).catch(() => undefined);
	let reads = 0;
	while (!done) {
		const text = await readFile(stateFile, 'utf8').catch(() => '{}');
		expect(() => JSON.parse(text)).not.toThrow();
		reads++;
	}
	expect(reads).toBeGreaterThan(0);
	await restart();
	for (const taskId of await submitting) {
		expect(await check(taskId)).toEqual({ httpStatus: 200, status: 'SUBMITTED' });
	}
	expect(await readdir(folder)).toEqual(['tasks.json']);
});

test('a file from before there was a ledger is read, and its tasks cost nothing', async () => {
	const task = {
		scenario: 'success-0s',
		kindPath: 'omni-video',
		createdAtMs: 1,
		checks: 0,
		checksSinceDone: 0,
		downloads: 0,
	};
	await writeFile(stateFile, JSON.stringify({ old: task }));
	await restart();
	expect(await check('old')).toEqual({ httpStatus: 200, status: 'SUCCESS' });
	expect(sandbox?.ledger).toEqual([]);
});

test.each([
	['no JSON', '{"1":'],
	['another kind of file', '["a"]'],
	['a task without its checks', '{"1":{"scenario":"success","createdAtMs":1,"downloads":0}}'],
	[
		'a scenario that there is not',
		'{"1":{"scenario":"hope","createdAtMs":1,"checks":0,"checksSinceDone":0,"downloads":0}}',
	],
])('%s in the file is told, and the file is left as it is', async (_name, content) => {
	await writeFile(stateFile, content);
	await expect(startSandbox({ stateFile })).rejects.toThrow(
		`${stateFile} does not hold tasks of this sandbox`,
	);
	expect(await readFile(stateFile, 'utf8')).toBe(content);
});
