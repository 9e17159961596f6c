import { sanitizeText } from '../reading/untrustedText';
import { isJsonObject, MAX_ID_LENGTH } from '../reading/readJson';

export const TASK_ID_KINDS = [
	'taskId',
	'noTaskId',
	/** The gateway took the task, but told no id of it. */
	'taskIdLost',
	/** A number that is not the one that was sent: Kling's ids have more digits than it can hold. */
	'taskIdLostDigits',
	'unusableTaskId',
] as const;

export interface TaskIdRead {
	kind: (typeof TASK_ID_KINDS)[number];
	/** The id to ask for; if it is of no use, what was given, as text. */
	taskId: string;
}

/**
 * Reads what the user's expression made of the Task ID. Spaces around a pasted id are taken off.
 *
 * @param item what the expression was read from; if there is no id, it may say why
 */
export function readTaskId(value: unknown, item: unknown = null): TaskIdRead {
	if (value === undefined || value === null) return readMissingTaskId(item);
	if (typeof value === 'bigint') return { kind: 'taskId', taskId: String(value) };
	if (typeof value === 'number') {
		const kind = Number.isSafeInteger(value) ? 'taskId' : 'taskIdLostDigits';
		return { kind, taskId: String(value) };
	}
	if (typeof value !== 'string') {
		return { kind: 'unusableTaskId', taskId: sanitizeText(writeAsJson(value)) };
	}
	const taskId = value.trim();
	if (taskId === '') return readMissingTaskId(item);
	// dots need no encoding, and as a whole segment of a path they lead to another one
	const leadsElsewhere = taskId === '.' || taskId === '..';
	return leadsElsewhere || taskId.length > MAX_ID_LENGTH
		? { kind: 'unusableTaskId', taskId: sanitizeText(taskId) }
		: { kind: 'taskId', taskId };
}

/**
 * The gateway answers a submit call with an empty id when Kling took the task and named no id, or one
 * that the gateway could not read. Any row of a table may have an empty id, so `object` must be there
 * as well.
 */
function readMissingTaskId(item: unknown): TaskIdRead {
	const isLost =
		isJsonObject(item) && item.object === 'video' && (item.id === '' || item.task_id === '');
	return { kind: isLost ? 'taskIdLost' : 'noTaskId', taskId: '' };
}

function writeAsJson(value: unknown): string {
	try {
		return JSON.stringify(value) ?? typeof value;
	} catch {
		// it refers to itself, or has a BigInt in it
		return typeof value;
	}
}

/** The task id as one segment of a URL's path, whatever is in it. */
export function encodeTaskId(taskId: string): string {
	const loneSurrogates = /\p{Surrogate}/gu;
	return encodeURIComponent(taskId.replace(loneSurrogates, '\uFFFD'));
}
