import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import type { JsonObject } from '../../sandbox/exactJson';
import { FAILING_STORIES, STORIES } from '../../sandbox/taskReplies';
import { CallbackReceiver } from '../support/callbackReceiver';
import { at, clientOf, statusPath, TASKS } from '../support/client';
import { MovedClock } from '../support/movedClock';
import { submission } from '../support/submits';

// What Kling calls back, by a clock that stands still.

const START_MS = 1_795_545_134_000;

let clock: MovedClock;
let receiver: CallbackReceiver;
let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
	sandbox = await startSandbox({ now: clock.now, ...options });
}

beforeEach(async () => {
	clock = new MovedClock(START_MS);
	receiver = await CallbackReceiver.start();
});
afterEach(async () => {
	await sandbox.close();
	await receiver.close();
});

/** @returns Kling's id of the task, which not every reply has */
async function submit(prompt: string, more: JsonObject = {}, kindPath?: string): Promise<string> {
	const path = kindPath === undefined ? TASKS : `/kling/v1/videos/${kindPath}`;
	const body = { ...submission(prompt, kindPath), callback_url: `${receiver.url}/hook?a=1` };
	await clientOf(sandbox).post<unknown>(path, { ...body, ...more });
	return sandbox.submits.at(-1)?.taskId ?? '';
}

/** What the status call has of Kling's own words. */
async function klingTask(taskId: string): Promise<unknown> {
	const { data } = await clientOf(sandbox).get<unknown>(statusPath(taskId));
	return at(data, 'data', 'data', 'data');
}

const statuses = () => receiver.bodies.map((body) => at(body, 'task_status'));

/** Makes sure that all which is due is called: the calls of a task submitted now come after. */
async function passOver(): Promise<void> {
	const [heard, made] = [receiver.heard.length, sandbox.callbacks.length];
	await submit('[success-0s]', { callback_url: `${receiver.url}/last` });
	await sandbox.untilCalledBack(made + 3);
	expect(receiver.heard.slice(heard).map(({ path }) => path)).toEqual(['/last', '/last', '/last']);
}

test('each change of the status is told at its moment, as Kling tells it', async () => {
	await start();
	const taskId = await submit('[success-10s]', { external_task_id: 'row-17' });
	await sandbox.untilCalledBack(1);
	const task = {
		task_id: taskId,
		task_status_msg: '',
		created_at: START_MS,
		final_unit_deduction: '0',
		task_info: { external_task_id: 'row-17' },
		task_result: {},
	};
	const submitted = { ...task, task_status: 'submitted', updated_at: START_MS };
	expect(receiver.bodies).toEqual([submitted]);
	const [{ method, path, headers } = {}] = receiver.heard;
	expect({ method, path }).toEqual({ method: 'POST', path: '/hook?a=1' });
	expect(headers).toMatchObject({ 'content-type': 'application/json' });
	expect(headers).not.toHaveProperty('authorization');

	clock.nowMs = START_MS + 1999;
	await clock.untilSeen();
	expect(sandbox.callbacks).toHaveLength(1);
	clock.nowMs = START_MS + 2000;
	await sandbox.untilCalledBack(2);
	const processing = { ...task, task_status: 'processing', updated_at: START_MS + 2000 };
	expect(receiver.bodies).toEqual([submitted, processing]);

	clock.nowMs = START_MS + 9999;
	await clock.untilSeen();
	expect(sandbox.callbacks).toHaveLength(2);
	clock.nowMs = START_MS + 10_000;
	await sandbox.untilCalledBack(3);
	const told = await klingTask(taskId);
	expect(at(told, 'task_result', 'videos', '0', 'url')).toBe(`${sandbox.url}/videos/${taskId}.mp4`);
	const succeed = {
		...task,
		task_status: 'succeed',
		updated_at: START_MS + 10_000,
		final_unit_deduction: '3.5',
		task_result: at(told, 'task_result'),
	};
	expect(receiver.bodies).toEqual([submitted, processing, succeed]);

	clock.nowMs = START_MS + 1_000_000;
	await passOver();
});

test('the record has each call and its answer, and is told from outside', async () => {
	await start();
	receiver.answer = (_req, res) => res.writeHead(503).end();
	const taskId = await submit('[failure-5s]');
	await sandbox.untilCalledBack(1);
	clock.nowMs += 1000;
	await sandbox.untilCalledBack(2);
	const call = { url: `${receiver.url}/hook?a=1`, taskId, statusCode: 503, error: null };
	const expected = [
		{ ...call, taskStatus: 'submitted', atMs: START_MS, endedAtMs: START_MS },
		{ ...call, taskStatus: 'processing', atMs: START_MS + 1000, endedAtMs: START_MS + 1000 },
	];
	expect(sandbox.callbacks).toEqual(expected);

	const requests = sandbox.requests.length;
	const stranger = clientOf(sandbox, null);
	expect((await stranger.get('/sandbox/callbacks')).data).toEqual(expected);
	expect(await stranger.delete('/sandbox/callbacks')).toMatchObject({ status: 204 });
	expect(sandbox.callbacks).toEqual([]);
	expect(sandbox.requests).toHaveLength(requests);
});

