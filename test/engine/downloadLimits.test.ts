/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import type { INodeParameters } from 'n8n-workflow';
import { bytesOf } from '../../engine/binaryStore';
import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { dictate } from '../../sandbox/oddReplies';
import { HOST_CAN_SUSPEND } from '../support/host';
import { continueWithOutput, errorFor, itemFor, runKling, waiting } from '../support/kling';
import { movableClock } from '../support/clocks';
import { suspend, suspending } from '../support/suspending';
import { hearWarnings } from '../support/watch';

const VIDEO = readFileSync(join(__dirname, '../../sandbox/video.mp4'));
const downloading: INodeParameters = { downloadVideo: true };
const MINUTE_MS = 60_000;

const clock = movableClock();
let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

const downloadsSeen = () => sandbox.requests.filter(({ path }) => path.startsWith('/videos/'));

/** A finished task with these videos. */
function taskWith(urls: string[]): string {
	const videos = urls.map((url) => ({ id: '1', url, duration: '5' }));
	const data = { task_id: '1', status: 'SUCCESS', data: { data: { task_result: { videos } } } };
	const text = JSON.stringify({ code: 'success', message: '', data });
	return dictate({ statusCode: 200, headers: {}, text });
}

/** Lets the clock run a thousand times as fast while something goes on. */
async function inFastTime<T>(start: () => Promise<T>): Promise<T> {
	const timer = setInterval(() => clock.pass(10_000), 10);
	try {
		return await start();
	} finally {
		clearInterval(timer);
	}
}

describe('size', () => {
	const tooLarge = (megabytes: number) => ({
		message: expect.stringContaining(`it is larger than ${megabytes} MB`),
		description: expect.stringContaining('Max Download Size (MB)'),
		status: 'SUCCESS',
	});
	const upTo = (maxDownloadMegabytes: unknown): INodeParameters => ({
		...downloading,
		options: { maxDownloadMegabytes } as INodeParameters,
	});

	test.each([
		['a check', {}],
		['a wait', { operation: 'waitUntilComplete' }],
	])('%s takes a video up to it, and no larger one', async (_operation, parameters) => {
		const result = await runKling({
			sandbox,
			tasks: ['video-2mb-0s', 'video-3mb-0s', 'success-0s'],
			parameters: { ...parameters, ...upTo(2) },
			settings: continueWithOutput,
		});
		expect(itemFor(result, 0).binary?.data?.fileSize).toBe('2 MB');
		expect(errorFor(result, 1)).toMatchObject(tooLarge(2));
		expect(itemFor(result, 2).binary).toBeDefined();
		expect(downloadsSeen()).toHaveLength(3);
	});

	test('a host that never ends is stopped, whatever it announces', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['video-endless-0s'],
			parameters: upTo(2),
			settings: continueWithOutput,
		});
		expect(errorFor(result, 0)).toMatchObject(tooLarge(2));
		expect(downloadsSeen()).toHaveLength(1);
	});

	test('what counts is the size after unpacking', async () => {
		const packed = gzipSync(Buffer.concat([VIDEO, Buffer.alloc(50_000_000)]));
		const host = createServer((_request, response) => {
			response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
		});
		await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
		try {
			const url = `http://127.0.0.1:${Object(host.address()).port}/video.mp4`;
			const result = await runKling({
				sandbox,
				tasks: [taskWith([url])],
				parameters: upTo(2),
				settings: continueWithOutput,
			});
			expect(packed.length).toBeLessThan(100_000);
			expect(errorFor(result, 0)).toMatchObject(tooLarge(2));
		} finally {
			host.closeAllConnections();
			host.close();
		}
	});

	test('it is that of all videos of a task together', async () => {
		const url = `${sandbox.url}/videos/video-1mb-0s.mp4`;
		await runKling({ sandbox, tasks: ['video-1mb-0s'] });
		const result = await runKling({
			sandbox,
			tasks: [taskWith([url, url]), taskWith([url, url, url])],
			parameters: upTo(2),
			settings: continueWithOutput,
		});
		expect(Object.keys(itemFor(result, 0).binary ?? {})).toEqual(['data', 'data_1']);
		expect(errorFor(result, 1)).toMatchObject(tooLarge(2));
	});

	test.each([['nonsense'], [null], [2000]])(
		'set to %j, an ordinary video passes',
		async (value) => {
			const result = await runKling({ sandbox, tasks: ['video-2mb-0s'], parameters: upTo(value) });
			expect(itemFor(result, 0).binary?.data?.fileSize).toBe('2 MB');
		},
	);

	test('below one megabyte, it is one', async () => {
		const result = await runKling({ sandbox, tasks: ['success-0s'], parameters: upTo(-5) });
		expect(itemFor(result, 0).binary).toBeDefined();
	});

	// on a host that can suspend
	if (HOST_CAN_SUSPEND) {
		test('a suspended wait keeps it', async () => {
			const suspended = await suspend({
				sandbox,
				tasks: ['video-3mb-60s'],
				parameters: { ...suspending({ maxDownloadMegabytes: 2 }), ...downloading },
				settings: continueWithOutput,
			});
			const result = await suspended.resume(clock.pass);
			expect(errorFor(result, 0)).toMatchObject(tooLarge(2));
		});
	}
});

