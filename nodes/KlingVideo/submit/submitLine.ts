import type { NotCreated, SubmitResult } from '../gateway/submitResult';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { Timer, TimerQueue } from '../limits/timerQueue';

/** What the user allows. */
export interface SubmitLimits {
	/** How many tasks of this run may be unfinished at once; null for as many as the gateway takes. */
	maxTasksAtOnce: number | null;
	/** How long the first in the line waits while no place gets free. */
	maxQueueMs: number;
	/** How many connections in a row may not be made. */
	maxFailedConnections: number;
}

/** What the line does when no more tasks may be created now. */
export type WhenFull =
	| 'wait'
	/** A later round of a suspended execution goes on. */
	| 'end';

/** How a submit ends that was never taken. */
export type LineResult =
	| Exclude<SubmitResult, { kind: 'notCreated' }>
	| { kind: 'noPlaceInTime' | 'notConnected'; cause: string }
	/** Nothing was created. Null where the user's own limit is reached, or one before it was not taken. */
	| { kind: 'noPlaceYet'; notCreated: Pick<NotCreated, 'reason' | 'cause'> | null }
	/** The run was ended: nothing was sent, or it does not matter any more. */
	| { kind: 'stopped' };

/** Submit calls on their way: more only with many places, so that few are refused when those are full. */
const MAX_CALLS_IN_FLIGHT = 10;
const ACCEPTED_FOR_ONE_MORE_CALL = 4;

/** Kling may count a task for a moment after the gateway has told its end; others may hold all places. */
const FIRST_PAUSE_MS = 2000;
/** While tasks of this run hold the places, the end of one of them is the sign to go on. */
const FIRST_PROBE_MS = 15_000;
const MAX_PAUSE_MS = 60_000;

/** After so many that were accepted, one task more is tried. */
const ACCEPTED_FOR_ONE_MORE_PLACE = 40;

const FIRST_CONNECTION_PAUSE_MS = 1000;
const MAX_CONNECTION_PAUSE_MS = 15_000;

interface QueuedSubmit {
	place: number;
	send(): Promise<SubmitResult | null>;
	end(result: LineResult): void;
	fail(error: unknown): void;
}

/**
 * The line in which the submit calls of one node run wait for a place.
 *
 * Kling takes so many unfinished tasks of an account and refuses more; how many, nobody says. So the
 * first refusal tells: as many as this run has then unfinished. From then on a submit is sent when one
 * of them has ended. A pause that grows finds places which get free elsewhere. Calls are begun in the
 * order of the items, and a refused one stays first.
 */
export class SubmitLine {
	private readonly queue: QueuedSubmit[] = [];

	private inFlight = 0;

	/** Tasks of this run that are unfinished, as far as is known. */
	private unfinished = 0;

	/** How many there seem to be places for. */
	private maxUnfinished = Number.POSITIVE_INFINITY;

	private accepted = 0;

	private acceptedSinceRefusal = 0;

	private refusalsInARow = 0;

	/** Since there were as many tasks as there seem to be places. */
	private refusalsBelowMax = 0;

	private failedConnections = 0;

	/** Nothing is sent until then. */
	private pausedUntilMs = 0;

	/** Whether one was not taken by a line that does not wait. */
	private isFull = false;

	/** From then on, one task more is tried than there seem to be places. */
	private probeAtMs = Number.POSITIVE_INFINITY;

	private pause: Timer | null = null;

	/** Since when no place got free; null while the line moves. */
	private blockedSinceMs: number | null = null;

	private nextPlace = 0;

	constructor(
		readonly limits: SubmitLimits,
		private readonly timers: TimerQueue,
		private readonly hasEnded: () => boolean,
		private readonly whenFull: WhenFull = 'wait',
	) {}

	/**
	 * Sends a submit call as soon as there is a place for its task, and again only after a reply by which
	 * no task was created. Whoever gets a task from it has to call `release` when that has ended.
	 *
	 * @param send gives null if the run has ended before
	 * @throws what `send` throws
	 */
	async submit(send: () => Promise<SubmitResult | null>): Promise<LineResult> {
		return await new Promise((end, fail) => {
			this.queue.push({ place: this.nextPlace++, send, end, fail });
			this.startNext();
		});
	}

	/** Takes a place without a submit call: the task was created before. */
	occupy(): void {
		this.unfinished++;
	}

	/** Gives the place of a task back that has ended, or is waited for no longer. */
	release(): void {
		this.unfinished--;
		this.resume();
	}

	private resume(): void {
		this.blockedSinceMs = null;
		this.pausedUntilMs = 0;
		this.startNext();
	}

	private startNext(): void {
		if (this.hasEnded()) {
			this.endQueued({ kind: 'stopped' });
			return;
		}
		const nowMs = monotonicNowMs();
		while (this.queue.length > 0 && this.isFree(nowMs)) {
			const next = this.queue.shift();
			if (next !== undefined) void this.start(next);
		}
		if (this.whenFull === 'wait') this.setPause(nowMs);
		else if (this.inFlight === 0) this.endQueued({ kind: 'noPlaceYet', notCreated: null });
	}

	private endQueued(result: LineResult): void {
		for (const { end } of this.queue.splice(0)) end(result);
	}

