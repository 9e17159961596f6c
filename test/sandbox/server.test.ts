/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { networkInterfaces } from 'node:os';
import type { AxiosInstance } from 'axios';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { clientOf, failureOf, follow, statusPath, TASKS, textAt } from '../support/client';
import { submission } from '../support/submits';

let sandbox: Sandbox;
let client: AxiosInstance;
beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(async () => await sandbox.close());

describe('the record of requests', () => {
	test('has every request, in order, with what came', async () => {
		const before = Date.now();
		await client.post(TASKS, submission('a cat'));
		await client.get(statusPath('success-7'));
		await clientOf(sandbox, null).get('/nowhere?a=b');
		const after = Date.now();

		const host = new URL(sandbox.url).host;
		const authorization = `Bearer ${SANDBOX_TOKEN}`;
		expect(sandbox.requests).toEqual(
			[
				{ method: 'POST', path: TASKS, taskId: null, authorization },
				{ method: 'GET', path: statusPath('success-7'), taskId: 'success-7', authorization },
				{ method: 'GET', path: '/nowhere', taskId: null, authorization: null },
			].map((request) => ({
				...request,
				host,
				atMs: expect.any(Number),
				repliedAtMs: expect.any(Number),
				statusCode: expect.any(Number),
				doneAtMs: null,
			})),
		);
		expect(sandbox.requests.map(({ statusCode }) => statusCode)).toEqual([200, 200, 404]);
		const times = sandbox.requests.flatMap(({ atMs, repliedAtMs }) => [atMs, Number(repliedAtMs)]);
		expect([before, ...times, after]).toEqual([before, ...times, after].sort((a, b) => a - b));
	});

	test('knows a reply when it is finished, and a connection that closed without one', async () => {
		const controller = new AbortController();
		const silent = failureOf(client.get(statusPath('silent'), { signal: controller.signal }));
		await sandbox.untilSeen(1);
		expect(sandbox.requests).toMatchObject([{ repliedAtMs: null, statusCode: null }]);
		const beforeEnd = Date.now();
		controller.abort();
		await silent;
		await failureOf(client.get(statusPath('cut')));
		await failureOf(client.get(statusPath('cut-body')));
		await client.get(statusPath('database'));

		const [given, ...replied] = sandbox.requests;
		expect(given?.repliedAtMs).toBeGreaterThanOrEqual(beforeEnd);
		expect([given, ...replied].map((request) => request?.statusCode)).toEqual([
			null,
			null,
			200,
			500,
		]);
		expect(replied.map(({ repliedAtMs }) => repliedAtMs)).toEqual(
			replied.map(() => expect.any(Number)),
		);
	});

	test('has the moment a task was done from when a reply tells so', async () => {
		const before = Date.now();
		const { data } = await client.post<unknown>(TASKS, submission('[success-0.4s]'));
		const after = Date.now();
		const taskId = textAt(data, 'task_id');
		await follow(client, taskId);
		const checks = sandbox.checksOf(taskId).map(({ doneAtMs }) => doneAtMs);
		const doneAtMs = checks.pop();
		expect(doneAtMs).toBeGreaterThanOrEqual(before + 400);
		expect(doneAtMs).toBeLessThanOrEqual(after + 400);
		expect(checks.every((earlier) => earlier === null)).toBe(true);
	});

	test.each([
		['failure-0s', expect.any(Number)],
		['no-url-0s', expect.any(Number)],
		['never-0s', null],
		['success-3600s', null],
		['bad-gateway-0s', null],
		['842250903629086785', null],
	])('of %s says done: %s', async (taskId, doneAtMs) => {
		await client.get(statusPath(taskId));
		expect(sandbox.checksOf(taskId)).toMatchObject([{ doneAtMs }]);
	});

	test('says nothing of done to who has gone', async () => {
		const slow = await startSandbox({ latencyMs: 500 });
		try {
			const controller = new AbortController();
			const { signal } = controller;
			const gone = failureOf(clientOf(slow).get(statusPath('success-0s'), { signal }));
			await slow.untilSeen(1);
			controller.abort();
			await gone;
			// comes after the reply that nobody hears
			await clientOf(slow).get(statusPath('success-0s'));
			expect(slow.requests).toMatchObject([
				{ statusCode: null, doneAtMs: null },
				{ statusCode: 200, doneAtMs: expect.any(Number) },
			]);
		} finally {
			await slow.close();
		}
	});

	test('can be read and forgotten from outside, without a token or a trace', async () => {
		await client.get(statusPath('success-0s'));
		await client.get('/nowhere');
		const stranger = clientOf(sandbox, null);
		expect(await stranger.get('/sandbox/requests')).toMatchObject({
			status: 200,
			data: sandbox.requests,
		});
		expect(sandbox.requests).toHaveLength(2);

		expect(await stranger.delete('/sandbox/requests')).toMatchObject({ status: 204 });
		expect(sandbox.requests).toEqual([]);
		await client.get('/nowhere');
		expect((await stranger.get<unknown>('/sandbox/requests')).data).toMatchObject([
			{ path: '/nowhere' },
		]);
	});

	test('tells the checks of one task from those of another', async () => {
		for (const id of ['success-1', 'success-10', 'success-1', 'unheard-of']) {
			await client.get(statusPath(id));
		}
		const checks = (id: string) => sandbox.checksOf(id).map(({ taskId }) => taskId);
		expect(checks('success-1')).toEqual(['success-1', 'success-1']);
		expect(checks('success-10')).toEqual(['success-10']);
		expect(checks('unheard-of')).toEqual(['unheard-of']);
		expect(checks('success')).toEqual([]);
	});

	test('says when a number of requests have come, and not before', async () => {
		const seen: number[] = [];
		const three = sandbox.untilSeen(3).then(() => seen.push(sandbox.requests.length));
		await sandbox.untilSeen(0);
		await client.get('/1');
		await client.get('/2');
		expect(seen).toEqual([]);
		await client.get('/3');
		await three;
		expect(seen).toEqual([3]);
		// they have come already
		await sandbox.untilSeen(2);
	});
});

