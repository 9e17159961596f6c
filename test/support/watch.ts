/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { ClientRequest, type IncomingMessage } from 'node:http';
import { runInThisContext } from 'node:vm';
import { onLog } from '../../engine/n8nEngine';

/** The real one: what jest calls `process` is a copy, on which nothing is ever emitted. */
export function realProcess(): EventEmitter {
	const real: unknown = runInThisContext('process');
	if (!(real instanceof EventEmitter)) throw new Error('There is no process');
	return real;
}

/** Hears what Node.js warns of, such as more listeners than there should be. */
export function hearWarnings(): { warnings: string[]; stop(): void } {
	const warnings: string[] = [];
	const hear = (warning: unknown) => warnings.push(String(warning));
	realProcess().on('warning', hear);
	return { warnings, stop: () => realProcess().off('warning', hear) };
}

/** What the node wrote to n8n's log about its checks. */
export class Log {
	readonly lines: string[] = [];

	private readonly written = new EventEmitter();

	readonly stop = onLog(({ message }) => {
		this.lines.push(message);
		this.written.emit('line');
	});

	count(words: string): number {
		return this.lines.filter((line) => line.includes(words)).length;
	}

	/** Resolves when these words have been written so many times. */
	async untilCount(count: number, words: string): Promise<void> {
		while (this.count(words) < count) await once(this.written, 'line');
	}

	/** Resolves when each of these lines has been written. */
	async untilEach(lines: string[]): Promise<void> {
		const missing = new Set(lines);
		for (let seen = 0; missing.size > 0; await once(this.written, 'line')) {
			for (const line of this.lines.slice(seen)) missing.delete(line);
			seen = this.lines.length;
			if (missing.size === 0) return;
		}
	}
}

const REQUEST_STARTS = 'http.client.request.start';

/**
 * Counts HTTP calls where they are made. The gateway learns of them, and of their being given up, a
 * moment late.
 */
export class ClientCalls {
	/** The paths that were asked for, in order. */
	readonly paths: string[] = [];

	/** The most that were under way at any moment. */
	mostInFlight = 0;

	private readonly replies = new Map<ClientRequest, IncomingMessage | null>();

	constructor() {
		subscribe(REQUEST_STARTS, this.starts);
	}

	stop(): void {
		unsubscribe(REQUEST_STARTS, this.starts);
	}

	private readonly starts = (message: unknown) => {
		if (typeof message !== 'object' || message === null || !('request' in message)) return;
		const { request } = message;
		if (!(request instanceof ClientRequest)) return;
		this.paths.push(request.path);
		this.replies.set(request, null);
		request.once('response', (reply) => this.replies.set(request, reply));
		request.once('error', () => this.replies.delete(request));

		for (const [call, reply] of this.replies) {
			const isOver = call.destroyed || reply?.complete === true || reply?.destroyed === true;
			if (isOver) this.replies.delete(call);
		}
		this.mostInFlight = Math.max(this.mostInFlight, this.replies.size);
	};
}
