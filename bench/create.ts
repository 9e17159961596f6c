/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import { EzModelApi } from '../credentials/EzModelApi.credentials';
import { startNode } from '../engine/n8nEngine';
import { SANDBOX_TOKEN } from '../sandbox/gateway';
import { spread } from './batchRun';
import { THIS_NODE } from './contestants';
import { withGateway, type GatewayProcess } from './gatewayProcess';
import type { Bar, Bench, BenchOptions } from './report';

const MEBIBYTE = 1024 * 1024;
const LOOK_EVERY_MS = 5;
const PLACES = 5;

/** What creating costs: in time on an account with few places, and in memory for images as files. */
export const create: Bench = {
	name: 'create',
	async run(options) {
		return { tables: [], bars: [...(await fewPlaces(options)), await imageFiles(options)] };
	},
};

async function createAll(
	{ url }: GatewayProcess,
	prompts: string[],
	parameters: INodeParameters,
	binaries: IBinaryKeyData[] = [],
) {
	const { items, error } = await startNode({
		nodeType: THIS_NODE.nodeType,
		credentialType: new EzModelApi(),
		credential: { apiToken: SANDBOX_TOKEN, baseUrl: url },
		parameters: {
			resource: 'omniVideo',
			operation: 'create',
			prompt: '={{ $json.prompt }}',
			...parameters,
		},
		items: prompts.map((prompt) => ({ prompt })),
		binaries,
	}).finished;
	if (error !== undefined) throw error;
	return items;
}

async function fewPlaces({ short, say }: BenchOptions): Promise<Bar[]> {
	const [tasks, longestS] = short ? [20, 3] : [200, 6];
	// whole seconds, since the node checks once a second
	const durationsS = spread(tasks, 2, longestS).map(Math.round);
	const bestMs = 1000 * findBestS(durationsS);
	const named = `${tasks} videos of 2–${longestS} s created on an account with ${PLACES} places`;
	say(named);
	return await withGateway({ places: PLACES }, async (gateway) => {
		const startedAtMs = performance.now();
		const items = await createAll(
			gateway,
			durationsS.map((seconds) => `[success-${seconds}s]`),
			{ options: { pollingInterval: 1 } },
		);
		const wallMs = performance.now() - startedAtMs;
		const submits = await gateway.submits();
		return [
			{
				bar: `${named}: wall time over the best`,
				measured: wallMs / bestMs,
				most: 1.1,
				unit: '',
				byTime: true,
			},
			{
				bar: 'the same: submit calls refused',
				measured: (100 * (submits - tasks)) / submits,
				most: 5,
				unit: ' %',
				byTime: true,
			},
			{
				bar: 'the same: lost',
				measured: tasks - items.filter(({ json }) => json.succeeded === true).length,
				most: 0,
				unit: ' videos',
				byTime: false,
			},
		];
	});
}

/** How long the places need if each takes the next video the moment that it is free. */
function findBestS(durationsS: number[]): number {
	const freeAtS = Array.from({ length: PLACES }, () => 0);
	for (const seconds of durationsS) {
		const next = freeAtS.indexOf(Math.min(...freeAtS));
		freeAtS[next] = (freeAtS[next] ?? 0) + seconds;
	}
	return Math.max(...freeAtS);
}

async function imageFiles({ short, say }: BenchOptions): Promise<Bar> {
	const [files, megabytes] = short ? [2, 8] : [10, 8];
	say(`${files} images of ${megabytes} MB as files`);
	const image = (fill: number): IBinaryKeyData => {
		const bytes = Buffer.alloc(megabytes * MEBIBYTE, fill);
		// it begins as a JPEG does, which is what the node looks at
		bytes.set([0xff, 0xd8, 0xff, 0xe0]);
		return { data: { mimeType: 'image/jpeg', data: bytes.toString('base64') } };
	};
	const binaries = Array.from({ length: files }, (_, index) => image(index + 1));
	const parameters = {
		afterSubmit: 'returnTask',
		images: { image: [{ source: 'binary', binaryField: 'data' }] },
	};
	const grownBytes = await withGateway({}, async (gateway) => {
		// once for what is loaded and compiled
		await createAll(gateway, ['a cat'], parameters, binaries.slice(0, 1));
		globalThis.gc?.();
		const before = process.memoryUsage();
		let grown = 0;
		const look = setInterval(() => {
			const { heapUsed, external } = process.memoryUsage();
			grown = Math.max(grown, heapUsed + external - before.heapUsed - before.external);
		}, LOOK_EVERY_MS);
		await createAll(
			gateway,
			binaries.map((_, index) => `cat ${index}`),
			parameters,
			binaries,
		);
		clearInterval(look);
		return grown;
	});
	return {
		bar: `${files} images of ${megabytes} MB as files: memory in use grows by, over their size`,
		measured: grownBytes / (files * megabytes * MEBIBYTE),
		most: 3,
		unit: '',
		// when garbage is collected is up to the machine
		byTime: true,
	};
}
