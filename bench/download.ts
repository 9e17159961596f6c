/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pathOf, storeOnDisk } from '../engine/binaryStore';
import { videoBytes } from '../sandbox/videoHost';
import { startContestant, THIS_NODE, type Contestant } from './contestants';
import { withGateway } from './gatewayProcess';
import type { Bench, Table } from './report';
import { Buffering } from './standIns';

const MEGABYTE = 1_000_000;
const SIZES_MB = [10, 100, 500];
const SIZES_SHORT_MB = [10];
const LOOK_EVERY_MS = 5;

const DOWNLOADING: Contestant = {
	...THIS_NODE,
	parameters: () => ({ operation: 'getStatus', downloadVideo: true }),
};
const BUFFERING: Contestant = {
	name: 'one that buffers',
	nodeType: new Buffering(),
	parameters: () => ({}),
};

interface Growth {
	/** Heap and what is outside of it, at most, over what it was before. */
	usedBytes: number;
	residentBytes: number;
	/** Whether the stored file is the one that was served, byte for byte. */
	isWhole: boolean;
}

async function hashOf(stream: Readable): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of stream) hash.update(chunk);
	return hash.digest('hex');
}

async function download(contestant: Contestant, megabytes: number): Promise<Growth> {
	return await withGateway({}, async (gateway) => {
		globalThis.gc?.();
		const before = process.memoryUsage();
		const growth = { usedBytes: 0, residentBytes: 0 };
		const look = setInterval(() => {
			const { heapUsed, external, rss } = process.memoryUsage();
			const used = heapUsed + external - before.heapUsed - before.external;
			growth.usedBytes = Math.max(growth.usedBytes, used);
			growth.residentBytes = Math.max(growth.residentBytes, rss - before.rss);
		}, LOOK_EVERY_MS);
		const { items } = await startContestant(contestant, gateway.url, [`video-${megabytes}mb-0s`], 1)
			.finished;
		clearInterval(look);

		const file = items[0]?.binary?.data;
		if (file === undefined) throw new Error(`${contestant.name} has downloaded nothing`);
		const path = pathOf(file);
		const stored = await hashOf(createReadStream(path));
		await rm(dirname(path), { recursive: true });
		return { ...growth, isWhole: stored === (await hashOf(videoBytes(megabytes).stream())) };
	});
}

/** What a download takes of n8n's memory while its binary data is on disk. */
export const downloads: Bench = {
	name: 'download',
	async run({ short, say }) {
		await storeOnDisk();
		const rows: Table['rows'] = [];
		const ours = new Map<number, Growth>();
		const sizesMb = short ? SIZES_SHORT_MB : SIZES_MB;
		for (const contestant of [DOWNLOADING, BUFFERING]) {
			for (const megabytes of sizesMb) {
				say(`${contestant.name}, ${megabytes} MB`);
				const growth = await download(contestant, megabytes);
				if (contestant === DOWNLOADING) ours.set(megabytes, growth);
				rows.push([
					contestant.name,
					megabytes,
					growth.usedBytes / MEGABYTE,
					growth.residentBytes / MEGABYTE,
				]);
			}
		}
		const largestMb = Math.max(...sizesMb);
		const largest = ours.get(largestMb);
		return {
			tables: [
				{
					title: 'Downloads',
					columns: [
						{ name: 'downloaded by' },
						{ name: 'video (MB)', decimals: 0 },
						{ name: 'memory in use grows by (MB)', decimals: 0 },
						{ name: 'resident memory grows by (MB)', decimals: 0 },
					],
					rows,
					note: "n8n's binary data on disk. In use is heap and external memory; resident memory that a run before took is not counted again.",
				},
			],
			bars: [
				{
					bar: `a video of ${largestMb} MB: memory in use grows by`,
					measured: (largest?.usedBytes ?? Number.NaN) / MEGABYTE,
					most: 64,
					unit: ' MB',
					// when garbage is collected is up to the machine
					byTime: true,
				},
				{
					bar: 'stored files that are not byte for byte what was served',
					measured: [...ours.values()].filter(({ isWhole }) => !isWhole).length,
					most: 0,
					unit: '',
					byTime: false,
				},
			],
		};
	},
};
