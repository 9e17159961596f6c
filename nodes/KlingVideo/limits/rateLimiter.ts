import { monotonicNowMs } from './monotonicClock';
import type { Timer, TimerQueue } from './timerQueue';

/** More calls at once gain nothing, and a thousand would use up n8n's and the server's sockets. */
const MAX_CALLS_IN_FLIGHT = 25;

/** Calls are not delayed by more than this to spread them. */
const MAX_SPACING_MS = 100;

/** The first cooldown after a "too many requests" without a time; doubles while they go on. */
const FIRST_COOLDOWN_MS = 1000;
const MAX_COOLDOWN_MS = 15_000;

/** The rate after a "too many requests", as a share of the rate that went well before it. */
const DECREASE_FACTOR = 0.75;
const MIN_CALLS_PER_SECOND = 1;

/** What a second of successes adds to the rate, as a share of it; one call a second at least. */
const INCREASE_SHARE_PER_SECOND = 0.05;

/** Timers can be late by this much; the lost time is made up for. */
const MAX_CATCH_UP_MS = 50;

const SECOND_MS = 1000;

/** What a caller allows the limiter to do with its call. */
export interface CallLimits {
	/** The calls of all tasks are spread over this time; 0 for a call that must not be delayed. */
	spreadOverMs: number;
	/** After this time the call is made even during a cooldown. */
	maxPauseMs: number;
	/** After this time, counted from when it is asked for, the call is no longer wanted. */
	timeoutMs: number;
}

/** What a call's result says about the rate of calls. */
export type CallFeedback =
	| { kind: 'success' }
	/** Says nothing about the rate. */
	| { kind: 'failure' }
	/** Too many requests; `retryAfterMs` is null if the server named no time. */
	| { kind: 'rateLimited'; retryAfterMs: number | null };

interface QueuedCall {
	spacingMs: number;
	/** A cooldown delays it until then and no longer. */
	latestStartMs: number;
	start(): void;
}

/**
 * An adaptive rate limiter for the calls of one node run: at most 25 in flight, spread over time,
 * at the rate that the server takes.
 *
 * A server that says "too many requests" gets none from anybody during a cooldown. Then the rate
 * starts below the one that went well, and each success raises it: additive increase, multiplicative
 * decrease, as TCP's congestion control does it.
 */
export class RateLimiter {
	private readonly queue = new Set<QueuedCall>();

	private inFlight = 0;

	private nextCallMs = 0;

	private cooldownUntilMs = 0;

	private callsPerSecond = Number.POSITIVE_INFINITY;

	private slowedDownAtMs = Number.NEGATIVE_INFINITY;

	private slowDownsInARow = 0;

	private nextStart: Timer | null = null;

	private firstResultMs: number | null = null;

	private successes = 0;

	constructor(private readonly timers: TimerQueue) {}

	/**
	 * Makes a call as soon as the limits allow it.
	 *
	 * @param tasks how many tasks are being waited for
	 * @returns null if the call was not made within `timeoutMs`, or the timers were closed before
	 */
	async call<T>(
		limits: CallLimits,
		tasks: number,
		send: () => Promise<T>,
		readFeedback: (result: T) => CallFeedback,
	): Promise<T | null> {
		if (!(await this.waitForStart(limits, tasks))) return null;
		const startedAtMs = monotonicNowMs();
		try {
			const result = await send();
			this.recordFeedback(readFeedback(result), startedAtMs);
			return result;
		} finally {
			this.inFlight--;
			this.startQueued();
		}
	}

	private async waitForStart(limits: CallLimits, tasks: number): Promise<boolean> {
		return await new Promise((resolve) => {
			const nowMs = monotonicNowMs();
			const timeout = this.timers.schedule(limits.timeoutMs, () => {
				this.queue.delete(call);
				resolve(false);
			});
			const call: QueuedCall = {
				spacingMs: Math.min(limits.spreadOverMs / tasks, MAX_SPACING_MS),
				latestStartMs: nowMs + limits.maxPauseMs,
				start: () => {
					this.timers.cancel(timeout);
					this.queue.delete(call);
					resolve(true);
				},
			};
			this.queue.add(call);
			this.startQueued();
		});
	}

	/** Starts the calls that may start now, and sets a timer for the next one. */
	private startQueued(): void {
		while (this.inFlight < MAX_CALLS_IN_FLIGHT) {
			const nowMs = monotonicNowMs();
			const next = this.nextInQueue(nowMs);
			if (next === null) return;
			const startMs = Math.max(this.nextCallMs, Math.min(this.cooldownUntilMs, next.latestStartMs));
			if (startMs > nowMs) return this.setStartTimer(startMs, nowMs);

			const spacingMs = Math.max(next.spacingMs, SECOND_MS / this.callsPerSecond);
			const isAlmostOnTime = nowMs - this.nextCallMs <= MAX_CATCH_UP_MS;
			this.nextCallMs = (isAlmostOnTime ? this.nextCallMs : nowMs) + spacingMs;
			this.inFlight++;
			next.start();
		}
	}

	/** The first call in the queue; during a cooldown, the one that may be delayed least. */
	private nextInQueue(nowMs: number): QueuedCall | null {
		let next: QueuedCall | null = null;
		for (const call of this.queue) {
			if (next === null || call.latestStartMs < next.latestStartMs) next = call;
			if (nowMs >= this.cooldownUntilMs) break;
		}
		return next;
	}

	private setStartTimer(startMs: number, nowMs: number): void {
		if (this.nextStart !== null) {
			if (this.nextStart.dueAtMs <= startMs) return;
			this.timers.cancel(this.nextStart);
		}
		this.nextStart = this.timers.schedule(startMs - nowMs, () => {
			this.nextStart = null;
			this.startQueued();
		});
	}

	private recordFeedback(feedback: CallFeedback, startedAtMs: number): void {
		this.firstResultMs ??= monotonicNowMs();
		switch (feedback.kind) {
			case 'success':
				this.successes++;
				// the success of a call from before the last slow-down does not end the row
				if (startedAtMs > this.slowedDownAtMs) this.slowDownsInARow = 0;
				// with an empty queue the rate was not used up: the success does not show that more would go well
				if (this.queue.size > 0) {
					this.callsPerSecond += Math.max(INCREASE_SHARE_PER_SECOND, 1 / this.callsPerSecond);
				}
				break;
			case 'rateLimited': {
				// a call that started before the last slow-down was sent at the old rate
				const isNew = startedAtMs > this.slowedDownAtMs;
				const ownCooldownMs = isNew ? this.slowDown(this.firstResultMs) : 0;
				const cooldownMs = Math.max(ownCooldownMs, feedback.retryAfterMs ?? 0);
				this.cooldownUntilMs = Math.max(this.cooldownUntilMs, monotonicNowMs() + cooldownMs);
				break;
			}
			case 'failure':
				break;
		}
	}

	/** @returns the cooldown, in milliseconds, where the server names none */
	private slowDown(firstResultMs: number): number {
		this.slowedDownAtMs = monotonicNowMs();
		const seconds = Math.max(1, (this.slowedDownAtMs - firstResultMs) / SECOND_MS);
		// the other calls in flight may still go well
		const sustainedRate = (this.successes + this.inFlight - 1) / seconds;
		this.callsPerSecond = Math.max(
			Math.min(this.callsPerSecond, sustainedRate) * DECREASE_FACTOR,
			MIN_CALLS_PER_SECOND,
		);
		return Math.min(FIRST_COOLDOWN_MS * 2 ** this.slowDownsInARow++, MAX_COOLDOWN_MS);
	}
}
