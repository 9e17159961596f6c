import type { CheckLogEntry } from '../nodes/KlingVideo/operations/statusCheck';

export interface WatchedTask {
	name: string;
	taskId: string;
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

/** A task as its checks have shown it so far. */
export class TaskLine {
	private checks = 0;

	private checkedAtMs: number;

	private status = 'first check';

	private currentMark: Mark = '…';

	private ended = false;

	/** What was told when somebody last looked for news. */
	private told = '';

	constructor(
		private readonly task: WatchedTask,
		private readonly startedAtMs: number,
	) {
		this.checkedAtMs = startedAtMs;
	}

	get taskId(): string {
		return this.task.taskId;
	}

	addCheck(entry: CheckLogEntry, nowMs: number): void {
		this.checks++;
		this.checkedAtMs = nowMs;
		this.status = statusTextOf(entry);
		// a later check corrects it
		this.currentMark = markAfter(entry);
	}

	/** The run has ended, and decides what a last check alone cannot tell. */
	end(outcome: 'video' | 'error' | null): void {
		this.ended = true;
		if (outcome !== null) this.currentMark = outcome === 'video' ? '✔' : '✖';
		else if (this.currentMark === '…') this.currentMark = '·';
	}

	mark(): Mark {
		return this.currentMark;
	}

	/** The time goes on while the task is waited for, and then is that of the last check. */
	text(nowMs: number): string {
		const untilMs = this.currentMark === '…' && !this.ended ? nowMs : this.checkedAtMs;
		const seconds = ((untilMs - this.startedAtMs) / 1000).toFixed(1);
		const checks = `${this.checks} ${this.checks === 1 ? 'check' : 'checks'}`;
		const { name, taskId } = this.task;
		return `${name.padEnd(8)} ${taskId.padEnd(19)} ${this.status.padEnd(18)} ${checks.padStart(9)} ${seconds.padStart(6)} s`;
	}

	/** Whether the mark or the status is another than when this was last called. */
	hasNews(): boolean {
		const now = this.checks === 0 && !this.ended ? '' : `${this.currentMark} ${this.status}`;
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
