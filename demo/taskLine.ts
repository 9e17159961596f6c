import type { CheckLogEntry } from '../nodes/KlingVideo/operations/statusCheck';

export interface WatchedTask {
	name: string;
	/** Null for a task that is still to be created. */
	taskId: string | null;
	/** What its submit call names it by; null for a task that is there already. */
	externalTaskId: string | null;
}

/** What n8n's log has beside the text of a submit call that was sent. */
export interface SubmitLogEntry {
	externalTaskId: string;
	/** Missing if it is not clear what became of it. */
	taskId?: string;
}

export function isSubmitLogEntry(meta: unknown): meta is SubmitLogEntry {
	return typeof meta === 'object' && meta !== null && 'externalTaskId' in meta;
}

export function isCheckLogEntry(meta: unknown): meta is CheckLogEntry {
	return typeof meta === 'object' && meta !== null && 'taskId' in meta && 'kind' in meta;
}

/**
 * Whether a check that gave no status may be followed by another. A token that is refused may be
 * accepted again: only the end of the run shows that it was not.
 */
function mayPass(kind: CheckLogEntry['kind']): boolean {
	return kind === 'transientError' || kind === 'tokenRefused';
}

/** There is a video · there is none · still waiting · not waited for any more. */
export type Mark = '✔' | '✖' | '…' | '·';

function markAfter({ kind, status }: CheckLogEntry): Mark {
	if (status === 'SUCCESS') return '✔';
	if (status === 'FAILURE') return '✖';
	return kind === 'task' || mayPass(kind) ? '…' : '✖';
}

const NOT_SUBMITTED_YET = 'not submitted yet';

/** A task as the log has shown it so far. */
export class TaskLine {
	private checks = 0;

	/** When its log entry was written last. */
	private heardAtMs: number;

	private status: string;

	private currentMark: Mark = '…';

	private ended = false;

	/** Null until it is known. */
	taskId: string | null;

	/** What was told when somebody last looked for news. */
	private told = '';

	constructor(
		private readonly task: WatchedTask,
		private readonly startedAtMs: number,
	) {
		this.heardAtMs = startedAtMs;
		this.taskId = task.taskId;
		this.status = task.taskId === null ? NOT_SUBMITTED_YET : 'first check';
	}

	get externalTaskId(): string | null {
		return this.task.externalTaskId;
	}

	addSubmit({ taskId }: SubmitLogEntry, nowMs: number): void {
		this.heardAtMs = nowMs;
		this.taskId = taskId ?? null;
		this.status = taskId === undefined ? 'not clear' : 'submitted';
		if (taskId === undefined) this.currentMark = '✖';
	}

	addCheck(entry: CheckLogEntry, nowMs: number): void {
		this.checks++;
		this.heardAtMs = nowMs;
		this.status = statusTextOf(entry);
		// a later check corrects it
		this.currentMark = markAfter(entry);
	}

	/** The run has ended, and decides what a last check alone cannot tell. */
	end(outcome: 'video' | 'error' | null, nowMs: number): void {
		this.ended = true;
		// the log has nothing of a submit call that was refused
		if (outcome === 'error' && this.status === NOT_SUBMITTED_YET) {
			this.status = 'not submitted';
			this.heardAtMs = nowMs;
		}
		if (outcome !== null) this.currentMark = outcome === 'video' ? '✔' : '✖';
		else if (this.currentMark === '…') this.currentMark = '·';
	}

	mark(): Mark {
		return this.currentMark;
	}

	/** The time goes on while the task is waited for, and then is that of the last log entry. */
	text(nowMs: number): string {
		const untilMs = this.currentMark === '…' && !this.ended ? nowMs : this.heardAtMs;
		const seconds = ((untilMs - this.startedAtMs) / 1000).toFixed(1);
		const checks = `${this.checks} ${this.checks === 1 ? 'check' : 'checks'}`;
		const { name } = this.task;
		return `${name.padEnd(8)} ${(this.taskId ?? '').padEnd(19)} ${this.status.padEnd(18)} ${checks.padStart(9)} ${seconds.padStart(6)} s`;
	}

	/** Whether the mark or the status is another than when this was last called. */
	hasNews(): boolean {
		const isBefore = this.status === NOT_SUBMITTED_YET || this.status === 'first check';
		const now = isBefore && !this.ended ? '' : `${this.currentMark} ${this.status}`;
		const isNews = now !== this.told;
		this.told = now;
		return isNews;
	}
}

function statusTextOf({ kind, status, progress }: CheckLogEntry): string {
	if (status !== null) return progress === null ? status : `${status} ${progress}%`;
	// a name in the code, such as taskUnknown, in words
	return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
