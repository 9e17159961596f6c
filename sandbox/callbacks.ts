/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { EventEmitter, once, setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios from 'axios';
import { callbackBody, endsAtKling } from './callbackBody';
import { drawLoss, planCallbacks, type CallbackLoss } from './callbackPlan';
import { stringifyExact } from './exactJson';
import { textOf } from './klingBody';
import type { PlannedCallback } from './oddCallbacks';
import type { TaskNow } from './taskReplies';
import type { SandboxTask, TaskStore } from './taskStore';

/** The longest between two looks at the sandbox's clock, which may be moved by whoever gave it. */
const LOOK_EVERY_MS = 20;
/** How long one call may take, in real time. */
const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER_BYTES = 1_000_000;

/** A call to the address that a submit named. */
export interface SeenCallback {
	url: string;
	taskId: string;
	/** Kling's word: submitted, processing, succeed or failed. */
	taskStatus: string;
	/** When it was made; milliseconds since 1970 by the sandbox's clock, like the other. */
	atMs: number;
	/** When it was over; null until then. */
	endedAtMs: number | null;
	/** Of the answer; null until then, and when there was none. */
	statusCode: number | null;
	/** Why there was no answer, such as ECONNREFUSED; `lost` for one that was not made. */
	error: string | null;
}

interface CallbacksOptions {
	tasks: TaskStore;
	now: () => number;
	speed: number;
	loss: CallbackLoss;
	/** How long a task takes, in real milliseconds. */
	takesMs: (task: SandboxTask) => number;
	/** The task as it is told of when it is so far. */
	describe: (taskId: string, task: SandboxTask, share: number) => TaskNow;
}

interface WaitingTask {
	taskId: string;
	task: SandboxTask;
	/** Those that are not made yet, in their order. */
	calls: PlannedCallback[];
}

/** Calls back as Kling does: unsigned, once for each change of a status, tried once. */
export class Callbacks {
	readonly seen: SeenCallback[] = [];
	private waiting: WaitingTask[] = [];
	private nextDueAtMs = Infinity;
	private timer: NodeJS.Timeout | null = null;
	private taskCount = 0;
	private readonly underWay = new Set<Promise<void>>();
	private readonly closing = new AbortController();
	private readonly ends = new EventEmitter();
	private readonly client = axios.create({
		headers: { 'Content-Type': 'application/json' },
		maxRedirects: 0,
		validateStatus: () => true,
		timeout: TIMEOUT_MS,
		maxContentLength: LONGEST_ANSWER_BYTES,
		signal: this.closing.signal,
		// none that is kept open: it might be closed just when the next call is made
		httpAgent: new HttpAgent(),
		httpsAgent: new HttpsAgent(),
		// mostly it is this machine that is called, whatever proxy the environment names
		proxy: false,
	});

	constructor(private readonly options: CallbacksOptions) {
		// each call under way listens to it
		setMaxListeners(0, this.closing.signal);
	}

	/** Goes on with the tasks of the state file. What came due in the meantime is called at once. */
	resume(): void {
		for (const [taskId, task] of this.options.tasks.all) this.add(taskId, task);
	}

	/** To be called once for each task; does nothing for one that was submitted without an address. */
	add(taskId: string, task: SandboxTask): void {
		if (task.callbackUrl === null) return;
		const { speed, loss, takesMs, describe } = this.options;
		const ends = endsAtKling(describe(taskId, task, 1), task.scenario.story);
		const taskNumber = this.taskCount++;
		const calls = planCallbacks(task, { takesMs: takesMs(task), ends, speed })
			.map((call, callNumber) => ({
				...call,
				isLost: call.isLost || drawLoss(loss, taskNumber, callNumber),
			}))
			.slice(task.callbacksMade);
		const [first] = calls;
		if (first === undefined) return;
		this.waiting.push({ taskId, task, calls });
		this.nextDueAtMs = Math.min(this.nextDueAtMs, first.dueAtMs);
		this.lookLater();
	}

	/** Resolves when this many calls are over. */
	async untilOver(count: number): Promise<void> {
		while (this.seen.filter(({ endedAtMs }) => endedAtMs !== null).length < count) {
			await once(this.ends, 'end');
		}
	}

	/** Makes no more calls, and ends those under way. */
	async close(): Promise<void> {
		this.closing.abort();
		if (this.timer !== null) clearTimeout(this.timer);
		await Promise.all(this.underWay);
	}

	private lookLater(): void {
		if (this.timer !== null) clearTimeout(this.timer);
		this.timer = null;
		if (this.closing.signal.aborted || this.waiting.length === 0) return;
		const untilDueMs = Math.max(0, Math.ceil(this.nextDueAtMs - this.options.now()));
		this.timer = setTimeout(() => this.look(), Math.min(untilDueMs, LOOK_EVERY_MS));
	}

	private look(): void {
		const nowMs = this.options.now();
		if (nowMs >= this.nextDueAtMs) {
			for (const waiting of this.waiting) this.makeDue(waiting, nowMs);
			this.waiting = this.waiting.filter(({ calls }) => calls.length > 0);
			this.nextDueAtMs = Math.min(
				...this.waiting.map(({ calls }) => calls[0]?.dueAtMs ?? Infinity),
			);
		}
		this.lookLater();
	}

	private makeDue({ taskId, task, calls }: WaitingTask, nowMs: number): void {
		const dueCount = calls.filter(({ dueAtMs }) => dueAtMs <= nowMs).length;
		if (dueCount === 0) return;
		// before they are made: what is tried once is not tried again after a restart
		task.callbacksMade += dueCount;
		const making = this.makeInTurn(taskId, task, calls.splice(0, dueCount));
		this.underWay.add(making);
		void making.finally(() => this.underWay.delete(making));
	}

	/** Calls of one moment do not overtake each other; those of different moments may. */
	private async makeInTurn(taskId: string, task: SandboxTask, calls: PlannedCallback[]) {
		for (const call of calls) await this.make(taskId, task, call);
	}

	/** Never throws: a call that fails harms nothing. */
	private async make(taskId: string, task: SandboxTask, call: PlannedCallback): Promise<void> {
		const { tasks, now, describe } = this.options;
		const told = describe(taskId, task, call.share);
		const body = callbackBody(told, task.scenario.story, call.changedAtMs);
		const seen: SeenCallback = {
			url: call.url,
			taskId,
			taskStatus: textOf(body.task_status),
			atMs: now(),
			endedAtMs: null,
			statusCode: null,
			error: null,
		};
		this.seen.push(seen);
		try {
			await tasks.save();
			if (call.isLost) seen.error = 'lost';
			else seen.statusCode = await this.post(call, stringifyExact(body));
		} catch (error) {
			seen.error = reasonOf(error);
		}
		seen.endedAtMs = now();
		this.ends.emit('end');
	}

	/** @returns the HTTP status of the answer */
	private async post({ url, isMalformed }: PlannedCallback, json: string): Promise<number> {
		const text = isMalformed ? json.slice(0, json.length / 2) : json;
		// a text would be looked at, and put in quotes if it is no JSON
		const { status } = await this.client.post<unknown>(url, Buffer.from(text));
		return status;
	}
}

/** The code of the failure, such as ECONNREFUSED, if it has one. */
function reasonOf(error: unknown): string {
	const code: unknown =
		typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : String(error);
}
