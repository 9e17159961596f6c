import type { Meaning } from '../gateway/meaning';
import type { Alarm, Alarms } from './alarms';

/** More in flight at once gain nothing, and a thousand would take n8n's and the gateway's sockets. */
const MOST_CALLS_IN_FLIGHT = 25;

/** Calls are not put off by more than this for the sake of spreading them. */
const MOST_SPACING_MS = 100;

/** When the gateway asks for fewer calls and does not say for how long; doubles while it does so. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** What is tried after a refusal, as a share of what the gateway bore before it. */
const SLOW_DOWN_TO = 0.75;
const SLOWEST_CALLS_PER_SECOND = 1;

/** What is tried after a second of good replies, as a share more than before; one call at least. */
const SPEED_UP_A_SECOND = 0.05;

/** Timers are late at times: so much is caught up with. */
const CATCH_UP_MS = 50;

const SECOND_MS = 1000;

/** When a call may be made. */
export interface Turn {
	/** The calls about all tasks are spread over this time; 0 for one that must not be put off. */
	spreadOverMs: number;
	/** After this time the call is made even if the gateway has asked for a pause. */
	patienceMs: number;
	/** After this time, from when the turn is asked for, the call is of no use any more. */
	limitMs: number;
}

interface Waiting {
	spacingMs: number;
	lastMomentMs: number;
	admit(): void;
}

/**
 * The status calls of one run: at most 25 in flight, spread over time, and as many a second as the
 * gateway bears.
 *
 * A gateway that asks for fewer calls (HTTP 429, Retry-After) is left alone for a while by all; then
 * calls come back more slowly than it bore them before, and faster with each good reply: the way
 * TCP finds the pace of a network.
 */
export class Pace {
	private readonly line = new Set<Waiting>();

	private inFlight = 0;

	private nextCallMs = 0;

	private pausedUntilMs = 0;

	private callsPerSecond = Number.POSITIVE_INFINITY;

	private slowedDownAtMs = Number.NEGATIVE_INFINITY;

	private refusalsInARow = 0;

	private nextTurn: Alarm | null = null;

	private firstReplyMs: number | null = null;

	private goodReplies = 0;

	constructor(private readonly alarms: Alarms) {}

	/**
	 * Makes a call when its turn has come.
	 *
	 * @param tasks how many are being watched
	 * @returns trouble when its turn did not come in time, or all alarms rang before
	 */
	async call(turn: Turn, tasks: number, send: () => Promise<Meaning>): Promise<Meaning> {
		if (!(await this.admitted(turn, tasks))) {
			const cause = 'too many tasks were being checked at once';
			return { kind: 'trouble', cause, slowDownMs: null };
		}
		const startedAtMs = Date.now();
		try {
			const meaning = await send();
			this.hear(meaning, startedAtMs);
			return meaning;
		} finally {
			this.inFlight--;
			this.admit();
		}
	}

	private async admitted(turn: Turn, tasks: number): Promise<boolean> {
		return await new Promise((resolve) => {
			const nowMs = Date.now();
			const limit = this.alarms.set(nowMs + turn.limitMs, () => {
				this.line.delete(waiting);
				resolve(false);
			});
			const waiting: Waiting = {
				spacingMs: Math.min(turn.spreadOverMs / tasks, MOST_SPACING_MS),
				lastMomentMs: nowMs + turn.patienceMs,
				admit: () => {
					this.alarms.clear(limit);
					this.line.delete(waiting);
					resolve(true);
				},
			};
			this.line.add(waiting);
			this.admit();
		});
	}

	/** Admits those whose turn has come, and sees to it that it is called again for the next. */
	private admit(): void {
		while (this.inFlight < MOST_CALLS_IN_FLIGHT) {
			const nowMs = Date.now();
			const next = this.nextInLine(nowMs);
			if (next === null) return;
			const turnMs = Math.max(this.nextCallMs, Math.min(this.pausedUntilMs, next.lastMomentMs));
			if (turnMs > nowMs) return this.comeBackAt(turnMs);

			const spacingMs = Math.max(next.spacingMs, SECOND_MS / this.callsPerSecond);
			const isLate = nowMs - this.nextCallMs <= CATCH_UP_MS;
			this.nextCallMs = (isLate ? this.nextCallMs : nowMs) + spacingMs;
			this.inFlight++;
			next.admit();
		}
	}

	/** The first in line; during a pause, the one whose patience ends first. */
	private nextInLine(nowMs: number): Waiting | null {
		let next: Waiting | null = null;
		for (const waiting of this.line) {
			if (next === null || waiting.lastMomentMs < next.lastMomentMs) next = waiting;
			if (nowMs >= this.pausedUntilMs) break;
		}
		return next;
	}

	private comeBackAt(atMs: number): void {
		if (this.nextTurn !== null) {
			if (this.nextTurn.atMs <= atMs) return;
			this.alarms.clear(this.nextTurn);
		}
		this.nextTurn = this.alarms.set(atMs, () => {
			this.nextTurn = null;
			this.admit();
		});
	}

	/** Learns from a reply what the gateway bears. */
	private hear(meaning: Meaning, startedAtMs: number): void {
		this.firstReplyMs ??= Date.now();
		if (meaning.kind !== 'trouble') {
			this.goodReplies++;
			this.refusalsInARow = 0;
			// as long as nobody waits, the gateway has not been seen to bear more
			if (this.line.size > 0) {
				this.callsPerSecond += Math.max(SPEED_UP_A_SECOND, 1 / this.callsPerSecond);
			}
		} else if (meaning.slowDownMs !== null) {
			// calls that were under way when it slowed down say nothing new
			const isNew = startedAtMs > this.slowedDownAtMs;
			const pauseMs = Math.max(isNew ? this.slowDown(this.firstReplyMs) : 0, meaning.slowDownMs);
			this.pausedUntilMs = Math.max(this.pausedUntilMs, Date.now() + pauseMs);
		}
	}

	/** @returns how long to leave the gateway alone if it does not say so itself */
	private slowDown(firstReplyMs: number): number {
		this.slowedDownAtMs = Date.now();
		const seconds = Math.max(1, (this.slowedDownAtMs - firstReplyMs) / SECOND_MS);
		// what is under way may yet go well
		const borne = Math.min(this.callsPerSecond, (this.goodReplies + this.inFlight - 1) / seconds);
		this.callsPerSecond = Math.max(borne * SLOW_DOWN_TO, SLOWEST_CALLS_PER_SECOND);
		return Math.min(FIRST_PAUSE_MS * 2 ** this.refusalsInARow++, LONGEST_PAUSE_MS);
	}
}