describe('a wrong base URL', () => {
	test.each(['/', '/console', `/console${statusPath('success-0s')}`, '/console/v1/models'])(
		'with %s leads to a web page',
		async (path) => {
			expect(await client.get(path)).toMatchObject({
				status: 200,
				headers: { 'content-type': expect.stringContaining('text/html') },
				data: expect.stringMatching(/^<!doctype html>/),
			});
		},
	);

	test.each(['/moved', `/moved${statusPath('success-0s')}`, '/moved/v1/models'])(
		'with %s leads to another host, which axios does not send the token to',
		async (path) => {
			const { port } = new URL(sandbox.url);
			expect(await client.get(path)).toMatchObject({
				status: 301,
				headers: { location: `http://localhost:${port}/elsewhere${path}` },
			});
			expect(await client.get(path, { maxRedirects: 1 })).toMatchObject({
				status: 200,
				data: { object: 'list', data: [] },
			});
			// recorded there too, so that a client that does send it is found out
			expect(sandbox.requests.at(-1)).toMatchObject({
				path: `/elsewhere${path}`,
				host: `localhost:${port}`,
				authorization: null,
			});
		},
	);

	test.each([
		'/api/v1/models',
		'/v1/usage',
		'/kling/v1/videos/effects/success-0s',
		TASKS,
		'/videos/',
		'/videos/a/b.mp4',
	])('with %s leads nowhere', async (path) => {
		expect(await client.get(path)).toMatchObject({
			status: 404,
			data: {
				error: {
					message: `Invalid URL (GET ${path})`,
					type: 'invalid_request_error',
					param: '',
					code: '',
				},
			},
		});
	});
});

describe('the server', () => {
	test('is on 127.0.0.1 and on no other address of this machine', async () => {
		const { hostname, port } = new URL(sandbox.url);
		expect(hostname).toBe('127.0.0.1');
		const others = Object.values(networkInterfaces())
			.flatMap((addresses) => addresses ?? [])
			.filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
			.map(({ address }) => address);
		for (const host of ['[::1]', ...others]) {
			const url = `http://${host}:${port}`;
			const { code } = await failureOf(clientOf({ url }).get('/'));
			// the second where the machine has no IPv6
			expect(code).toMatch(/^(ECONNREFUSED|EADDRNOTAVAIL)$/);
		}
	});

	test('takes another port when there are two, and each keeps its own tasks', async () => {
		const other = await startSandbox();
		try {
			expect(other.url).not.toBe(sandbox.url);
			await clientOf(other).get(statusPath('success'));
			expect([sandbox.requests.length, other.requests.length]).toEqual([0, 1]);
		} finally {
			await other.close();
		}
	});

	test('ends open connections when it closes, and answers no more', async () => {
		const ends = ['silent', 'drip'].map(
			async (name) => await failureOf(client.get(statusPath(name))),
		);
		// leaves a connection behind that is kept for the next call
		await client.get('/v1/models');
		await sandbox.untilSeen(3);
		await sandbox.close();
		const [silent, drip] = await Promise.all(ends);
		expect(silent).toMatchObject({ code: 'ECONNRESET' });
		// according to whether its headers had come
		expect(drip?.code).toMatch(/^(ECONNRESET|ERR_BAD_RESPONSE)$/);
		const late = clientOf(sandbox).get('/v1/models');
		expect(await failureOf(late)).toMatchObject({ code: 'ECONNREFUSED' });
	});
});
