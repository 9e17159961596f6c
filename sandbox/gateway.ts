/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { ODD_REPLIES } from './oddReplies';
import { isOdd, readScenario } from './scenario';
import { findAction, isRouted, readTaskAddress, type Relay, type TaskAddress } from './taskPaths';
import { STORIES } from './taskReplies';
import { TaskStore, type SandboxTask } from './taskStore';
import { sendAudio, sendImage, sendVideo } from './videoHost';

export const SANDBOX_TOKEN = 'sk-example-sandbox';
export const RESTRICTED_TOKEN = 'sk-example-restricted';

const readBody = express.json({ limit: '50mb' });

export interface SandboxOptions {
	/** 0, the default, takes a free one. */
	port?: number;
	/** How fast its clock runs: with 60 a task of a minute takes a second. */
	speed?: number;
	/** How long a task takes that names no time itself, in seconds of its clock. */
	seconds?: number;
	/** How long each status reply takes, in real milliseconds. */
	latencyMs?: number;
	/** How many status calls a second it bears; those beyond get a 429. Null, the default, for all. */
	callsPerSecond?: number | null;
	/** Which paths of tasks it knows; 'gateway', the default, for those of the gateway's documents. */
	relay?: Relay;
	/** The file that its tasks are kept in from one start to the next. Null, the default, for none. */
	stateFile?: string | null;
	/** Its clock, in milliseconds since 1970; `Date.now` if there is no other. */
	now?: () => number;
}

export interface SeenRequest {
	method: string;
	path: string;
	/** Of a status call. */
	taskId: string | null;
	host: string;
	authorization: string | null;
	/** When it came; milliseconds since 1970, like the others. */
	atMs: number;
	/** When the reply was finished or the connection closed; null until then. */
	repliedAtMs: number | null;
	/** Null until then, and when the connection closed without a reply. */
	statusCode: number | null;
	/** When the task was done, if the reply to this status call told that it is. */
	doneAtMs: number | null;
}

export interface Sandbox {
	url: string;
	/** Every request that came in, in order. */
	requests: SeenRequest[];
	/** The status calls about one task. */
	checksOf(taskId: string): SeenRequest[];
	/** Resolves when this many requests have come in. */
	untilSeen(count: number): Promise<void>;
	close(): Promise<void>;
}

