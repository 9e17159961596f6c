/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxiosInstance } from 'axios';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import { CallbackReceiver } from '../support/callbackReceiver';
import { at, clientOf, statusPath, TASKS, textAt } from '../support/client';
import { MovedClock } from '../support/movedClock';
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

describe('calls back', () => {
	const clock = new MovedClock(1_795_545_134_000);
	let receiver: CallbackReceiver;

	beforeEach(async () => {
		receiver = await CallbackReceiver.start();
		await restartMoved();
	});
	afterEach(async () => await receiver.close());

	const restartMoved = async () => await restart({ stateFile, now: clock.now });
	const told = () =>
		receiver.bodies.map((body) => [at(body, 'task_status'), at(body, 'updated_at')]);
	const submitWith = async (prompt: string) =>
		await client.post<unknown>(TASKS, {
			...submission(prompt),
			callback_url: receiver.url,
			external_task_id: 'row-17',
		});

	test('that are not made yet are made after the restart, and none twice', async () => {
		const startMs = clock.nowMs;
		await submitWith('[success-10s]');
		await sandbox?.untilCalledBack(1);
		await restartMoved();
		clock.nowMs = startMs + 1999;
		await clock.untilSeen();
		expect(told()).toEqual([['submitted', startMs]]);
		clock.nowMs = startMs + 2000;
		await receiver.untilHeard(2);
		await sandbox?.close();
		// it is over before the sandbox is back
		clock.nowMs = startMs + 60_000;
		await restartMoved();
		await receiver.untilHeard(3);
		const all = [
			['submitted', startMs],
			['processing', startMs + 2000],
			['succeed', startMs + 10_000],
		];
		expect(told()).toEqual(all);
		expect(at(receiver.bodies[2], 'task_info')).toEqual({ external_task_id: 'row-17' });
		// from the sandbox that there is now
		const url = at(receiver.bodies[2], 'task_result', 'videos', '0', 'url');
		expect(url).toEqual(expect.stringContaining(`${sandbox?.url}/videos/`));

		await restartMoved();
		await submitWith('[success-0s]');
		await sandbox?.untilCalledBack(3);
		expect(told().slice(0, 3)).toEqual(all);
		expect(receiver.heard).toHaveLength(6);
	});

	test('go wrong after the restart as they were asked to', async () => {
		await submitWith('[callback-late-5s] [success-10s]');
		await restartMoved();
		clock.nowMs += 4999;
		await clock.untilSeen();
		expect(receiver.heard).toEqual([]);
		clock.nowMs += 1;
		await receiver.untilHeard(1);
	});

	test('that were under way when it ended are not made again', async () => {
		receiver.answer = () => undefined;
		await submitWith('[success-10s]');
		await receiver.untilHeard(1);
		await restartMoved();
		receiver.answer = (_req, res) => res.end();
		clock.nowMs += 10_000;
		await sandbox?.untilCalledBack(2);
		expect(told().map(([status]) => status)).toEqual(['submitted', 'processing', 'succeed']);
	});

	test('are made by no task of a file from before there were any', async () => {
		await sandbox?.close();
		const task = {
			scenario: 'success-10s',
			kindPath: 'omni-video',
			externalTaskId: 'row-17',
			isSubmitted: true,
			isKnown: true,
			quota: 250_000,
			createdAtMs: clock.nowMs,
			checks: 0,
			checksSinceDone: 0,
			downloads: 0,
		};
		await writeFile(stateFile, JSON.stringify({ old: task }));
		await restartMoved();
		clock.nowMs += 10_000;
		expect(await check('old')).toEqual({ httpStatus: 200, status: 'SUCCESS' });
		await submitWith('[success-0s]');
		await sandbox?.untilCalledBack(3);
		expect(receiver.bodies.map((body) => at(body, 'task_id'))).not.toContain('old');
		expect(sandbox?.callbacks).toHaveLength(3);
	});
});

test.each([
	['no JSON', '{"1":'],
	['another kind of file', '["a"]'],
	['a task without its checks', '{"1":{"scenario":"success","createdAtMs":1,"downloads":0}}'],
	[
		'a scenario that there is not',
		'{"1":{"scenario":"hope","createdAtMs":1,"checks":0,"checksSinceDone":0,"downloads":0}}',
	],
	[
		'an odd callback that there is not',
		'{"1":{"scenario":"success","kindPath":"omni-video","oddCallback":"callback-hope","createdAtMs":1,"checks":0,"checksSinceDone":0,"downloads":0}}',
	],
])('%s in the file is told, and the file is left as it is', async (_name, content) => {
	await writeFile(stateFile, content);
	await expect(startSandbox({ stateFile })).rejects.toThrow(
		`${stateFile} does not hold tasks of this sandbox`,
	);
	expect(await readFile(stateFile, 'utf8')).toBe(content);
});
