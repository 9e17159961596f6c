import type { IExecutePaginationFunctions } from 'n8n-workflow';
import type { Meaning } from '../gateway/meaning';
import { Pace } from './pace';
import { timeLimit } from './timeLimit';
import { Turns } from './turns';
import type { CheckTurn } from '../wait/waitForTask';

const DOWNLOADS_AT_ONCE = 3;

/** An item's place in a node's run. */
export interface Place {
	/** Aborts when nobody waits for the item any more: "Stop", or another item ended the run. */
	signal: AbortSignal;
	/**
	 * Makes a status call when its turn has come among all those of the run. Items that name the
	 * same task and ask at the same time share one call.
	 *
	 * @param send gets the signal that ends the call
	 */
	call(
		taskId: string,
		turn: CheckTurn,
		send: (signal: AbortSignal) => Promise<Meaning>,
	): Promise<Meaning>;
	/** Runs a download when its turn has come: a few at once fill any line. */
	download<T>(work: () => Promise<T>): Promise<T>;
	/**
	 * Ends the other items' waits, since n8n reports what one item throws only after all have ended.
	 *
	 * Resolves when n8n has started all items: it listens to none before, and what is thrown then
	 * is an unhandled rejection for its process.
	 */
	endForAll(): Promise<void>;
	/** Every item that joined has to leave. */
	leave(): void;
}

/**
 * n8n gives all items of a run the same execute data, but also all tools of one agent and all tries
 * of "Retry On Fail". Nodes are told apart by name, and tries by the items: within one, their
 * indexes only go up.
 */
const runsByExecuteData = new WeakMap<object, Map<string, Run>>();

/** Takes the item's place in its run. To be called for every item, before anything is awaited. */
export function joinRun(context: IExecutePaginationFunctions): Place {
	const executeData = context.getExecuteData();
	const runs = runsByExecuteData.get(executeData) ?? new Map<string, Run>();
	runsByExecuteData.set(executeData, runs);

	const node = context.getNode().name;
	const itemIndex = context.getItemIndex();
	let run = runs.get(node);
	if (run === undefined || itemIndex <= run.lastItemIndex) {
		const itemCount = executeData.data.main?.[0]?.length ?? 1;
		run = new Run(itemCount, context.getExecutionCancelSignal());
		runs.set(node, run);
	}
	return run.join(itemIndex);
}

class Run {
	lastItemIndex = -1;

	private ended = false;

	private readonly waiting = new Set<AbortController>();

	private readonly pace = new Pace();

	private readonly downloads = new Turns(DOWNLOADS_AT_ONCE);

	/** The calls that are under way or in line, by task. */
	private readonly calls = new Map<string, Promise<Meaning>>();

	private allStarted = () => {};

	private readonly whenAllStarted = new Promise<void>((resolve) => {
		this.allStarted = resolve;
	});

	constructor(
		private readonly itemCount: number,
		private readonly stopSignal: AbortSignal | undefined,
	) {}

	join(itemIndex: number): Place {
		this.lastItemIndex = itemIndex;
		if (itemIndex >= this.itemCount - 1) this.allStarted();

		// one listener a run on n8n's signal, and a signal an item: Node.js warns of more than ten
		if (this.waiting.size === 0) this.stopSignal?.addEventListener('abort', this.end);
		const item = new AbortController();
		this.waiting.add(item);
		if (this.ended || this.stopSignal?.aborted) item.abort();

		return {
			signal: item.signal,
			call: async (taskId, turn, send) =>
				await this.shared(taskId, async () => await this.call(turn, item.signal, send)),
			download: async (work) => {
				await this.downloads.take();
				try {
					return await work();
				} finally {
					this.downloads.giveBack();
				}
			},
			endForAll: async () => {
				this.end();
				await this.whenAllStarted;
			},
			leave: () => {
				this.waiting.delete(item);
				if (this.waiting.size === 0) this.stopSignal?.removeEventListener('abort', this.end);
			},
		};
	}

	private async shared(taskId: string, call: () => Promise<Meaning>): Promise<Meaning> {
		const underWay = this.calls.get(taskId);
		if (underWay !== undefined) return await underWay;
		const started = call().finally(() => this.calls.delete(taskId));
		this.calls.set(taskId, started);
		return await started;
	}

	private async call(
		turn: CheckTurn,
		itemSignal: AbortSignal,
		send: (signal: AbortSignal) => Promise<Meaning>,
	): Promise<Meaning> {
		const limit = timeLimit(turn.limitMs, itemSignal);
		try {
			const meaning = await this.pace.call(
				turn,
				this.waiting.size,
				limit.signal,
				async () => await send(limit.signal),
			);
			const noTurn = 'too many tasks were being checked at once';
			return meaning ?? { kind: 'trouble', cause: noTurn, slowDownMs: null };
		} finally {
			limit.release();
		}
	}

	private readonly end = () => {
		this.ended = true;
		for (const item of this.waiting) item.abort();
	};
}
