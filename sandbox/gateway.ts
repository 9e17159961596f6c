/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { Callbacks, type SeenCallback } from './callbacks';
import { stringifyExact } from './exactJson';
import { ledgerOf, placesTaken, type LedgerEntry } from './ledger';
import { modelList } from './models';
import { ODD_REPLIES } from './oddReplies';
import { isOdd, readScenario } from './scenario';
import { Submits, type SeenSubmit } from './submits';
import { findAction, isRouted, readTaskAddress, type Relay, type TaskAddress } from './taskPaths';
import { STORIES, type TaskNow } from './taskReplies';
import { TaskStore, type SandboxTask } from './taskStore';
import { sendAudio, sendImage, sendVideo } from './videoHost';

export const SANDBOX_TOKEN = 'sk-example-sandbox';
export const RESTRICTED_TOKEN = 'sk-example-restricted';

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
	/**
	 * How many unfinished tasks of the account Kling takes; a submit beyond them gets a 429. A task
	 * gives its place back when it is done. Null, the default, for all.
	 */
	places?: number | null;
	/** Which paths of tasks it knows; 'gateway', the default, for those of the gateway's documents. */
	relay?: Relay;
	/** Which share of all calls back is lost, from 0, the default, to 1. */
	callbackLoss?: number;
	/** Says which of them are lost; 1 if there is no other. */
	seed?: number;
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
	/** Every submit call whose body could be read, in order. */
	submits: SeenSubmit[];
	/** Every call to the `callback_url` of a submit, in order; those that were lost as well. */
	callbacks: SeenCallback[];
	/** What was charged and paid back until now, in order; it outlives the sandbox in the state file. */
	readonly ledger: LedgerEntry[];
	/** The status calls about one task. */
	checksOf(taskId: string): SeenRequest[];
	/** Resolves when this many requests have come in. */
	untilSeen(count: number): Promise<void>;
	/** Resolves when this many calls back are over, well or not. */
	untilCalledBack(count: number): Promise<void>;
	close(): Promise<void>;
}

/** A small real gateway on 127.0.0.1: submit, status, models, and the video's file. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, speed = 1, seconds = 90, latencyMs = 0 } = options;
	const { callsPerSecond = null, stateFile = null, now = () => Date.now() } = options;
	const { relay = 'gateway', places = null, callbackLoss = 0, seed = 1 } = options;
	const tasks = await TaskStore.open(stateFile, now);
	const takesMs = ({ scenario }: SandboxTask) => ((scenario.seconds ?? seconds) * 1000) / speed;
	const endOf = (task: SandboxTask) =>
		task.scenario.story === 'never' ? Infinity : task.createdAtMs + takesMs(task);
	const callbacks = new Callbacks({
		tasks,
		now,
		speed,
		loss: { share: callbackLoss, seed },
		takesMs,
		describe,
	});
	const submits = new Submits({
		tasks,
		now,
		onTask: (taskId, task) => callbacks.add(taskId, task),
		hasPlace: () => places === null || placesTaken(tasks.all, endOf, now()) < places,
	});
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
	app
		.route('/sandbox/submits')
		.get((_req, res) => res.type('json').send(stringifyExact(submits.seen)))
		.delete((_req, res) => {
			submits.seen.length = 0;
			return res.status(204).end();
		});
	app
		.route('/sandbox/callbacks')
		.get((_req, res) => res.json(callbacks.seen))
		.delete((_req, res) => {
			callbacks.seen.length = 0;
			return res.status(204).end();
		});
	app.get('/sandbox/ledger', (_req, res) => res.json(ledgerOf(tasks.all, endOf, now())));

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
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		return await submits.answer(address.kindPath, bearer(req) === RESTRICTED_TOKEN, req, res);
	});

	async function tell({ kindPath }: TaskAddress, taskId: string, req: Request, res: Response) {
		if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		if (bearer(req) === RESTRICTED_TOKEN) return ODD_REPLIES.restricted?.(req, res);
		if (isTooMany()) return ODD_REPLIES['rate-limit']?.(req, res);

		const task = tasks.get(taskId) ?? (await taskNamedBy(taskId, kindPath));
		if (task === null || !task.isKnown) return ODD_REPLIES.unknown?.(req, res);
		return await tellOf(taskId, task, req, res);
	}

	app.get('/v1/models', (req, res) => {
		if (!isAccepted(req)) return ODD_REPLIES['bad-token']?.(req, res);
		return res.json(modelList(bearer(req) === RESTRICTED_TOKEN));
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
		return scenario === null ? null : await tasks.begin(taskId, scenario, kindPath);
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
		const doneAtMs = task.createdAtMs + takesMs(task);
		const share = takesMs(task) > 0 ? (now() - task.createdAtMs) / takesMs(task) : 1;
		const told = describe(taskId, task, share);
		if (share >= 1) task.checksSinceDone++;
		await tasks.save();
		const seen = seenAs.get(req);
		// who has gone is told nothing
		if (share >= 1 && seen?.repliedAtMs === null && scenario.story !== 'never') {
			seen.doneAtMs = doneAtMs;
		}
		return res.json(STORIES[scenario.story]?.(told));
	}

	function describe(taskId: string, task: SandboxTask, share: number): TaskNow {
		return {
			taskId,
			action: findAction(task.kindPath),
			externalTaskId: task.externalTaskId,
			share,
			submittedAtS: Math.floor(task.createdAtMs / 1000),
			finishedAtS: Math.ceil((task.createdAtMs + takesMs(task)) / 1000),
			videoUrl: `${url}/videos/${encodeURIComponent(taskId)}.mp4`,
			filesUrl: url,
			checksSinceDone: task.checksSinceDone,
		};
	}

	const server = createServer(app);
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${portOf(server)}`;
	callbacks.resume();

	return {
		url,
		requests,
		submits: submits.seen,
		callbacks: callbacks.seen,
		get ledger() {
			return ledgerOf(tasks.all, endOf, now());
		},
		checksOf: (taskId) => requests.filter((request) => request.taskId === taskId),
		untilSeen: async (count) => {
			while (requests.length < count) await once(arrivals, 'request');
		},
		untilCalledBack: async (count) => await callbacks.untilOver(count),
		close: async () => {
			await callbacks.close();
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