test('the moments go by the speed of the clock, and by the usual time of a task', async () => {
	await start({ speed: 10, seconds: 100 });
	await submit('a cat');
	await sandbox.untilCalledBack(1);
	for (const [afterMs, calls] of [
		[2000, 2],
		[10_000, 3],
	] as const) {
		clock.nowMs = START_MS + afterMs - 1;
		await clock.untilSeen();
		expect(sandbox.callbacks).toHaveLength(calls - 1);
		clock.nowMs = START_MS + afterMs;
		await sandbox.untilCalledBack(calls);
	}
	expect(statuses()).toEqual(['submitted', 'processing', 'succeed']);
});

test('by the clock of the machine, too', async () => {
	sandbox = await startSandbox();
	await submit('[success-0.1s]');
	await receiver.untilHeard(3);
	// on a slow machine, the last may overtake the one before
	expect(statuses().sort()).toEqual(['processing', 'submitted', 'succeed']);
	const atMs = new Map(sandbox.callbacks.map((call) => [call.taskStatus, call.atMs]));
	const createdAtMs = sandbox.submits[0]?.atMs ?? NaN;
	expect(atMs.get('submitted')).toBeGreaterThanOrEqual(createdAtMs);
	expect(atMs.get('processing')).toBeGreaterThanOrEqual(createdAtMs + 20);
	expect(atMs.get('succeed')).toBeGreaterThanOrEqual(createdAtMs + 100);
});

describe('however the relay tells of a task, Kling tells of it in its own words', () => {
	const NOT_ENDED = ['never', 'failure-outside'];
	/** The status call has no reply of Kling's in it. */
	const WITHOUT_KLING = ['shallow', 'result-url'];

	test.each(Object.keys(STORIES))('%s', async (story) => {
		await start();
		const taskId = await submit(`[${story}-0s]`);
		const last = FAILING_STORIES.includes(story) ? 'failed' : 'succeed';
		const expected = ['submitted', 'processing', ...(NOT_ENDED.includes(story) ? [] : [last])];
		await receiver.untilHeard(expected.length);
		expect(statuses()).toEqual(expected);
		const body = receiver.bodies.at(-1);
		expect(at(body, 'task_id')).toBe(taskId);
		if (!NOT_ENDED.includes(story) && !WITHOUT_KLING.includes(story)) {
			const { data } = await clientOf(sandbox).get<unknown>(statusPath(taskId));
			const result = JSON.stringify(at(body, 'task_result'));
			expect(JSON.stringify(data)).toContain(`"task_status":"${last}"`);
			expect(JSON.stringify(data)).toContain(`"task_result":${result}`);
		}
		await passOver();
	});

	test('a failure has its reason', async () => {
		await start();
		await submit('[failure-0s]');
		await receiver.untilHeard(3);
		expect(receiver.bodies[2]).toMatchObject({
			task_status: 'failed',
			task_status_msg: 'Image pixel is invalid',
			final_unit_deduction: '0',
			task_result: {},
		});
	});

	test('an extension has its first video, and no name of the client, which Kling never got', async () => {
		await start();
		await submit('[success-0s]', { external_task_id: 'row-17' }, 'video-extend');
		await receiver.untilHeard(3);
		expect(at(receiver.bodies[2], 'task_info')).toEqual({
			parent_video: { id: expect.any(String), url: expect.any(String), duration: '5.1' },
		});
	});
});

test.each(['submit-empty-id', 'submit-do-request-failed', 'submit-cut'])(
	'a task whose id the client never got calls back all the same: %s',
	async (word) => {
		await start();
		const url = `${receiver.url}/hook`;
		const body = { ...submission(`[${word}-0s]`), callback_url: url, external_task_id: 'mine' };
		await clientOf(sandbox)
			.post(TASKS, body)
			.catch(() => undefined);
		await receiver.untilHeard(3);
		const told = { task_id: sandbox.submits[0]?.taskId, task_info: { external_task_id: 'mine' } };
		expect(receiver.bodies).toMatchObject([told, told, told]);
		await passOver();
	},
);

test('nobody is called for what Kling refused, or was not given an address for', async () => {
	await start({ places: 2 });
	await submit('[submit-refused]');
	await submit('[submit-kling-away]');
	await submit('[success-0s]', { callback_url: '' });
	await submit('[never]', { callback_url: '' });
	await clientOf(sandbox).get(statusPath('success-0s'));
	await passOver();
	expect(sandbox.callbacks).toHaveLength(3);
});

test('many at once, each with a long answer, do no harm', async () => {
	await start();
	receiver.answer = (_req, res) => res.end('x'.repeat(100_000));
	await Promise.all(Array.from({ length: 30 }, async () => await submit('[success-0s]')));
	await sandbox.untilCalledBack(90);
	expect(sandbox.callbacks.filter(({ statusCode }) => statusCode === 200)).toHaveLength(90);
});
