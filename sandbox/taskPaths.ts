import { TASK_KINDS } from '../nodes/KlingVideo/taskKinds';

/**
 * Which paths a gateway answers on. The gateway of the documents knows the nine kinds of the node's
 * table; a newer relay of the same family knows two of them, and sends its web page for all others.
 * The third stands for relays that know more than this package does.
 */
export const RELAYS = ['gateway', 'newer', 'any'] as const;

export type Relay = (typeof RELAYS)[number];

const TASKS_PATH = '/kling/v1/videos/';

const GATEWAY_PATHS = TASK_KINDS.flatMap(({ path }) => path ?? []);
const NEWER_PATHS = ['text2video', 'image2video'];

/** What a submit or status call is about. */
export interface TaskAddress {
	/** The part of the path that names the kind of task. */
	kindPath: string;
	/** Null for a submit call. */
	taskId: string | null;
}

/** @returns null for a path that is none of tasks, whatever relay it is asked of */
export function readTaskAddress(method: string, path: string): TaskAddress | null {
	if (!path.startsWith(TASKS_PATH)) return null;
	const rest = path.slice(TASKS_PATH.length);
	if (method === 'POST') return { kindPath: rest, taskId: null };
	const end = rest.lastIndexOf('/');
	return end === -1 ? null : { kindPath: rest.slice(0, end), taskId: decode(rest.slice(end + 1)) };
}

export function isRouted(relay: Relay, { kindPath }: TaskAddress): boolean {
	switch (relay) {
		case 'gateway':
			return GATEWAY_PATHS.includes(kindPath);
		case 'newer':
			return NEWER_PATHS.includes(kindPath);
		case 'any':
			return true;
	}
}

/** What the gateway calls tasks of the path; null for those that it does not know. */
export function findAction(kindPath: string): string | null {
	return TASK_KINDS.find(({ path }) => path === kindPath)?.action ?? null;
}

function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
