/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pathOf, storeOnDisk } from '../../engine/binaryStore';
import { videoBytes } from '../../sandbox/videoHost';
import { continueWithOutput, errorFor, itemFor, runKling, waiting } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';

const MEGABYTES = 60;

const sandbox = sandboxForAllTests();
const stored: string[] = [];
beforeAll(storeOnDisk);
afterAll(async () => {
	for (const path of stored) await rm(dirname(path), { recursive: true, force: true });
});

async function hashOf(stream: Readable): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of stream) hash.update(chunk);
	return hash.digest('hex');
}

test('a large video is on disk byte for byte, and never in memory as a whole', async () => {
	const before = process.memoryUsage();
	let mostBytes = 0;
	const look = setInterval(() => {
		const { heapUsed, external } = process.memoryUsage();
		mostBytes = Math.max(mostBytes, heapUsed + external - before.heapUsed - before.external);
	}, 5);
	const result = await runKling({
		sandbox,
		tasks: [`video-${MEGABYTES}mb-0s`],
		parameters: { ...waiting(), downloadVideo: true },
	});
	clearInterval(look);

	const file = itemFor(result, 0).binary?.data;
	if (file === undefined) throw new Error('No file');
	stored.push(pathOf(file));
	expect(file).toMatchObject({ mimeType: 'video/mp4', fileSize: `${MEGABYTES} MB` });
	const served = await hashOf(videoBytes(MEGABYTES).stream());
	expect(await hashOf(createReadStream(pathOf(file)))).toBe(served);
	// a whole copy of it would show, whatever else the engine holds meanwhile
	expect(mostBytes).toBeLessThan(MEGABYTES * 1_000_000);
});

test('a video that is cut is not handed on, and its siblings are', async () => {
	const result = await runKling({
		sandbox,
		tasks: ['video-cut-0s', 'video-2mb-0s', 'several-0s'],
		parameters: { ...waiting(), downloadVideo: true },
		settings: continueWithOutput,
	});
	expect(errorFor(result, 0)).toMatchObject({
		message: expect.stringContaining('could not be downloaded'),
	});
	const files = [1, 2].flatMap((index) => Object.values(itemFor(result, index).binary ?? {}));
	expect(files.map(({ fileSize }) => fileSize)).toEqual(['2 MB', '7.47 kB', '7.47 kB', '7.47 kB']);
	stored.push(...files.map(pathOf));
});