/** A small real gateway on 127.0.0.1: submit, status, models, and the video's file. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, speed = 1, seconds = 90, latencyMs = 0 } = options;
	const { callsPerSecond = null, stateFile = null, now = () => Date.now() } = options;
	const { relay = 'gateway' } = options;
	const tasks = await TaskStore.open(stateFile, now);
	const requests: SeenRequest[] = [];
	const seenAs = new WeakMap<Request, SeenRequest>();
	/** The status calls that were not refused, of the last second. */
	let acceptedAtMs: number[] = [];
	const arrivals = new EventEmitter();
	const app = express();
	app.disable('x-powered-by').disable('etag');

	// before the record, so that whoever reads it is not in it
	app
		.route('/sandbox/requests')
		.get((_req, res) => res.json(requests))
		.delete((_req, res) => {
			requests.length = 0;
			return res.status(204).end();
		});

	app.use((req, res, next) => {
		const seen: SeenRequest = {
			method: req.method,
			path: req.path,
			taskId: readTaskAddress(req.method, req.path)?.taskId ?? null,
			host: req.headers.host ?? '',
			authorization: req.headers.authorization ?? null,
			atMs: now(),
			repliedAtMs: null,
			statusCode: null,
			doneAtMs: null,
		};
		res.once('close', () => {
			seen.repliedAtMs = now();
			seen.statusCode = res.headersSent ? res.statusCode : null;
		});
		requests.push(seen);
		seenAs.set(req, seen);
		arrivals.emit('request');
		next();
	});

	app.use(async (req, res, next) => {
		const address = readTaskAddress(req.method, req.path);
		if (address === null) return next();
		if (!isRouted(relay, address)) {
			return relay === 'newer' ? ODD_REPLIES['web-page']?.(req, res) : next();
		}
		if (address.taskId !== null) return await tell(address, address.taskId, req, res);
		return readBody(req, res, (error?: unknown) =>
			error === undefined ? void submit(address, req, res).catch(next) : next(error),
		);
	});

	async function submit({ kindPath }: TaskAddress, req: Request, res: Response) {
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		// the relay cannot read a number there, and then uses what it has not read
		if (typeof req.body?.duration === 'number') return ODD_REPLIES.panic?.(req, res);
		const named = /\[([\w.-]+)\]/.exec(String(req.body?.prompt ?? ''))?.[1] ?? 'success';
		const scenario = readScenario(named);
		if (scenario === null) {
			return res.status(400).json({ code: 1201, message: `the sandbox knows no "${named}"` });
		}
		const taskId = await tasks.submit(scenario, kindPath);
		return res.json(
			scenario.story === 'documented'
				? { code: 0, message: 'SUCCEED', data: { task_id: taskId, task_status: 'submitted' } }
				: {
						id: taskId,
						task_id: taskId,
						object: 'video',
						model: req.body?.model ?? 'kling-v1-6',
						status: '',
						progress: 0,
						created_at: Math.floor(now() / 1000),
					},
		);
	}

	async function tell({ kindPath }: TaskAddress, taskId: string, req: Request, res: Response) {
		if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		if (bearer(req) === RESTRICTED_TOKEN) return ODD_REPLIES.restricted?.(req, res);
		if (isTooMany()) return ODD_REPLIES['rate-limit']?.(req, res);

		const task = tasks.get(taskId) ?? (await taskNamedBy(taskId, kindPath));
		if (task === null) return ODD_REPLIES.unknown?.(req, res);
		return await tellOf(taskId, task, req, res);
	}

	app.get('/v1/models', (req, res) => {
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		return res.json({
			success: true,
			object: 'list',
			data: [{ id: 'kling-v1-6', object: 'model', owned_by: 'kling' }],
		});
	});

	app.get('/videos/:file', async (req, res) => {
		const taskId = req.params.file.replace(/\.mp4$/, '');
		// the second and third video of a task have its id and a number
		const task = tasks.get(taskId) ?? tasks.get(taskId.replace(/-\d$/, ''));
		if (task === undefined) return sendVideo(null, req, res);
		const { video, oddWhen } = task.scenario;
		const sent = isOdd(oddWhen, ++task.downloads) ? video : null;
		await tasks.save();
		return sendVideo(sent, req, res);
	});
	app.get('/images/:file', sendImage);
	app.get('/audio/:file', sendAudio);
	app.get('/elsewhere/video.mp4', (req, res) => sendVideo(null, req, res));

	// what a wrong base URL leads to
	app.get(['/', '/console{/*path}'], (req, res) => ODD_REPLIES['web-page']?.(req, res));
	app.get('/limited{/*path}', (req, res) => ODD_REPLIES['rate-limit']?.(req, res));
	app.get('/moved{/*path}', (req, res) => ODD_REPLIES.redirect?.(req, res));
	app.get('/elsewhere{/*path}', (_req, res) => res.json({ object: 'list', data: [] }));
	app.use((req, res) => ODD_REPLIES['not-found']?.(req, res));

	/** A task id that names a scenario begins when it is first checked. */
	async function taskNamedBy(taskId: string, kindPath: string): Promise<SandboxTask | null> {
		const scenario = readScenario(taskId);
		return scenario === null ? null : await tasks.add(taskId, scenario, kindPath);
	}

	function isTooMany(): boolean {
		if (callsPerSecond === null) return false;
		const nowMs = now();
		acceptedAtMs = acceptedAtMs.filter((atMs) => nowMs - atMs < 1000);
		if (acceptedAtMs.length >= callsPerSecond) return true;
		acceptedAtMs.push(nowMs);
		return false;
	}

	async function tellOf(taskId: string, task: SandboxTask, req: Request, res: Response) {
		const { scenario } = task;
		task.checks++;
		if (scenario.odd !== null && isOdd(scenario.oddWhen, task.checks)) {
			await tasks.save();
			return await ODD_REPLIES[scenario.odd]?.(req, res);
		}
		const takesMs = ((scenario.seconds ?? seconds) * 1000) / speed;
		const share = takesMs > 0 ? (now() - task.createdAtMs) / takesMs : 1;
		const { checksSinceDone } = task;
		if (share >= 1) task.checksSinceDone++;
		await tasks.save();
		const seen = seenAs.get(req);
		// who has gone is told nothing
		if (share >= 1 && seen?.repliedAtMs === null && scenario.story !== 'never') {
			seen.doneAtMs = task.createdAtMs + takesMs;
		}
		return res.json(
			STORIES[scenario.story]?.({
				taskId,
				action: findAction(task.kindPath),
				share,
				submittedAtS: Math.floor(task.createdAtMs / 1000),
				finishedAtS: Math.ceil((task.createdAtMs + takesMs) / 1000),
				videoUrl: `${url}/videos/${encodeURIComponent(taskId)}.mp4`,
				filesUrl: url,
				checksSinceDone,
			}),
		);
	}

	const server = createServer(app);
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${portOf(server)}`;

	return {
		url,
		requests,
		checksOf: (taskId) => requests.filter((request) => request.taskId === taskId),
		untilSeen: async (count) => {
			while (requests.length < count) await once(arrivals, 'request');
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await tasks.untilSaved();
		},
	};
}

function portOf(server: Server): number {
	const address: AddressInfo | string | null = server.address();
	return typeof address === 'object' && address !== null ? address.port : 0;
}

function bearer(req: Request): string {
	return /^Bearer (.*)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
}

function isAccepted(req: Request): boolean {
	return [SANDBOX_TOKEN, RESTRICTED_TOKEN].includes(bearer(req));
}
