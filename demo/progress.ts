/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { styleText } from 'node:util';
import logUpdate from 'log-update';
import { onLog, type NodeRunResult } from '../engine/n8nEngine';
import {
	isCheckLogEntry,
	isSubmitLogEntry,
	TaskLine,
	type Mark,
	type WatchedTask,
} from './taskLine';

const REDRAW_MS = 100;

const COLOURS = { '✔': 'green', '✖': 'red', '…': 'yellow', '·': 'gray' } as const satisfies Record<
	Mark,
	string
>;

/**
 * Shows a line for each task while a run waits for it: live on a terminal, elsewhere a new line
 * whenever the status of a task has changed.
 */
export class Progress {
	private readonly startedAtMs = Date.now();

	private readonly lines: TaskLine[];

	private readonly stopListening: () => void;

	/** Listens from now on: the first calls are made as soon as the run is started. */
	constructor(tasks: WatchedTask[]) {
		this.lines = tasks.map((task) => new TaskLine(task, this.startedAtMs));
		this.stopListening = onLog(({ meta }) => {
			const nowMs = Date.now();
			if (isSubmitLogEntry(meta)) {
				for (const line of this.lines) {
					if (line.externalTaskId === meta.externalTaskId) line.addSubmit(meta, nowMs);
				}
			} else if (isCheckLogEntry(meta)) {
				for (const line of this.lines) {
					if (line.taskId === meta.taskId) line.addCheck(meta, nowMs);
				}
			} else {
				return;
			}
			this.draw();
		});
	}

	/** Shows the tasks until the run has ended, and then what came of each. */
	async showUntilEnd(finished: Promise<NodeRunResult>): Promise<NodeRunResult> {
		this.draw();
		const timer = process.stdout.isTTY ? setInterval(() => this.draw(), REDRAW_MS) : undefined;
		try {
			const result = await finished;
			const nowMs = Date.now();
			this.lines.forEach((line, index) => line.end(outcomeOf(result, index), nowMs));
			this.draw();
			return result;
		} finally {
			clearInterval(timer);
			this.stopListening();
			if (process.stdout.isTTY) logUpdate.done();
		}
	}

	private draw(): void {
		const nowMs = Date.now();
		if (process.stdout.isTTY) {
			logUpdate(
				this.lines
					.map((line) => `${styleText(COLOURS[line.mark()], line.mark())} ${line.text(nowMs)}`)
					.join('\n'),
			);
			return;
		}
		for (const line of this.lines) {
			if (line.hasNews()) process.stdout.write(`${line.mark()} ${line.text(nowMs)}\n`);
		}
	}
}

/** What the run made of an input item. */
function outcomeOf({ items, errorItems }: NodeRunResult, index: number): 'video' | 'error' | null {
	const isOfItem = ({ pairedItem }: NodeRunResult['items'][number]) =>
		typeof pairedItem === 'object' && 'item' in pairedItem && pairedItem.item === index;
	if (items.some(isOfItem)) return 'video';
	return errorItems.some(isOfItem) ? 'error' : null;
}
