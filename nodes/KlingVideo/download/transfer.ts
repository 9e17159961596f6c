import { monotonicNowMs } from '../limits/monotonicClock';
import type { Timer } from '../limits/timerQueue';
import type { NodeRun } from '../run/nodeRun';
import type { ByteStream } from './byteStream';
import { TransferMeter, type TransferFault, type TransferLimits } from './transferMeter';

/** Ends a request and its body when they break a limit, or when the run ends. */
export class Transfer {
	private readonly meter: TransferMeter;

	private readonly abort = new AbortController();

	/** Whether the whole body has arrived: what follows is n8n's own time for storing it. */
	isComplete = false;

	private body: ByteStream | null = null;

	private timer: Timer | null = null;

	private fault: TransferFault | null = null;

	constructor(
		private readonly run: NodeRun,
		limits: TransferLimits,
	) {
		this.meter = new TransferMeter(limits, monotonicNowMs());
		this.setTimer();
	}

	/** For the request, before and while its body arrives. */
	get signal(): AbortSignal {
		return this.abort.signal;
	}

	/** How much of the file has arrived; more than was sent if its host packed it. */
	get receivedBytes(): number {
		return this.meter.bytes;
	}

	/** Why it was ended before its time; null if it was not. */
	getFault(): TransferFault | null {
		return this.fault;
	}

	watch(body: ByteStream): void {
		this.body = body;
		this.meter.addBytes(body.readableLength, monotonicNowMs());
		// a listener for its data would start it before n8n reads it
		const push = body.push.bind(body);
		body.push = (...chunk) => {
			const [bytes] = chunk;
			if (bytes instanceof Uint8Array) this.meter.addBytes(bytes.length, monotonicNowMs());
			if (bytes === null) this.isComplete = true;
			const wantsMore = push(...chunk);
			this.check();
			return wantsMore;
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

	private check(): void {
		if (this.isComplete || this.run.hasEnded() || this.abort.signal.aborted) return;
		this.fault = this.meter.findFault(monotonicNowMs());
		if (this.fault !== null) this.end();
	}

	private setTimer(): void {
		this.timer = this.run.timers.schedule(this.meter.getNextCheckMs() - monotonicNowMs(), () => {
			this.check();
			if (this.run.hasEnded()) this.end();
			else if (this.fault === null && !this.isComplete) this.setTimer();
		});
	}
}
