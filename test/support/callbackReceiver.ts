/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface HeardCallback {
	method: string;
	/** With its query. */
	path: string;
	headers: IncomingMessage['headers'];
	text: string;
}

/** A server that hears callbacks. */
export class CallbackReceiver {
	/** In the order in which they had come whole. */
	readonly heard: HeardCallback[] = [];
	/** How each is answered; 200 at first. */
	answer: (req: IncomingMessage, res: ServerResponse) => unknown = (_req, res) => res.end();
	private readonly arrivals = new EventEmitter();

	private constructor(private readonly server: Server) {
		server.on('request', (req, res) => void this.hear(req, res));
	}

	static async start(): Promise<CallbackReceiver> {
		const server = createServer();
		const receiver = new CallbackReceiver(server);
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return receiver;
	}

	get url(): string {
		const address = this.server.address();
		if (typeof address !== 'object' || address === null) throw new Error('It has ended');
		return `http://127.0.0.1:${address.port}`;
	}

	/** The bodies of all that it heard. */
	get bodies(): unknown[] {
		return this.heard.map((callback): unknown => JSON.parse(callback.text));
	}

	/** Resolves when this many have come. */
	async untilHeard(count: number): Promise<void> {
		while (this.heard.length < count) await once(this.arrivals, 'callback');
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async hear(req: IncomingMessage, res: ServerResponse): Promise<void> {
		const { method = '', url: path = '', headers } = req;
		this.heard.push({ method, path, headers, text: await text(req) });
		this.arrivals.emit('callback');
		this.answer(req, res);
	}
}
