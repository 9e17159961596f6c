import { FAILING_STORIES } from './taskReplies';
import type { SandboxTask } from './taskStore';

/** Money that went from the account or came back to it. */
export interface LedgerEntry {
	kind: 'charge' | 'refund';
	/** Milliseconds since 1970, by the sandbox's clock. */
	atMs: number;
	/** Kling's id, which the client may never have learnt. */
	taskId: string;
	externalTaskId: string | null;
	/** In the gateway's own unit; above 0 for both kinds. */
	quota: number;
}

/**
 * What the gateway has booked until now, in order. A task is charged when the gateway accepts it, and
 * paid back at the moment at which it fails, whether anybody asks for it or not. What only Kling has
 * costs nothing.
 *
 * @param endOf when a task is done; Infinity for never
 */
export function ledgerOf(
	tasks: ReadonlyMap<string, SandboxTask>,
	endOf: (task: SandboxTask) => number,
	nowMs: number,
): LedgerEntry[] {
	const entries: LedgerEntry[] = [];
	for (const [taskId, task] of tasks) {
		const { quota, externalTaskId, createdAtMs } = task;
		if (quota === 0) continue;
		entries.push({ kind: 'charge', atMs: createdAtMs, taskId, externalTaskId, quota });
		const endMs = endOf(task);
		if (!FAILING_STORIES.includes(task.scenario.story) || endMs > nowMs) continue;
		entries.push({ kind: 'refund', atMs: endMs, taskId, externalTaskId, quota });
	}
	return entries.sort((a, b) => a.atMs - b.atMs);
}

/** How many places of the account at Kling are taken: by tasks that were submitted and are not done. */
export function placesTaken(
	tasks: ReadonlyMap<string, SandboxTask>,
	endOf: (task: SandboxTask) => number,
	nowMs: number,
): number {
	return [...tasks.values()].filter((task) => task.isSubmitted && endOf(task) > nowMs).length;
}
