/** What a transfer may take. */
export interface TransferLimits {
	/** How long nothing may arrive. */
	idleMs: number;
	maxMs: number;
	maxBytes: number;
}

/** Why a transfer is to be ended. */
export type TransferFault = 'silent' | 'tooSlow' | 'tooLong' | 'tooLarge';

/** A host that sends less than this in five minutes sends just enough not to be silent. */
export const MIN_KILOBYTES_PER_WINDOW = 300;
export const WINDOW_MINUTES = 5;

const MIN_BYTES_PER_WINDOW = MIN_KILOBYTES_PER_WINDOW * 1000;
const WINDOW_MS = WINDOW_MINUTES * 60_000;

/** Measures a transfer against its limits. Pure: all times come from outside, by any clock. */
export class TransferMeter {
	/** All bytes that have arrived. */
	bytes = 0;

	private lastByteMs: number;

	private windowStartMs: number;

	private windowBytes = 0;

	private readonly windowMs: number;

	constructor(
		private readonly limits: TransferLimits,
		private readonly startedAtMs: number,
	) {
		this.lastByteMs = startedAtMs;
		this.windowStartMs = startedAtMs;
		// who allows a longer silence allows a slower pace
		this.windowMs = Math.max(WINDOW_MS, limits.idleMs);
	}

	addBytes(count: number, nowMs: number): void {
		this.bytes += count;
		this.windowBytes += count;
		this.lastByteMs = nowMs;
	}

	/** @returns null as long as the transfer keeps its limits */
	findFault(nowMs: number): TransferFault | null {
		if (this.bytes > this.limits.maxBytes) return 'tooLarge';
		if (nowMs >= this.startedAtMs + this.limits.maxMs) return 'tooLong';
		if (nowMs >= this.lastByteMs + this.limits.idleMs) return 'silent';
		if (nowMs >= this.windowStartMs + this.windowMs) {
			if (this.windowBytes < MIN_BYTES_PER_WINDOW) return 'tooSlow';
			this.windowStartMs = nowMs;
			this.windowBytes = 0;
		}
		return null;
	}

	/** @returns when the next fault can be found if nothing arrives until then */
	getNextCheckMs(): number {
		return Math.min(
			this.startedAtMs + this.limits.maxMs,
			this.lastByteMs + this.limits.idleMs,
			this.windowStartMs + this.windowMs,
		);
	}
}
