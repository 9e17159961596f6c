import type { IWebhookFunctions } from 'n8n-workflow';
import { monotonicNowMs } from '../limits/monotonicClock';
import { NodeRun } from '../run/nodeRun';
import { StartedTasks } from './startedTasks';

/**
 * How many tasks a trigger asks for at a time. Each keeps its webhook call open inside n8n, although the
 * caller has its answer, and with it an engine for expressions: 12 MB each were measured in n8n 2.41.
 */
export const MAX_TASKS_AT_ONCE = 50;

/** So many calls in so much time are made at once; the ones above are spread as `SPREAD_MS` says. */
const BURST_CALLS = 100;
const BURST_WINDOW_MS = 10_000;

/** As slowly as the rate limiter spreads calls: ten a second. */
const SPREAD_MS = Number.POSITIVE_INFINITY;

/** What the callbacks of one trigger share, for as long as n8n's process runs. */
export class TriggerState {
	readonly startedTasks = new StartedTasks();

	/** The gateway's limits count for all callbacks together. */
	readonly run = new NodeRun({
		itemCount: 1,
		itemStartMs: 0,
		// n8n does not stop a webhook's call
		cancelSignal: undefined,
		isAbandoned: () => false,
	});

	/** The tasks that the gateway is being asked for. */
	private readonly asked = new Set<string>();

	private windowEndMs = 0;

	private callsInWindow = 0;

	isAsking(taskId: string): boolean {
		return this.asked.has(taskId);
	}

	isFull(): boolean {
		return this.asked.size >= MAX_TASKS_AT_ONCE;
	}

	/** Runs `work` as the only one for its task: callbacks that come meanwhile find it with `isAsking`. */
	async whileAsking<Result>(taskId: string, work: () => Promise<Result>): Promise<Result> {
		this.asked.add(taskId);
		this.run.join(0);
		try {
			return await work();
		} finally {
			this.run.leave();
			this.asked.delete(taskId);
		}
	}

	/** Over which time the next call to the gateway is to be spread: whoever knows the address can call it. */
	countCall(): number {
		const nowMs = monotonicNowMs();
		if (nowMs >= this.windowEndMs) {
			this.windowEndMs = nowMs + BURST_WINDOW_MS;
			this.callsInWindow = 0;
		}
		return ++this.callsInWindow > BURST_CALLS ? SPREAD_MS : 0;
	}
}

/** By workflow, node and whether it is tested: n8n makes a new context for each callback. */
const states = new Map<string, TriggerState>();

export function getTriggerState(context: IWebhookFunctions): TriggerState {
	const key = JSON.stringify([
		context.getWorkflow().id,
		context.getNode().id,
		isBeingTested(context),
	]);
	const state = states.get(key) ?? new TriggerState();
	states.set(key, state);
	return state;
}

/** Whether the editor listens for one callback, at the address for tests. */
export function isBeingTested(context: IWebhookFunctions): boolean {
	return context.getMode() === 'manual';
}
