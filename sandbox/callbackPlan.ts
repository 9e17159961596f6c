import { createHash } from 'node:crypto';
import { ODD_CALLBACKS, type PlannedCallback } from './oddCallbacks';
import { isOdd } from './scenario';
import { PROCESSING_FROM_SHARE } from './taskReplies';
import type { SandboxTask } from './taskStore';

const DEFAULT_LATE_SECONDS = 30;

export interface CallbackTimes {
	/** How long the task takes, in real milliseconds. */
	takesMs: number;
	/** Whether Kling comes to an end with it. */
	ends: boolean;
	/** How fast the sandbox's clock runs. */
	speed: number;
}

/**
 * The calls that a task makes in its whole life, in the order in which they are made; none for a task
 * that was submitted without an address.
 */
export function planCallbacks(
	{ callbackUrl: url, oddCallback: odd, createdAtMs }: SandboxTask,
	{ takesMs, ends, speed }: CallbackTimes,
): PlannedCallback[] {
	if (url === null) return [];
	const calls = [0, PROCESSING_FROM_SHARE, ...(ends ? [1] : [])].map((share) => {
		const changedAtMs = createdAtMs + share * takesMs;
		return { share, changedAtMs, dueAtMs: changedAtMs, url, isLost: false, isMalformed: false };
	});
	if (odd === null) return calls;
	const lateMs = ((odd.seconds ?? DEFAULT_LATE_SECONDS) * 1000) / speed;
	return calls
		.flatMap((call, index) =>
			isOdd(odd.oddWhen, index + 1)
				? (ODD_CALLBACKS[odd.odd]?.(call, { calls, index, lateMs }) ?? [])
				: [call],
		)
		.sort((a, b) => a.dueAtMs - b.dueAtMs);
}

/** Which share of all calls is lost, from 0 to 1; the same seed loses the same ones. */
export interface CallbackLoss {
	share: number;
	seed: number;
}

/**
 * Draws whether a call is lost. It goes by the order of the submits, not by that of the calls, which
 * is another from run to run.
 *
 * @param taskNumber of the tasks that call back, from 0
 * @param callNumber of the calls of this task, from 0
 */
export function drawLoss(
	{ share, seed }: CallbackLoss,
	taskNumber: number,
	callNumber: number,
): boolean {
	const hash = createHash('sha256').update(`${seed} ${taskNumber} ${callNumber}`).digest();
	return hash.readUInt32BE(0) / 2 ** 32 < share;
}
