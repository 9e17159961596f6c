import type { IDataObject } from 'n8n-workflow';
import { readTask, type TaskStatus } from './task';
import { readTaskId } from './taskId';
import { readJsonMembers } from '../reading/jsonMembers';
import { parseJsonObject } from '../reading/readJson';

/** What a callback hints at. Nobody has signed it: nothing more of it is used than the task's id. */
export type Callback =
	/** The task may be done: the gateway knows. */
	| { kind: 'mayBeDone'; taskId: string }
	/** The task is on its way, by the callback's own words. */
	| { kind: 'notDone' }
	/** No task is named, or in no way that could be asked for. */
	| { kind: 'noTask' };

/** Kling's bodies have a few kilobytes. */
const MAX_CALLBACK_LENGTH = 1_000_000;

/** Relays put Kling's words one or two levels deeper. */
const MAX_LEVELS = 3;

/** Kling's own name of it, and those of relays. An `id` may be that of the call, so it counts last. */
const ID_NAMES = ['task_id', 'taskId', 'id'];

const RUNNING: ReadonlySet<TaskStatus> = new Set([
	'NOT_START',
	'SUBMITTED',
	'QUEUED',
	'IN_PROGRESS',
]);

/**
 * Reads the body of a callback. A status that nobody has heard of counts as one that may be the end.
 * Never throws.
 *
 * @param body as it came: in a number that JavaScript has read, an id has lost its last digits
 */
export function readCallback(body: string): Callback {
	const object = body.length > MAX_CALLBACK_LENGTH ? null : parseJsonObject(body);
	if (object === null) return { kind: 'noTask' };
	if (saysNotDone(object)) return { kind: 'notDone' };
	const taskId = findTaskId(body);
	return taskId === null ? { kind: 'noTask' } : { kind: 'mayBeDone', taskId };
}

function saysNotDone(body: IDataObject): boolean {
	const task = readTask(body);
	return task !== null && RUNNING.has(task.status);
}

function findTaskId(body: string): string | null {
	const levels = readLevels(body);
	for (const name of ID_NAMES) {
		for (const level of levels) {
			const taskId = readId(level.get(name));
			if (taskId !== null) return taskId;
		}
	}
	return null;
}

/** The body, its `data`, and the `data` of that: outermost first, each with its values as they were written. */
function readLevels(body: string): Array<ReadonlyMap<string, string>> {
	const levels: Array<ReadonlyMap<string, string>> = [];
	let text: string | undefined = body;
	while (text !== undefined && levels.length < MAX_LEVELS) {
		const members = readJsonMembers(text);
		if (members === null) break;
		levels.push(members);
		text = members.get('data');
	}
	return levels;
}

/** @param json a text, or a whole number with all its digits */
function readId(json: string | undefined): string | null {
	if (json === undefined) return null;
	const value: unknown = /^\d+$/.test(json) ? json : json.startsWith('"') ? JSON.parse(json) : null;
	const { kind, taskId } = readTaskId(value);
	return kind === 'taskId' ? taskId : null;
}
