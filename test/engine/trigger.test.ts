/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { bytesOf } from '../../engine/binaryStore';
import { RESTRICTED_TOKEN } from '../../sandbox/gateway';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import { MAX_TASKS_AT_ONCE } from '../../nodes/KlingVideo/trigger/triggerState';
import { TASK_NOT_EXIST } from '../support/bodies';
import { sandboxForEachTest } from '../support/sandbox';
import { callback, TriggerHost, type TriggerHostOptions } from '../support/triggering';

const sandbox = sandboxForEachTest({ relay: 'any' });

const hosts: TriggerHost[] = [];

afterEach(async () => {
	for (const host of hosts.splice(0)) await host.close();
});

async function startHost(options: Partial<TriggerHostOptions> = {}): Promise<TriggerHost> {
	const host = await new TriggerHost({ sandbox, ...options }).start();
	hosts.push(host);
	return host;
}

const POSTS_AT_ONCE = 20;

/** Posts callbacks, and waits until n8n is done with them. */
async function posted(host: TriggerHost, ...bodies: unknown[]): Promise<number[]> {
	const statuses: number[] = [];
	for (const body of bodies) statuses.push(await host.post(body));
	await host.settled();
	return statuses;
}

const jsonOf = ({ starts }: TriggerHost) => starts.map((items) => items.map(({ json }) => json));

test('a task that is done starts the workflow with what the gateway says, and nothing of the callback', async () => {
	const host = await startHost();
	expect(await posted(host, callback('success-0s-a'))).toEqual([200]);
	const url = `${sandbox.url}/videos/success-0s-a.mp4`;
	expect(jsonOf(host)).toEqual([
		[
			{
				taskId: 'success-0s-a',
				status: 'SUCCESS',
				videoUrl: url,
				done: true,
				succeeded: true,
				progress: 100,
				duration: 5.1,
				videos: [{ id: expect.any(String), url, duration: 5.1 }],
				failureReason: null,
			},
		],
	]);
	expect(sandbox.checksOf('success-0s-a')).toHaveLength(1);
	expect(JSON.stringify(host.starts)).not.toContain('forged');
});

test.each(TASK_KINDS)('$resource is asked for on its path', async ({ resource, path }) => {
	const host = await startHost({
		parameters: { resource, ...(path === null && { taskPath: 'effects/x' }) },
	});
	await posted(host, callback('success-0s'));
	expect(host.starts).toHaveLength(1);
	expect(sandbox.requests.map((request) => request.path)).toEqual([
		`/kling/v1/videos/${path ?? 'effects/x'}/success-0s`,
	]);
});

test.each(['submitted', 'processing', 'SUBMITTED', 'in_progress'])(
	'a callback of status %s is answered, and nothing is asked',
	async (status) => {
		const host = await startHost();
		expect(await posted(host, callback('success-0s', status))).toEqual([200]);
		expect(sandbox.requests).toEqual([]);
		expect(host.starts).toEqual([]);
	},
);

test.each([
	['done', ['success-0s', 'failure-0s']],
	['succeeded', ['success-0s']],
	['failed', ['failure-0s']],
])('with the event %s it starts for %p', async (event, expected) => {
	const host = await startHost({ parameters: { event } });
	await Promise.all([
		posted(host, callback('success-0s')),
		posted(host, callback('failure-0s', 'failed')),
	]);
	const started = jsonOf(host).map(([json]) => json?.taskId);
	expect(started.sort()).toEqual([...expected].sort());
});

test('a task that is done without a video has failed', async () => {
	const host = await startHost({ parameters: { event: 'failed' } });
	await posted(host, callback('no-url-0s'));
	expect(jsonOf(host)).toEqual([[expect.objectContaining({ done: true, succeeded: false })]]);
	// the gateway may have the address a moment later
	expect(sandbox.requests).toHaveLength(4);
});

