/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { NODE_MODULES, nodeForN8n } from './install';

export interface N8nOptions {
	/** n8n's own folder, `.n8n`, is made in it. */
	userFolder: string;
	/** Of the editor, or of a worker's health check. */
	port: number;
	/** Of the broker that Code nodes are run through. */
	brokerPort: number;
	/** `start`, the default, for one with an editor. */
	command?: 'start' | 'worker';
	args?: string[];
	env?: Record<string, string>;
	/** Where what it says is written to. */
	logFile: string;
}

export interface N8n {
	url: string;
	pid: number;
	/** Resolves when it has ended, however. */
	ended: Promise<void>;
	/** Lets it finish what it does, as n8n itself would on a restart. */
	stop(): Promise<void>;
	/** As when the machine is switched off. */
	kill(): Promise<void>;
}

/** What somebody's own n8n is set to has no place here. */
const FOREIGN = /^(N8N|DB|EXECUTIONS|QUEUE|WEBHOOK|NODES?|GENERIC|WORKFLOWS|npm)_/i;

const POLL_MS = 200;

/** Starts an n8n that listens on this machine only, and waits until it answers. */
export async function startN8n({
	userFolder,
	port,
	brokerPort,
	command = 'start',
	args = [],
	env = {},
	logFile,
}: N8nOptions): Promise<N8n> {
	const url = `http://localhost:${port}`;
	const temporary = join(userFolder, 'tmp');
	await mkdir(temporary, { recursive: true });
	await mkdir(dirname(logFile), { recursive: true });
	const log = createWriteStream(logFile, { flags: 'a' });
	const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
	const script = join(NODE_MODULES, 'n8n', 'bin', 'n8n');
	// tests that are broken off clear nothing up: it ends when we are gone, however we ended
	const endWithParent = ['--require', join(__dirname, 'endWithParent.js')];
	const child = spawn(nodeForN8n(), [...endWithParent, script, command, ...args], {
		// a group of its own: Ctrl+C is for us, and what n8n starts itself ends with it
		detached: true,
		stdio: ['pipe', 'pipe', 'pipe'],
		env: {
			...Object.fromEntries(inherited),
			E2E_PARENT: String(process.pid),
			// n8n and what it starts keep caches and uploads there
			HOME: userFolder,
			TMPDIR: temporary,
			N8N_USER_FOLDER: userFolder,
			N8N_PORT: String(port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_HOST: 'localhost',
			N8N_EDITOR_BASE_URL: url,
			WEBHOOK_URL: url,
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
			N8N_SECURE_COOKIE: 'false',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_HIRING_BANNER_ENABLED: 'false',
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			...env,
		},
	});
	child.stdout.pipe(log, { end: false });
	child.stderr.pipe(log, { end: false });
	const ended = once(child, 'close').then(() => {
		log.end();
	});
	let running = true;
	void ended.then(() => (running = false));
	const pid = child.pid;
	if (pid === undefined) throw new Error(`n8n could not be started; see ${logFile}`);

	const signalGroup = (signal: NodeJS.Signals) => {
		try {
			process.kill(-pid, signal);
		} catch {
			// nobody of the group is left
		}
	};
	const n8n: N8n = {
		url,
		pid,
		ended,
		stop: async () => {
			if (running) process.kill(pid, 'SIGTERM');
			await ended;
			signalGroup('SIGKILL');
		},
		kill: async () => {
			signalGroup('SIGKILL');
			await ended;
		},
	};

	while (running) {
		if (await isReady(url)) return n8n;
		await sleep(POLL_MS);
	}
	throw new Error(`n8n ended before it was ready; see ${logFile}`);
}

async function isReady(url: string): Promise<boolean> {
	const { status } = await axios
		.get(`${url}/healthz/readiness`, { validateStatus: () => true, proxy: false })
		.catch(() => ({ status: 0 }));
	return status === 200;
}

/** Whether somebody answers there: a second n8n of the user's, say, which is not to be mistaken for ours. */
export async function isTaken(port: number): Promise<boolean> {
	const socket = connect({ host: 'localhost', port });
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no free port');
	return address.port;
}
