import type { IExecuteFunctions, IExecutePaginationFunctions } from 'n8n-workflow';
import { transientError, type CheckResult } from '../gateway/checkResult';
import { MAX_RETRY_AFTER_MS } from '../gateway/gatewayReply';
import type { SubmitResult } from '../gateway/submitResult';
import { abortableSleep } from '../limits/abortableSleep';
import { monotonicNowMs } from '../limits/monotonicClock';
import { RateLimiter, type CallFeedback, type CallLimits } from '../limits/rateLimiter';
import { Semaphore } from '../limits/semaphore';
import { TimerQueue } from '../limits/timerQueue';
import { readItemCount, readItemStartMs, readRecordedRuns } from './n8nRun';

const MAX_DOWNLOADS_AT_ONCE = 3;

/** A submit call waits as long as a cooldown lasts; for its turn it waits a day, which no run takes. */
const SUBMIT_LIMITS: CallLimits = {
	spreadOverMs: 0,
	maxPauseMs: MAX_RETRY_AFTER_MS,
	timeoutMs: 24 * 60 * 60_000,
};

/** How often a run looks whether n8n still waits for it. */
const ABANDONED_CHECK_INTERVAL_MS = 1000;

/**
 * n8n gives all items of a run the same execute data, but also all tools of one agent and all tries
 * of "Retry On Fail". Nodes are told apart by name, and tries by the items: within one, their
 * indexes only go up.
 */
const runsByExecuteData = new WeakMap<object, Map<string, NodeRun>>();

/** Adds an item to its node run. To be called for every item, before anything is awaited. */
export function joinNodeRun(context: IExecutePaginationFunctions): NodeRun {
	const executeData = context.getExecuteData();
	const runs = runsByExecuteData.get(executeData) ?? new Map<string, NodeRun>();
	runsByExecuteData.set(executeData, runs);

	const node = context.getNode().name;
	const itemIndex = context.getItemIndex();
	let run = runs.get(node);
	if (run === undefined || !run.isBefore(itemIndex)) {
		const itemCount = readItemCount(context);
		const recordedRuns = readRecordedRuns(context);
		run = new NodeRun({
			itemCount,
			itemStartMs: readItemStartMs(context, itemCount),
			cancelSignal: context.getExecutionCancelSignal(),
			// n8n records a run when it has ended
			isAbandoned: () => recordedRuns !== null && recordedRuns !== readRecordedRuns(context),
		});
		runs.set(node, run);
	}
	run.join(itemIndex);
	return run;
}

/** Makes a node run for a custom operation, which n8n calls once for all items. */
export async function withNodeRun<Result>(
	context: IExecuteFunctions,
	itemCount: number,
	work: (run: NodeRun) => Promise<Result>,
): Promise<Result> {
	const run = new NodeRun({
		itemCount,
		itemStartMs: 0,
		cancelSignal: context.getExecutionCancelSignal(),
		// n8n waits for the one promise of all items
		isAbandoned: () => false,
	});
	for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) run.join(itemIndex);
	try {
		return await work(run);
	} finally {
		for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) run.leave();
	}
}

/** What a run knows of n8n. */
export interface N8nRun {
	/** How many items n8n starts. */
	itemCount: number;
	/** How long n8n takes to start all items. */
	itemStartMs: number;
	cancelSignal: AbortSignal | undefined;
	/** Whether n8n has ended the run without waiting for all items. */
	isAbandoned(): boolean;
}

/** What the items of one run of the node share. */
export class NodeRun {
	private ended = false;

	/** Everything that the run waits for. All of them fire when the run ends. */
	readonly timers = new TimerQueue();

	private readonly rateLimiter = new RateLimiter(this.timers);

	private readonly downloads = new Semaphore(MAX_DOWNLOADS_AT_ONCE);

	/** The checks that are in flight or queued, by task id. */
	private readonly checks = new Map<string, Promise<CheckResult>>();

	private lastItemIndex = -1;

	private waitingItems = 0;

	private readonly allJoined = new AbortController();

	/** Resolves when n8n has started all items, or would have. */
	private readonly allStarted: Promise<void>;

	private nextAbandonedCheckMs = 0;

	constructor(private readonly n8nRun: N8nRun) {
		this.allStarted = abortableSleep(n8nRun.itemStartMs, this.allJoined.signal);
	}

	/** Whether the run is over: by "Stop", by an item whose error ended it, or because n8n gave it up. */
	readonly hasEnded = (): boolean => this.ended;

	/** Whether it was ended by "Stop", or by the workflow's time limit. */
	readonly wasStopped = (): boolean => this.n8nRun.cancelSignal?.aborted === true;