describe('once for a task', () => {
	test('callbacks that come together, and one that comes later, start it once', async () => {
		const host = await startHost();
		const statuses = await Promise.all(
			Array.from({ length: 5 }, async () => await host.post(callback('success-0s'))),
		);
		await host.settled();
		expect(statuses).toEqual([200, 200, 200, 200, 200]);
		await posted(host, callback('success-0s'));
		expect(host.starts).toHaveLength(1);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('200 callbacks of 100 tasks, doubled, in any order, with a restart in the middle: 100 starts', async () => {
		const host = await startHost();
		const tasks = Array.from({ length: 100 }, (_, index) => `success-0s-${index}`);
		const callbacks = shuffled([...tasks, ...tasks]);
		const send = async (taskIds: string[]) => {
			const left = [...taskIds];
			const answers: number[] = [];
			const postAll = async () => {
				for (let taskId = left.pop(); taskId !== undefined; taskId = left.pop()) {
					answers.push(await host.post(callback(taskId)));
				}
			};
			await Promise.all(Array.from({ length: POSTS_AT_ONCE }, postAll));
			return answers;
		};
		const statuses = await send(callbacks.slice(0, 100));
		await host.restart();
		statuses.push(...(await send(callbacks.slice(100))));
		await host.settled();
		expect(new Set(statuses)).toEqual(new Set([200]));
		const started = jsonOf(host).map(([json]) => String(json?.taskId));
		expect(started.sort()).toEqual([...tasks].sort());
		expect(host.stored).toEqual({
			startedTasks: { version: 1, taskIds: expect.arrayContaining(tasks) },
		});
	});

	test('a task that has not ended as wanted is not kept', async () => {
		const host = await startHost({ parameters: { event: 'succeeded' } });
		await posted(host, callback('failure-0s'));
		expect(host.stored).toEqual({});
	});

	test('static data that another version has written, or a hand, starts from nothing', async () => {
		for (const startedTasks of [
			{ version: 2, taskIds: ['success-0s'] },
			7,
			{ version: 1, taskIds: [7] },
		]) {
			const host = await startHost({ stored: { startedTasks } });
			await posted(host, callback('success-0s'));
			expect(host.starts).toHaveLength(1);
			expect(host.stored).toEqual({ startedTasks: { version: 1, taskIds: ['success-0s'] } });
		}
	});
});

describe('what starts nothing', () => {
	test('a forged id', async () => {
		const host = await startHost();
		expect(await posted(host, callback('unknown'))).toEqual([200]);
		expect(host.starts).toEqual([]);
		expect(host.log.join('\n')).toMatch(
			/warn[^]*Task unknown is unknown to this token's account\. The workflow was not started\. Anybody who knows the address/,
		);
		expect(host.stored).toEqual({});
	});

	test('a token that the gateway refuses', async () => {
		const host = await startHost({ token: 'sk-of-somebody-else' });
		await posted(host, callback('success-0s'));
		expect(host.starts).toEqual([]);
		expect(host.log.join('\n')).toMatch(
			/did not accept the API token[^]*update the EZModel API credential[^]*Get Multi-Image Video Status/,
		);
	});

	test('a token that may use some models only', async () => {
		const host = await startHost({ token: RESTRICTED_TOKEN });
		await posted(host, callback('success-0s'));
		expect(host.starts).toEqual([]);
		expect(host.log.join('\n')).toContain('Use a token without a model restriction');
	});

	test.each([
		['no credential', { hasCredential: false }, 'does not have any credentials'],
		['an empty Task Path', { parameters: { resource: 'otherVideo' } }, 'The Task Path is empty'],
		['an unknown Resource', { parameters: { resource: 'clayFilm' } }, 'Resource is not known'],
	])('a node with %s', async (_what, options, said) => {
		const host = await startHost(options);
		expect(await posted(host, callback('success-0s'))).toEqual([200]);
		expect(host.starts).toEqual([]);
		expect(sandbox.requests).toEqual([]);
		expect(host.log.join('\n')).toContain(said);
	});

	test.each([
		['no JSON', 'hello', 'text/plain'],
		['a list', '[1]', 'application/json'],
		['a task without an id', '{"task_status":"succeed"}', 'application/json'],
		['nothing', '', 'application/json'],
		['an id that leads elsewhere', '{"task_id":".."}', 'application/json'],
	])('a body that is %s', async (_what, body, contentType) => {
		const host = await startHost();
		expect(await host.post(body, contentType)).toBe(200);
		await host.settled();
		expect(host.starts).toEqual([]);
		expect(sandbox.requests).toEqual([]);
	});
});

test('an id that comes as a number keeps all its digits', async () => {
	const host = await startHost();
	await host.post('{"task_id":842250903629086785,"task_status":"succeed"}');
	await host.settled();
	expect(sandbox.requests.map(({ taskId }) => taskId)).toEqual(['842250903629086785']);
});

test('a gateway that does not know the end yet is asked again', async () => {
	const host = await startHost();
	await posted(host, callback('success-2s'));
	expect(host.starts).toHaveLength(1);
	expect(sandbox.checksOf('success-2s')).toHaveLength(2);
});

test('a gateway that is out of order for a moment is asked again', async () => {
	const host = await startHost();
	await posted(host, callback('first-1-database-0s'));
	expect(jsonOf(host)).toMatchObject([[{ taskId: 'first-1-database-0s', succeeded: true }]]);
});

test('a burst of callbacks with forged ids reaches the gateway ten times a second at most', async () => {
	const host = await startHost();
	const ids = Array.from({ length: 130 }, (_, index) => `unknown-${index}`);
	for (const id of ids) await host.post(callback(id));
	await host.settled();
	const times = sandbox.requests.map(({ atMs }) => atMs).sort((a, b) => a - b);
	expect(times).toHaveLength(130);
	const [hundredth = 0, last = 0] = [times[100], times.at(-1)];
	// timers can be a little early
	expect(last - hundredth).toBeGreaterThan(28 * 100);
});

test('while very many tasks are being asked for, a further callback is refused', async () => {
	const gate = new AbortController();
	const opened = once(gate.signal, 'abort');
	const gateway = createServer((_request, response) => {
		void opened.then(() => response.writeHead(400).end(TASK_NOT_EXIST));
	}).listen(0, '127.0.0.1');
	await once(gateway, 'listening');
	const { port } = gateway.address() as AddressInfo;
	const host = await startHost({ sandbox: { url: `http://127.0.0.1:${port}` } });

	const ids = Array.from({ length: MAX_TASKS_AT_ONCE + 1 }, (_, index) => `task-${index}`);
	const statuses = await Promise.all(ids.map(async (id) => await host.post(callback(id))));
	expect(statuses.filter((status) => status === 503)).toHaveLength(1);
	expect(host.log.filter((line) => line.includes('was refused'))).toHaveLength(1);
	gate.abort();
	await host.settled();
	expect(host.log.filter((line) => line.includes('is unknown'))).toHaveLength(MAX_TASKS_AT_ONCE);
	gateway.closeAllConnections();
	gateway.close();
});

describe('with Download Video', () => {
	const parameters = { downloadVideo: true, binaryPropertyName: 'video' };

	test('the file is there', async () => {
		const host = await startHost({ parameters });
		await posted(host, callback('success-0s'));
		const [[item] = []] = host.starts;
		const file = item?.binary?.video;
		if (file === undefined) throw new Error('No file');
		expect(await bytesOf(file)).toEqual(readFileSync(join(__dirname, '../../sandbox/video.mp4')));
		expect(item?.json.videos).toEqual([expect.objectContaining({ binaryProperty: 'video' })]);
	});

	test('a file that cannot be downloaded is told, and the workflow starts without it', async () => {
		const host = await startHost({ parameters });
		await posted(host, callback('video-expired-0s'));
		const [[item] = []] = host.starts;
		expect(item?.json).toMatchObject({ succeeded: true, videoUrl: expect.any(String) });
		expect(item).not.toHaveProperty('binary');
		expect(host.log.join('\n')).toMatch(/The workflow was started without the file/);
	});
});

test('with Simplify off, the reply comes as it came', async () => {
	const host = await startHost({ parameters: { simplify: false } });
	await posted(host, callback('success-0s'));
	expect(jsonOf(host)).toEqual([[expect.objectContaining({ code: 'success' })]]);
});

describe('while the gateway takes a second to answer', () => {
	const slow = sandboxForEachTest({ latencyMs: 1000 });

	test('the callback has its answer', async () => {
		const host = await startHost({ sandbox: slow });
		expect(await host.post(callback('success-0s'))).toBe(200);
		expect(slow.requests.filter(({ repliedAtMs }) => repliedAtMs !== null)).toEqual([]);
		await host.settled();
		expect(host.starts).toHaveLength(1);
	});
});

describe("the editor's test", () => {
	const mode = 'manual';

	test('starts the workflow as often as it is tried, and keeps nothing', async () => {
		const host = await startHost({ mode });
		expect(await posted(host, callback('success-0s'))).toEqual([200]);
		expect(await posted(host, callback('success-0s'))).toEqual([200]);
		expect(host.starts).toHaveLength(2);
		expect(host.stored).toEqual({});
	});

	test('goes on listening while the task is on its way', async () => {
		const host = await startHost({ mode });
		expect(await posted(host, callback('success-0s', 'processing'))).toEqual([200]);
		expect(host.starts).toEqual([]);
		expect(host.errors).toEqual([]);
	});

	test('shows what goes wrong as the error of the node', async () => {
		const host = await startHost({ mode });
		expect(await posted(host, callback('unknown'))).toEqual([500]);
		expect(host.errors).toEqual([
			expect.objectContaining({
				name: 'NodeApiError',
				message: "Task unknown is unknown to this token's account",
				description: expect.stringContaining('put a token of the account'),
			}),
		]);
	});
});

function shuffled<T>(list: T[]): T[] {
	const { length } = list;
	const [all = []] = fc.sample(fc.shuffledSubarray(list, { minLength: length }), 1);
	return all;
}
