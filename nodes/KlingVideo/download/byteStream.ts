import { monotonicNowMs } from '../limits/monotonicClock';
import type { Timer } from '../limits/timerQueue';
import type { NodeContext } from '../nodeContext';
import { isJsonObject } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';

/** Bytes as they arrive, which n8n stores as they come. */
export type ByteStream = Exclude<
	Parameters<NodeContext['helpers']['prepareBinaryData']>[0],
	Uint8Array
>;

export function isByteStream(value: unknown): value is ByteStream {
	return isJsonObject(value) && typeof value.pipe === 'function' && !(value instanceof Uint8Array);
}

/** Reads how the body begins, and leaves it there. Empty if there is no body. */
export async function readFirstBytes(body: ByteStream): Promise<Uint8Array> {
	return await new Promise((resolve, reject) => {
		body.once('error', reject);
		body.once('close', () => resolve(new Uint8Array()));
		body.once('readable', () => {
			const chunk: unknown = body.read();
			if (chunk instanceof Uint8Array) body.unshift(chunk);
			resolve(chunk instanceof Uint8Array ? chunk : new Uint8Array());
		});
	});
}

/** Ends a request and its body when nothing arrives for a while, or when the run ends. */
export class IdleTimeout {
	hasExpired = false;

	private body: ByteStream | null = null;

	private lastByteMs = monotonicNowMs();

	private timer: Timer | null = null;

	private readonly abort = new AbortController();

	constructor(
		private readonly run: NodeRun,
		private readonly idleMs: number,
	) {
		this.setTimer();
	}

	/** For the request, before and while its body arrives. */
	get signal(): AbortSignal {
		return this.abort.signal;
	}

	watch(body: ByteStream): void {
		this.body = body;
		// a listener for its data would start it before n8n reads it
		const push = body.push.bind(body);
		body.push = (...chunk) => {
			this.lastByteMs = monotonicNowMs();
			return push(...chunk);
		};
		// an error while nothing reads it would end n8n's process
		body.on('error', () => {});
	}

	end(): void {
		if (this.timer !== null) this.run.timers.cancel(this.timer);
		this.abort.abort();
		// with an error: n8n's readers wait for ever for a body that is closed without one
		this.body?.destroy(new Error('The download was ended'));
	}

	private setTimer(): void {
		this.timer = this.run.timers.schedule(this.lastByteMs + this.idleMs - monotonicNowMs(), () => {
			this.hasExpired = !this.run.hasEnded() && monotonicNowMs() >= this.lastByteMs + this.idleMs;
			if (this.hasExpired || this.run.hasEnded()) this.end();
			else this.setTimer();
		});
	}
}
