/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import axios from 'axios';
import { at } from './client';

/** What becomes of a submit call on its way through. */
export type Fate =
	| 'passes'
	/** The gateway never gets it. */
	| 'resetInBody'
	/** Answered by the front itself: HTTP status 429, and the same with a Retry-After of a second. */
	| 'tooMany'
	| 'tooManyForASecond'
	/** As above, by 401. */
	| 'refused'
	/** The gateway has answered, and nothing of that arrives, or half of it. */
	| 'cutBeforeReply'
	| 'cutInReply';

export interface PassedSubmit {
	prompt: unknown;
	externalTaskId: unknown;
	fate: Fate;
	/** Of the reply that went out whole; null if none did. */
	statusCode: number | null;
	/** By such a reply. */
	taskId: unknown;
}

export interface FrontPlan {
	/** Of each submit call, by the order in which they come; those beyond pass. */
	fates: Fate[];
	/** The connections that are reset before anything of the request is read, counted from 0. */
	resetConnections: ReadonlySet<number>;
}

const CALM: FrontPlan = { fates: [], resetConnections: new Set() };

/** HTTP between the node and the sandbox, which breaks where a plan says so, and records what arrives. */
export class UnreliableFront {
	readonly submits: PassedSubmit[] = [];

	/** Connections that were reset before the request was read, and submit calls whose body was not. */
	unread = 0;

	private begun = 0;

	private connections = 0;

	private server: Server | null = null;

	private port = 0;

	/**
	 * @param target URL of the gateway
	 */
	constructor(
		private readonly target: string,
		private plan: FrontPlan = CALM,
	) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Submit calls that have come in, whatever became of them. */
	get count(): number {
		return this.begun;
	}

	/** From now on. */
	follow(plan: FrontPlan): void {
		this.plan = plan;
		this.begun = 0;
		this.connections = 0;
	}

	/** Listens where it did before, if it has. */
	async open(): Promise<void> {
		const server = createServer((req, res) => {
			// whoever goes away is not to be answered
			this.answer(req, res).catch(() => req.socket.destroy());
		});
		server.on('connection', (socket) => {
			if (!this.plan.resetConnections.has(this.connections++)) return;
			this.unread++;
			socket.resetAndDestroy();
		});
		server.listen(this.port, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		if (typeof address !== 'object' || address === null) throw new Error('It has no port');
		this.port = address.port;
		this.server = server;
	}

	/** Cuts all connections; from then on they are refused. */
	async close(): Promise<void> {
		const { server } = this;
		if (server === null) return;
		this.server = null;
		const closed = once(server, 'close');
		server.close();
		server.closeAllConnections();
		await closed;
	}

	private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
		const isSubmit = req.method === 'POST';
		const fate = (isSubmit && this.plan.fates[this.begun++]) || 'passes';
		if (fate === 'resetInBody') {
			await once(req, 'data');
			this.unread++;
			req.socket.resetAndDestroy();
			return;
		}
		const body = await buffer(req);
		const submit = isSubmit ? readSubmit(body, fate) : null;
		if (submit !== null) this.submits.push(submit);
		const own = { tooMany: 429, tooManyForASecond: 429, refused: 401 };
		if (fate === 'tooMany' || fate === 'tooManyForASecond' || fate === 'refused') {
			if (fate === 'tooManyForASecond') res.setHeader('Retry-After', '1');
			res.writeHead(own[fate]).end();
			return;
		}
		const reply = await axios.request<Buffer>({
			url: `${this.target}${req.url ?? ''}`,
			method: req.method ?? 'GET',
			headers: {
				'content-type': req.headers['content-type'],
				authorization: req.headers.authorization,
			},
			...(isSubmit && { data: body }),
			responseType: 'arraybuffer',
			decompress: false,
			maxRedirects: 0,
			validateStatus: () => true,
			proxy: false,
		});
		if (fate === 'cutBeforeReply') {
			req.socket.resetAndDestroy();
			return;
		}
		for (const name of ['content-type', 'content-encoding', 'location', 'retry-after']) {
			const value: unknown = reply.headers[name];
			if (typeof value === 'string') res.setHeader(name, value);
		}
		res.writeHead(reply.status, { 'content-length': reply.data.length });
		if (fate === 'cutInReply') {
			res.write(reply.data.subarray(0, reply.data.length / 2), () => req.socket.destroy());
			return;
		}
		res.end(reply.data, () => {
			if (submit === null) return;
			submit.statusCode = reply.status;
			submit.taskId = reply.status === 200 ? readTaskId(reply.data) : null;
		});
	}
}

function readSubmit(body: Buffer, fate: Fate): PassedSubmit {
	const sent: unknown = JSON.parse(body.toString());
	return {
		prompt: at(sent, 'prompt'),
		externalTaskId: at(sent, 'external_task_id'),
		fate,
		statusCode: null,
		taskId: null,
	};
}

function readTaskId(reply: Buffer): unknown {
	try {
		return at(JSON.parse(reply.toString()), 'task_id') ?? null;
	} catch {
		return null;
	}
}
