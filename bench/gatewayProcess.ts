/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import axios from 'axios';
import { SANDBOX_TOKEN, type SeenRequest } from '../sandbox/gateway';

const ROOT = join(__dirname, '..');
const SUBMITS_AT_ONCE = 20;

export interface GatewayOptions {
	latencyMs?: number;
	callsPerSecond?: number;
	/** How many unfinished tasks the account may have. */
	places?: number;
}

export interface GatewayProcess {
	url: string;
	/** Submits a task for each scenario, as in `success-3.2s`; gives the task ids, in order. */
	submit(scenarios: string[]): Promise<string[]>;
	/** How many submit calls it has seen. */
	submits(): Promise<number>;
	/** The status calls it has seen, in order. */
	statusCalls(): Promise<SeenRequest[]>;
	/** Forgets what it has seen; tasks stay. */
	forget(): Promise<void>;
}

/**
 * Lends a sandbox gateway in a process of its own, so that what it costs is neither in the heap
 * nor on the event loop that are measured.
 */
export async function withGateway<T>(
	{ latencyMs = 0, callsPerSecond, places }: GatewayOptions,
	use: (gateway: GatewayProcess) => Promise<T>,
): Promise<T> {
	const limit = callsPerSecond === undefined ? [] : ['--calls-per-second', String(callsPerSecond)];
	const account = places === undefined ? [] : ['--places', String(places)];
	const child = spawn(
		process.execPath,
		[
			...['--import', 'tsx', 'sandbox/main.ts'],
			...['--port', '0', '--latency', String(latencyMs), ...limit, ...account],
		],
		{ cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const ended = once(child, 'exit');
	const agent = new Agent({ keepAlive: true, maxSockets: SUBMITS_AT_ONCE });
	try {
		return await use(clientOf(await readUrl(child.stdout), agent));
	} finally {
		agent.destroy();
		child.kill();
		await ended;
	}
}

async function readUrl(output: Readable): Promise<string> {
	let said = '';
	for await (const chunk of output) {
		said += String(chunk);
		const url = /^Sandbox gateway on (\S+) /m.exec(said)?.[1];
		if (url !== undefined) return url;
	}
	throw new Error(`The sandbox ended after saying: ${said}`);
}

function clientOf(url: string, httpAgent: Agent): GatewayProcess {
	const client = axios.create({
		baseURL: url,
		headers: { Authorization: `Bearer ${SANDBOX_TOKEN}` },
		httpAgent,
		// it is on this machine, whatever proxy the environment names
		proxy: false,
	});
	const submitOne = async (scenario: string): Promise<string> => {
		const { data } = await client.post<{ task_id: string }>('/kling/v1/videos/multi-image2video', {
			model: 'kling-v1-6',
			image_list: [{ image: 'https://example.com/cat.png' }],
			prompt: `[${scenario}]`,
		});
		return data.task_id;
	};
	return {
		url,
		submit: async (scenarios) => await Promise.all(scenarios.map(submitOne)),
		submits: async () => {
			const { data } = await client.get<SeenRequest[]>('/sandbox/requests');
			return data.filter(({ method }) => method === 'POST').length;
		},
		statusCalls: async () => {
			const { data } = await client.get<SeenRequest[]>('/sandbox/requests');
			return data.filter(({ taskId }) => taskId !== null);
		},
		forget: async () => {
			await client.delete('/sandbox/requests');
		},
	};
}
