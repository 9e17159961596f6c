import { BYTES_PER_MEGABYTE, DEFAULT_MAX_DOWNLOAD_MEGABYTES } from '../download/downloadFiles';
import { encodeTaskId, readTaskId, type TaskIdRead } from '../gateway/taskId';
import { readTaskPath, type TaskPathRead } from '../gateway/taskPath';
import type { ProblemOf } from '../problems/problem';
import { isJsonObject, readNumber, readText } from '../reading/readJson';
import type { TaskKind } from '../taskKinds';

/** The parameters of one input item that all operations have. */
export interface ItemParameters {
	/** An empty one where the operation has yet to create the task. */
	id: TaskIdRead;
	/** Whether the operation creates the task. */
	creates: boolean;
	/** Null for a kind of task whose path is known. */
	path: TaskPathRead | null;
	/** Whether the gateway's reply is wanted as it came. */
	raw: boolean;
	/** The field for the file of the first video; null if none is to be downloaded. */
	fileField: string | null;
	/** The time limit of a request that the user set in n8n's request options, if any. */
	timeoutMs: number | null;
	/** Of all videos together. */
	maxDownloadBytes: number;
}

/** Some programs take a field of this name for something of JavaScript's, and lose the file. */
const UNUSABLE_FIELDS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * @param taskKind of the node's tasks
 * @param item what the input item holds
 * @param parameter gives a parameter's value for the item, or the fallback if it is not shown
 * @throws what n8n throws when it cannot resolve an expression
 */
export function readItemParameters(
	taskKind: TaskKind,
	item: unknown,
	parameter: (name: string, fallback: unknown) => unknown,
): ItemParameters {
	const download = parameter('downloadVideo', false) === true;
	const requestOptions = parameter('requestOptions', {});
	const timeoutMs = isJsonObject(requestOptions) ? readNumber(requestOptions.timeout) : null;
	const options = parameter('options', {});
	const maxMegabytes =
		(isJsonObject(options) ? readNumber(options.maxDownloadMegabytes) : null) ??
		DEFAULT_MAX_DOWNLOAD_MEGABYTES;
	return {
		id: readTaskId(parameter('taskId', ''), item),
		creates: false,
		path: taskKind.path === null ? readTaskPath(parameter('taskPath', '')) : null,
		raw: parameter('simplify', true) === false,
		fileField: download ? readFileField(parameter('binaryPropertyName', 'data')) : null,
		timeoutMs: timeoutMs !== null && timeoutMs > 0 ? timeoutMs : null,
		maxDownloadBytes: Math.max(1, maxMegabytes) * BYTES_PER_MEGABYTE,
	};
}

/** The same for an operation that creates the task. */
export function readCreateParameters(
	taskKind: TaskKind,
	parameter: (name: string, fallback: unknown) => unknown,
): ItemParameters {
	return { ...readItemParameters(taskKind, {}, parameter), ...nameCreatedTask(null) };
}

/** @param taskId null where nothing was created yet */
export function nameCreatedTask(taskId: string | null): Pick<ItemParameters, 'id' | 'creates'> {
	return { id: readTaskId(taskId ?? ''), creates: true };
}

/** The task's id for people: as it was asked for; null where nothing was created. */
export function getTaskId({ id, creates }: ItemParameters): string | null {
	return creates && id.kind === 'noTaskId' ? null : id.taskId;
}

/** @returns why nothing can be asked with them; null if it can */
export function findParameterProblem({
	id,
	path,
}: ItemParameters): ProblemOf<
	Exclude<TaskIdRead['kind'], 'taskId'> | Exclude<TaskPathRead['kind'], 'taskPath'>
> | null {
	if (id.kind !== 'taskId') return { kind: id.kind };
	switch (path?.kind) {
		case 'noTaskPath':
			return { kind: path.kind };
		case 'unusableTaskPath':
			return { kind: path.kind, taskPath: path.taskPath };
		default:
			return null;
	}
}

/** What the item's task adds to the path of the status request. */
export function buildTaskPath({ id, path }: ItemParameters): string {
	const taskId = encodeTaskId(id.taskId);
	return path === null ? taskId : `${path.taskPath}/${taskId}`;
}

function readFileField(value: unknown): string {
	const field = readText(value) ?? 'data';
	return UNUSABLE_FIELDS.has(field) ? 'data' : field;
}
