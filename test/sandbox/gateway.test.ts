/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { RESTRICTED_TOKEN, SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { clientOf, follow, statusPath, TASKS, textAt } from '../support/client';
import { submission } from '../support/submits';

const VIDEO = readFileSync(join(__dirname, '../../sandbox/video.mp4'));
const STAGES = ['SUBMITTED', 'IN_PROGRESS', 'SUCCESS'];

let sandbox: Sandbox;
let client: AxiosInstance;
beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(async () => await sandbox.close());

const submit = async (prompt: string, as = client) =>
	await as.post<unknown>(TASKS, submission(prompt));

describe('submitting', () => {
	test("gives the relay's reply, with an id that no number holds", async () => {
		const { status, data } = await submit('a cat on the moon');
		const id = textAt(data, 'task_id');
		expect(status).toBe(200);
		expect(data).toEqual({
			id,
			task_id: id,
			object: 'video',
			model: 'kling-v1-6',
			status: '',
			progress: 0,
			created_at: expect.any(Number),
		});
		expect(id).toMatch(/^\d{18}$/);
		expect(Number(id)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
		expect((await client.get<unknown>(statusPath(id))).data).toMatchObject({
			code: 'success',
			data: { task_id: id, status: 'SUBMITTED' },
		});
	});

	test('panics at a duration that is a number, as the relay does', async () => {
		const body = { ...submission('a cat'), duration: 5 };
		expect(await client.post<unknown>(TASKS, body)).toMatchObject({
			status: 500,
			data: { error: { type: 'new_api_panic' } },
		});
	});

	test('gives the documented reply when asked to', async () => {
		const { status, data } = await submit('a cat [documented-0s] on the moon');
		const id = textAt(data, 'data', 'task_id');
		expect(status).toBe(200);
		expect(data).toEqual({
			code: 0,
			message: expect.any(String),
			data: { task_id: id, task_status: 'submitted' },
		});
		expect((await client.get<unknown>(statusPath(id))).data).toMatchObject({
			data: { task_id: id, status: 'SUCCESS' },
		});
	});

	test('gives every task an id of its own, and a word chooses what becomes of it', async () => {
		const ids: string[] = [];
		for (const word of ['success-0s', 'failure-0s', 'rate-limit', 'blip-bad-token-0s']) {
			ids.push(textAt((await submit(`a cat [${word}]`)).data, 'task_id'));
		}
		expect(new Set(ids).size).toBe(4);
		const replies = await Promise.all(ids.map(async (id) => await client.get(statusPath(id))));
		expect(replies).toMatchObject([
			{ status: 200, data: { data: { status: 'SUCCESS' } } },
			{ status: 200, data: { data: { status: 'FAILURE' } } },
			{ status: 429 },
			{ status: 401 },
		]);
	});

	test.each(['succes', 'soon-success', 'blip-', '7s'])(
		'refuses [%s], which it does not know',
		async (word) => {
			expect(await submit(`a cat [${word}]`)).toMatchObject({
				status: 400,
				data: { message: expect.stringContaining(`"${word}"`) },
			});
		},
	);

	test('a restricted token can submit, though it can never ask', async () => {
		const restricted = clientOf(sandbox, RESTRICTED_TOKEN);
		const { status, data } = await submit('a cat', restricted);
		expect(status).toBe(200);
		expect(await restricted.get(statusPath(textAt(data, 'task_id')))).toMatchObject({
			status: 403,
			data: { error: { message: expect.stringContaining('该令牌无权访问模型') } },
		});
	});
});

test.each([
	['no token', null],
	['an unknown token', 'sk-another-one'],
	['more than the token', `${SANDBOX_TOKEN}-and-more`],
	['an empty token', ''],
])('%s is not accepted anywhere', async (_name, token) => {
	const stranger = clientOf(sandbox, token);
	const replies = [
		await submit('a cat', stranger),
		await stranger.get(statusPath('success-0s')),
		await stranger.get('/v1/models'),
	];
	for (const reply of replies) {
		expect(reply).toMatchObject({
			status: 401,
			data: {
				error: { message: expect.stringContaining('令牌'), type: 'new_api_error', code: '' },
			},
		});
	}
});

describe('the status', () => {
	test('goes forward until SUCCESS, in a few moments for an hour when the clock runs fast', async () => {
		const fast = await startSandbox({ speed: 20_000 });
		try {
			const fastClient = clientOf(fast);
			const { data } = await submit('a cat [success-3600s]', fastClient);
			const told = await follow(fastClient, textAt(data, 'task_id'));
			const stages = [...new Set(told.map((body) => textAt(body, 'data', 'status')))];
			// a busy machine may miss a stage, but none comes twice or too early
			expect(stages).toEqual(STAGES.filter((stage) => stages.includes(stage)));
			expect(stages.length).toBeGreaterThan(1);
		} finally {
			await fast.close();
		}
	});

	test('takes as long as the sandbox was told when the task does not say', async () => {
		const quick = await startSandbox({ seconds: 0.001 });
		try {
			expect((await follow(clientOf(quick), 'success')).length).toBeGreaterThan(0);
		} finally {
			await quick.close();
		}
		expect((await client.get<unknown>(statusPath('success'))).data).toMatchObject({
			data: { status: 'SUBMITTED' },
		});
	});

	test('comes no sooner than the latency it was told', async () => {
		const slow = await startSandbox({ latencyMs: 50 });
		try {
			await clientOf(slow).get(statusPath('success'));
			// a timer may come a millisecond early
			expect(Date.now() - Number(slow.requests[0]?.atMs)).toBeGreaterThanOrEqual(49);
		} finally {
			await slow.close();
		}
	});

	test('is refused beyond so many calls a second, and only the status is', async () => {
		const strict = await startSandbox({ callsPerSecond: 3 });
		try {
			const strictClient = clientOf(strict);
			const callAll = async () => {
				const ids = Array.from({ length: 10 }, (_, index) => `success-0s-${index}`);
				const replies = await Promise.all(
					ids.map(async (id) => await strictClient.get<unknown>(statusPath(id))),
				);
				return replies.map(({ status, data }) => ({ status, data }));
			};
			const refused = { status: 429, data: '' };
			const first = await callAll();
			// what is refused does not count, so that as many are accepted in the next second
			await new Promise((resolve) => setTimeout(resolve, 1100));
			for (const replies of [first, await callAll()]) {
				// more on a machine so busy that ten calls take a second
				expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
				const others = replies.filter(({ status }) => status !== 200);
				expect(others).toEqual(others.map(() => refused));
			}
			expect(first).toContainEqual(refused);
			expect(await submit('a cat', strictClient)).toMatchObject({ status: 200 });
			expect(await strictClient.get('/v1/models')).toMatchObject({ status: 200 });
		} finally {
			await strict.close();
		}
	});

	test.each(['success-0s-1', 'success-0s-ä ö', 'success-0s-a/b', 'success-0s-50%', 'success-0s-.'])(
		'is that of a task that begins when it is first asked about: %s',
		async (taskId) => {
			const { data } = await client.get<unknown>(statusPath(taskId));
			expect(data).toMatchObject({ data: { task_id: taskId, status: 'SUCCESS' } });
			expect(sandbox.checksOf(taskId)).toHaveLength(1);
			// the URL holds for such names too
			expect(await client.get(textAt(data, 'data', 'fail_reason'))).toMatchObject({
				status: 200,
				headers: { 'content-type': 'video/mp4' },
			});
		},
	);

	test.each(['842250903629086785', 'task_x', 'successful', 'Success'])(
		'of %s, which it does not know, is 400',
		async (taskId) => {
			expect(await client.get(statusPath(taskId))).toMatchObject({
				status: 400,
				data: { code: 'task_not_exist', message: 'task_not_exist', data: null },
			});
		},
	);

	test.each([
		['blip-rate-limit-0s', [429, 429, 200, 200, 200]],
		['once-bad-token-0s', [200, 401, 200, 200, 200]],
		['later-unknown-0s', [200, 400, 400, 400, 400]],
		['database-0s', [500, 500, 500, 500, 500]],
		// there is no odd reply that a prefix could delay
		['blip-success-0s', [200, 200, 200, 200, 200]],
	])('of %s is odd when the prefix says so: %j', async (taskId, expected) => {
		const replies: Array<AxiosResponse<unknown>> = [];
		while (replies.length < expected.length) replies.push(await client.get(statusPath(taskId)));
		expect(replies.map(({ status }) => status)).toEqual(expected);
		for (const { data } of replies.filter(({ status }) => status === 200)) {
			expect(data).toMatchObject({ data: { task_id: taskId, status: 'SUCCESS' } });
		}
	});
});

describe('the video', () => {
	test('is a small MP4, the one in the folder, and needs no token', async () => {
		const { data } = await client.get<unknown>(statusPath('success-0s'));
		const url = textAt(data, 'data', 'data', 'data', 'task_result', 'videos', '0', 'url');
		const stranger = clientOf(sandbox, null);
		const reply = await stranger.get<unknown>(url, { responseType: 'arraybuffer' });
		expect(reply).toMatchObject({
			status: 200,
			headers: { 'content-type': 'video/mp4', 'content-length': String(VIDEO.length) },
		});
		if (!Buffer.isBuffer(reply.data)) throw new Error('No bytes');
		expect(reply.data.subarray(4, 8).toString('latin1')).toBe('ftyp');
		expect(reply.data.length).toBeLessThan(100_000);
		expect(reply.data.equals(VIDEO)).toBe(true);
	});

	test('comes in parts to a player that asks for them', async () => {
		const part = async (Range: string) =>
			await client.get<unknown>('/videos/x.mp4', { headers: { Range } });
		expect(await part('bytes=4-7')).toMatchObject({
			status: 206,
			data: 'ftyp',
			headers: { 'content-range': `bytes 4-7/${VIDEO.length}`, 'accept-ranges': 'bytes' },
		});
		expect(await part(`bytes=${VIDEO.length}-`)).toMatchObject({
			status: 416,
			headers: { 'content-range': `bytes */${VIDEO.length}` },
		});
	});
});
