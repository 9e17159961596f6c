import type { IExecuteFunctions, IExecutePaginationFunctions } from 'n8n-workflow';
import type { Meaning } from '../gateway/meaning';
import { Alarms } from './alarms';
import { Pace, type Turn } from './pace';
import { Turns } from './turns';

const DOWNLOADS_AT_ONCE = 3;

/**
 * n8n gives all items of a run the same execute data, but also all tools of one agent and all tries
 * of "Retry On Fail". Nodes are told apart by name, and tries by the items: within one, their
 * indexes only go up.
 */
const runsByExecuteData = new WeakMap<object, Map<string, Run>>();

/** Takes an item into its run. To be called for every item, before anything is awaited. */
export function joinRun(context: IExecutePaginationFunctions): Run {
	const executeData = context.getExecuteData();
	const runs = runsByExecuteData.get(executeData) ?? new Map<string, Run>();
	runsByExecuteData.set(executeData, runs);

	const node = context.getNode().name;
	const itemIndex = context.getItemIndex();
	let run = runs.get(node);
	if (run === undefined || !run.isBefore(itemIndex)) {
		const itemCount = executeData.data.main?.[0]?.length ?? 1;
		run = new Run(itemCount, context.getExecutionCancelSignal());
		runs.set(node, run);
	}
	run.join(itemIndex);
	return run;
}

/** A run of an operation of our own, which n8n calls once for all items. */
export async function inOneRun<Result>(
	context: IExecuteFunctions,
	itemCount: number,
	work: (run: Run) => Promise<Result>,
): Promise<Result> {
	const run = new Run(itemCount, context.getExecutionCancelSignal());
	for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) run.join(itemIndex);
	try {
		return await work(run);
	} finally {
		for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) run.leave();
	}
}

/** What the items of one run of the node share. */
export class Run {
	private ended = false;

	/** What is waited for ends with the run: all alarms ring then. */
	readonly alarms = new Alarms();

	private readonly pace = new Pace(this.alarms);

	private readonly downloads = new Turns(DOWNLOADS_AT_ONCE);

	/** The calls that are under way or in line, by task. */
	private readonly calls = new Map<string, Promise<Meaning>>();

	private lastItemIndex = -1;

	private waitingItems = 0;

	private allStarted = () => {};

	private readonly whenAllStarted = new Promise<void>((resolve) => {
		this.allStarted = resolve;
	});

	constructor(
		private readonly itemCount: number,
		private readonly stopSignal: AbortSignal | undefined,
	) {}

	/** Whether nobody waits any more: "Stop", or an item that ended the run. */
	readonly hasEnded = (): boolean => this.ended;

	isBefore(itemIndex: number): boolean {
		return this.lastItemIndex < itemIndex;
	}

	join(itemIndex: number): void {
		this.lastItemIndex = itemIndex;
		if (itemIndex >= this.itemCount - 1) this.allStarted();
		// one listener a run: Node.js warns of more than ten on one signal
		if (this.waitingItems++ === 0) this.stopSignal?.addEventListener('abort', this.end);
		if (this.stopSignal?.aborted) this.end();
	}

	/** Every item that joined has to leave. */
	leave(): void {
		if (--this.waitingItems === 0) this.stopSignal?.removeEventListener('abort', this.end);
	}

	/** Ends after `ms`, or with the run. */
	readonly sleep = (ms: number): Promise<void> =>
		new Promise((resolve) => {
			if (this.ended || ms <= 0) resolve();
			else this.alarms.set(Date.now() + ms, resolve);
		});

	/**
	 * Makes a status call when its turn has come among all those of the run. Items that name the same
	 * task and ask at the same time share one call.
	 */
	async call(taskId: string, turn: Turn, send: () => Promise<Meaning>): Promise<Meaning> {
		const underWay = this.calls.get(taskId);
		if (underWay !== undefined) return await underWay;
		const call = this.pace.call(turn, this.waitingItems, send);
		this.calls.set(taskId, call);
		try {
			return await call;
		} finally {
			this.calls.delete(taskId);
		}
	}

	/** Runs a download when its turn has come: a few at once fill any line. */
	async download<T>(work: () => Promise<T>): Promise<T> {
		await this.downloads.take();
		try {
			return await work();
		} finally {
			this.downloads.giveBack();
		}
	}

	/**
	 * Ends the other items' waits, since n8n reports what one item throws only after all have ended.
	 *
	 * Resolves when n8n has started all items: it listens to none before, and what is thrown then is
	 * an unhandled rejection for its process.
	 */
	async endForAll(): Promise<void> {
		this.end();
		await this.whenAllStarted;
	}

	private readonly end = (): void => {
		this.ended = true;
		this.alarms.ringAll();
	};
}