	isBefore(itemIndex: number): boolean {
		return this.lastItemIndex < itemIndex;
	}

	join(itemIndex: number): void {
		this.lastItemIndex = itemIndex;
		if (itemIndex >= this.n8nRun.itemCount - 1) this.allJoined.abort();
		const { cancelSignal } = this.n8nRun;
		// one listener for each run: Node.js warns of more than ten on one signal
		if (this.waitingItems++ === 0) cancelSignal?.addEventListener('abort', this.end);
		if (cancelSignal?.aborted) this.end();
	}

	/** Every item that joined has to leave. */
	leave(): void {
		if (--this.waitingItems === 0) this.n8nRun.cancelSignal?.removeEventListener('abort', this.end);
	}

	/** Resolves after `ms` milliseconds, or when the run ends. */
	readonly sleep = (ms: number): Promise<void> =>
		new Promise((resolve) => {
			if (this.ended || ms <= 0) resolve();
			else this.timers.schedule(ms, resolve);
		});

	/**
	 * Makes a check as soon as the run's rate limiter allows it. Items that name the same task at the
	 * same time share one check; each waits for it as long as its own limits say.
	 */
	async check(
		taskId: string,
		limits: CallLimits,
		send: () => Promise<CheckResult>,
	): Promise<CheckResult> {
		this.endIfAbandoned();
		if (this.ended) return transientError('the run has ended');
		const inFlight = this.checks.get(taskId);
		if (inFlight !== undefined) return await this.joinCheck(inFlight, limits.timeoutMs);
		const check = this.rateLimiter
			.call(limits, this.waitingItems, send, readFeedback)
			.then((result) => result ?? transientError('too many tasks were being checked at once'));
		this.checks.set(taskId, check);
		try {
			return await check;
		} finally {
			this.checks.delete(taskId);
		}
	}

	/**
	 * Sends a submit call when the run's rate limiter allows it: a cooldown that the gateway has asked for
	 * counts for it as well.
	 *
	 * @returns null if the run has ended before
	 */
	async submit(send: () => Promise<SubmitResult>): Promise<SubmitResult | null> {
		if (this.ended) return null;
		return await this.rateLimiter.call(SUBMIT_LIMITS, 1, send, readSubmitFeedback);
	}

	private async joinCheck(check: Promise<CheckResult>, timeoutMs: number): Promise<CheckResult> {
		return await new Promise((resolve, reject) => {
			const timer = this.timers.schedule(timeoutMs, () =>
				resolve(transientError('no reply in time')),
			);
			check.then(resolve, reject).finally(() => this.timers.cancel(timer));
		});
	}

	/** Runs a download when a place is free: a few at once already fill the connection's bandwidth. */
	async download<T>(work: () => Promise<T>): Promise<T> {
		await this.downloads.acquire();
		this.endIfAbandoned();
		try {
			return await work();
		} finally {
			this.downloads.release();
		}
	}

	/**
	 * Ends the waits of the other items, since n8n reports what one item throws only after all items
	 * have ended.
	 *
	 * Resolves when n8n has started all items: before that it does not listen to their promises, and
	 * what is thrown would be an unhandled rejection, which ends n8n's process.
	 */
	async endForAllItems(): Promise<void> {
		this.end();
		await this.allStarted;
	}

	/**
	 * n8n ends a run at once when it cannot resolve an expression of a later item, and leaves the
	 * items before it alone: nobody would stop them.
	 */
	private endIfAbandoned(): void {
		const nowMs = monotonicNowMs();
		if (this.ended || nowMs < this.nextAbandonedCheckMs) return;
		this.nextAbandonedCheckMs = nowMs + ABANDONED_CHECK_INTERVAL_MS;
		if (this.n8nRun.isAbandoned()) this.end();
	}

	private readonly end = (): void => {
		this.ended = true;
		this.timers.close();
	};
}

/** A refusal for want of a place says nothing about the rate of calls, nor does an odd reply. */
function readSubmitFeedback({ kind }: SubmitResult): CallFeedback {
	return kind === 'notCreated' || kind === 'unclear' ? { kind: 'failure' } : { kind: 'success' };
}

/** Any reply but a transient error shows that the gateway takes this many calls. */
function readFeedback(result: CheckResult): CallFeedback {
	switch (result.kind) {
		case 'transientError':
			return result.isRateLimited
				? { kind: 'rateLimited', retryAfterMs: result.retryAfterMs }
				: { kind: 'failure' };
		case 'notSent':
		case 'certificateNotTrusted':
			return { kind: 'failure' };
		default:
			return { kind: 'success' };
	}
}