	private isFree(nowMs: number): boolean {
		const maxInFlight = Math.min(
			1 + Math.floor(this.accepted / ACCEPTED_FOR_ONE_MORE_CALL),
			MAX_CALLS_IN_FLIGHT,
		);
		if (this.isFull || nowMs < this.pausedUntilMs || this.inFlight >= maxInFlight) return false;
		const taken = this.unfinished + this.inFlight;
		const isProbe = nowMs >= this.probeAtMs && this.inFlight === 0;
		const { maxTasksAtOnce } = this.limits;
		return (
			(maxTasksAtOnce === null || taken < maxTasksAtOnce) && (taken < this.maxUnfinished || isProbe)
		);
	}

	/** One timer for the end of the pause. */
	private setPause(nowMs: number): void {
		if (this.pause !== null) this.timers.cancel(this.pause);
		this.pause = null;
		if (this.queue.length === 0) return;
		// without a pause, the end of a call or of a task goes on with the line; "Stop" ends it
		const nextMs = nowMs < this.pausedUntilMs ? this.pausedUntilMs : this.probeAtMs;
		const delayMs = nextMs > nowMs ? Math.min(nextMs - nowMs, MAX_PAUSE_MS) : MAX_PAUSE_MS;
		this.pause = this.timers.schedule(delayMs, () => this.startNext());
	}

	private async start(submit: QueuedSubmit): Promise<void> {
		this.inFlight++;
		try {
			this.take(submit, await submit.send());
		} catch (error) {
			submit.fail(error);
		} finally {
			this.inFlight--;
			this.startNext();
		}
	}

	private take(submit: QueuedSubmit, result: SubmitResult | null): void {
		if (result === null) {
			submit.end({ kind: 'stopped' });
			return;
		}
		if (result.kind !== 'notCreated') {
			this.failedConnections = 0;
			if (result.kind === 'created') this.recordAccepted();
			submit.end(result);
			return;
		}
		if (this.whenFull === 'end') {
			this.isFull = true;
			submit.end({ kind: 'noPlaceYet', notCreated: result });
			return;
		}
		const ended =
			result.reason === 'noFreePlace'
				? this.recordRefusal(result.retryAfterMs)
				: this.recordFailedConnection();
		if (ended !== null) {
			submit.end({ kind: ended, cause: result.cause });
			return;
		}
		const index = this.queue.findIndex(({ place }) => place > submit.place);
		this.queue.splice(index === -1 ? this.queue.length : index, 0, submit);
	}

	private recordAccepted(): void {
		this.unfinished++;
		this.accepted++;
		this.refusalsInARow = 0;
		this.blockedSinceMs = null;
		this.pausedUntilMs = 0;
		this.probeAtMs = Number.POSITIVE_INFINITY;
		const foundMore = this.unfinished > this.maxUnfinished;
		if (this.unfinished >= this.maxUnfinished) {
			this.maxUnfinished = this.unfinished;
			this.refusalsBelowMax = 0;
		}
		if (foundMore || ++this.acceptedSinceRefusal >= ACCEPTED_FOR_ONE_MORE_PLACE) {
			this.acceptedSinceRefusal = 0;
			this.probeAtMs = monotonicNowMs();
		}
	}

	/** @returns how the submit ends, if it has waited long enough */
	private recordRefusal(retryAfterMs: number | null): 'noPlaceInTime' | null {
		const nowMs = monotonicNowMs();
		this.failedConnections = 0;
		this.acceptedSinceRefusal = 0;
		this.refusalsInARow++;
		const pauseMs = (firstMs: number) =>
			Math.min(firstMs * 2 ** (this.refusalsInARow - 1), MAX_PAUSE_MS);
		const seemedFree = this.unfinished < this.maxUnfinished && Number.isFinite(this.maxUnfinished);
		// where there seemed to be a place, a single refusal may pass
		if (!seemedFree || ++this.refusalsBelowMax > 1) {
			this.maxUnfinished = Math.max(this.unfinished, 1);
			this.refusalsBelowMax = 0;
		}
		const ownTasksHoldPlaces = !seemedFree && this.unfinished > 0;
		if (!ownTasksHoldPlaces) this.pausedUntilMs = nowMs + pauseMs(FIRST_PAUSE_MS);
		if (retryAfterMs !== null)
			this.pausedUntilMs = Math.max(this.pausedUntilMs, nowMs + retryAfterMs);
		this.probeAtMs = nowMs + pauseMs(FIRST_PROBE_MS);
		this.blockedSinceMs ??= nowMs;
		return nowMs - this.blockedSinceMs >= this.limits.maxQueueMs ? 'noPlaceInTime' : null;
	}

	/** @returns how the submit ends, if too many could not be made */
	private recordFailedConnection(): 'notConnected' | null {
		const count = ++this.failedConnections;
		const pauseMs = Math.min(FIRST_CONNECTION_PAUSE_MS * 2 ** (count - 1), MAX_CONNECTION_PAUSE_MS);
		this.pausedUntilMs = monotonicNowMs() + pauseMs;
		return count > this.limits.maxFailedConnections ? 'notConnected' : null;
	}
}
