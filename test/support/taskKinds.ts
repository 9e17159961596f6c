import { TASK_KINDS, type TaskKind } from '../../nodes/KlingVideo/taskKinds';

export function taskKind(resource: string): TaskKind {
	const kind = TASK_KINDS.find((row) => row.resource === resource);
	if (kind === undefined) throw new Error(`No kind of task is called ${resource}`);
	return kind;
}

export const MULTI_IMAGE = taskKind('multiImageVideo');
export const OMNI = taskKind('omniVideo');
export const OTHER = taskKind('otherVideo');
