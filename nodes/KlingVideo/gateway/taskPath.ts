import { sanitizeText } from '../reading/untrustedText';

export const TASK_PATH_KINDS = ['taskPath', 'noTaskPath', 'unusableTaskPath'] as const;

/** What the user wrote into "Task Path". */
export interface TaskPathRead {
	kind: (typeof TASK_PATH_KINDS)[number];
	/** The path to ask at, such as `effects`; if it is of no use, what was given, as text. */
	taskPath: string;
}

/** So that it can never lead anywhere else: no dots, and nothing that a URL gives a meaning to. */
const TASK_PATH = /^[\w-]+(?:\/[\w-]+)*$/;

const MAX_TASK_PATH_LENGTH = 200;

/** Spaces and slashes around it are taken off. */
export function readTaskPath(value: unknown): TaskPathRead {
	if (value === undefined || value === null) return { kind: 'noTaskPath', taskPath: '' };
	if (typeof value !== 'string') return { kind: 'unusableTaskPath', taskPath: typeof value };
	const taskPath = value
		.trim()
		.replace(/^\/+/, '')
		.replace(/(?<!\/)\/+$/, '')
		.trim();
	if (taskPath === '') return { kind: 'noTaskPath', taskPath: '' };
	return taskPath.length <= MAX_TASK_PATH_LENGTH && TASK_PATH.test(taskPath)
		? { kind: 'taskPath', taskPath }
		: { kind: 'unusableTaskPath', taskPath: sanitizeText(taskPath) };
}
