import { isJsonObject, parseExact, type JsonObject } from './exactJson';
import { klingTask, PROCESSING_FROM_SHARE, STORIES, type TaskNow } from './taskReplies';

/** What Kling took from the operator for a video; its unit is neither the user's nor the gateway's. */
const UNITS = '3.5';

/**
 * What Kling says of a task at a change of its status: flat, without the envelope of a reply. It comes
 * past the relay, so that of the story only the end counts, and of that only what Kling itself says.
 *
 * @param updatedAtMs when the status changed; milliseconds since 1970
 */
export function callbackBody(now: TaskNow, story: string, updatedAtMs: number): JsonObject {
	const task = klingTaskNow(now, story);
	return {
		task_id: now.taskId,
		task_status: task.task_status ?? '',
		task_status_msg: task.task_status_msg ?? '',
		created_at: now.submittedAtS * 1000,
		updated_at: Math.floor(updatedAtMs),
		final_unit_deduction: task.task_status === 'succeed' ? UNITS : '0',
		task_info: task.task_info ?? {},
		task_result: task.task_result ?? {},
	};
}

/** Whether Kling comes to an end with it: some tasks never end, others only at the gateway. */
export function endsAtKling(now: TaskNow, story: string): boolean {
	const { task_status: status } = klingTaskNow({ ...now, share: 1 }, story);
	return status === 'succeed' || status === 'failed';
}

function klingTaskNow(now: TaskNow, story: string): JsonObject {
	if (now.share < 1) {
		const task_status = now.share < PROCESSING_FROM_SHARE ? 'submitted' : 'processing';
		return jsonOf(klingTask(now, { task_status }));
	}
	// a relay that does not pass on what Kling says changes nothing of it
	return klingTaskIn(STORIES[story]?.(now)) ?? klingTaskIn(STORIES.success?.(now)) ?? {};
}

/** Kling's own reply inside a reply of the relay, however deep; null if there is none. */
function klingTaskIn(reply: unknown): JsonObject | null {
	let inner = jsonOf(reply);
	while (inner.task_status === undefined) {
		if (!isJsonObject(inner.data)) return null;
		inner = inner.data;
	}
	return inner;
}

function jsonOf(value: unknown): JsonObject {
	const json = parseExact(JSON.stringify(value ?? {}));
	return isJsonObject(json) ? json : {};
}
