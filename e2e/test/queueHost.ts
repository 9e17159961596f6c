/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, startN8n, type N8n } from '../n8n';
import { startHost, type Host } from './host';

const REDIS = process.env.REDIS_SERVER ?? '/usr/bin/redis-server';

export interface QueueHost extends Host {
	workers: readonly N8n[];
	/** @param more what its environment has besides; it takes itself for n8n's address otherwise */
	startWorker(more?: Record<string, string>): Promise<void>;
	/** As when its machine is switched off. */
	killWorker(): Promise<void>;
}

/**
 * n8n's queue mode: one main process, and workers that run the executions.
 *
 * @param slots how many executions one worker runs at a time
 */
export async function startQueueHost(
	name: string,
	{ workers: workerCount, slots }: { workers: number; slots: number },
): Promise<QueueHost> {
	const redisPort = await freePort();
	const stopRedis = await startRedis(redisPort);
	const env = {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redisPort),
		N8N_ENCRYPTION_KEY: 'only for tests',
		NODE_OPTIONS: `--require "${join(__dirname, '..', 'waitForSqlite.cjs')}"`,
		// what a worker that is killed leaves behind is found within seconds instead of a minute, but
		// one that is only slow is not taken for dead
		QUEUE_WORKER_LOCK_DURATION: '20000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
	const host = await startHost(name, { env });
	const workers: N8n[] = [];
	const queueHost: QueueHost = {
		...host,
		workers,
		startWorker: async (more = {}) => {
			const port = await freePort();
			workers.push(
				await startN8n({
					userFolder: host.userFolder,
					port,
					brokerPort: await freePort(),
					command: 'worker',
					args: [`--concurrency=${slots}`],
					env: { ...env, ...more },
					logFile: join(host.logFile, '..', `worker-${port}.log`),
				}),
			);
		},
		killWorker: async () => await workers.shift()?.kill(),
		close: async () => {
			await Promise.all(workers.map(async (worker) => await worker.stop()));
			await host.close();
			await stopRedis();
		},
	};
	while (workers.length < workerCount) await queueHost.startWorker();
	return queueHost;
}

async function startRedis(port: number): Promise<() => Promise<void>> {
	// in memory only
	const child = spawn(
		REDIS,
		['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const ready = new Promise<void>((resolve, reject) => {
		child.once('error', () =>
			reject(new Error(`No Redis at ${REDIS}: install Debian's redis-server, or set REDIS_SERVER`)),
		);
		child.stdout.on('data', (text: Buffer) => {
			if (text.includes('Ready to accept connections')) resolve();
		});
	});
	await ready;
	return async () => {
		const ended = once(child, 'close');
		child.kill();
		await ended;
	};
}