test('a task with more than 20 files is told, and nothing is downloaded', async () => {
	const urls = Array.from({ length: 21 }, () => `${sandbox.url}/videos/success-0s.mp4`);
	const result = await runKling({
		sandbox,
		tasks: [taskWith(urls), taskWith(urls.slice(1))],
		parameters: downloading,
		settings: continueWithOutput,
	});
	expect(errorFor(result, 0)).toMatchObject({
		message: expect.stringContaining('has 21 files, more than this node downloads'),
		description: expect.stringContaining('up to 20'),
	});
	expect(Object.keys(itemFor(result, 1).binary ?? {})).toHaveLength(20);
	expect(downloadsSeen()).toHaveLength(20);
});

test('a host that drips is given up, and tried again', async () => {
	const { error } = await inFastTime(() =>
		runKling({
			sandbox,
			tasks: ['video-drip-0s'],
			parameters: { ...waiting({ maxWaitMinutes: 1440 }), ...downloading },
		}),
	);
	expect(error).toMatchObject({
		message: expect.stringContaining('its host sent less than 300 kB in 5 minutes'),
	});
	expect(downloadsSeen()).toHaveLength(3);
});

describe('time', () => {
	test.each([
		['a check', {}, 30],
		['a wait', waiting({ maxWaitMinutes: 45 }), 45],
		['a short wait', waiting({ maxWaitMinutes: 1 }), 30],
	])('%s that downloads has an end', async (_operation, parameters, minutes) => {
		const startedAtMs = performance.now();
		const { error } = await inFastTime(() =>
			runKling({
				sandbox,
				tasks: ['video-endless-0s'],
				parameters: { ...parameters, ...downloading },
			}),
		);
		expect(error).toMatchObject({
			message: expect.stringContaining(`it took longer than ${minutes} minutes`),
			description: expect.stringContaining('Max Wait'),
		});
		expect(downloadsSeen()).toHaveLength(1);
		expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual((minutes - 1) * MINUTE_MS);
	});

	test.each([12.5, 25, 1e9])('a request timeout of %d days is no timer too long', async (days) => {
		const { warnings, stop } = hearWarnings();
		const timers = jest.spyOn(globalThis, 'setTimeout');
		const result = await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: { ...downloading, requestOptions: { timeout: days * 24 * 60 * MINUTE_MS } },
		});
		stop();
		expect(await bytesOf(itemFor(result, 0).binary?.data ?? Object(null))).toEqual(VIDEO);
		expect(warnings).toEqual([]);
		const tooLong = timers.mock.calls.filter(([, ms]) => (ms ?? 0) >= 2 ** 31);
		expect(tooLong).toEqual([]);
	});
});

test.each(['__proto__', 'constructor', 'prototype'])(
	'a file cannot get lost in a field named %s',
	async (binaryPropertyName) => {
		const result = await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: { ...downloading, binaryPropertyName },
		});
		const { json, binary } = itemFor(result, 0);
		expect(Object.keys(binary ?? {})).toEqual(['data']);
		expect(json.videos).toEqual([expect.objectContaining({ binaryProperty: 'data' })]);
	},
);
