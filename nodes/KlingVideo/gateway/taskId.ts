export interface TaskIdRead {
	kind:
		| 'taskId'
		| 'noTaskId'
		/** A number that is not the one that was sent: Kling's ids have more digits than it can hold. */
		| 'taskIdLostDigits'
		| 'unusableTaskId';
	/** The id to ask for; if it is of no use, what was given, as text. */
	taskId: string;
}

/** Reads what the user's expression made of the Task ID. Spaces around a pasted id are taken off. */
export function readTaskId(value: unknown): TaskIdRead {
	if (value === undefined || value === null) return { kind: 'noTaskId', taskId: '' };
	if (typeof value === 'number') {
		const kind = Number.isSafeInteger(value) ? 'taskId' : 'taskIdLostDigits';
		return { kind, taskId: String(value) };
	}
	if (typeof value !== 'string') {
		return { kind: 'unusableTaskId', taskId: JSON.stringify(value) ?? typeof value };
	}
	const taskId = value.trim();
	if (taskId === '') return { kind: 'noTaskId', taskId };
	// dots need no encoding, and as a whole segment of a path they lead to another one
	const leadsElsewhere = taskId === '.' || taskId === '..';
	return { kind: leadsElsewhere ? 'unusableTaskId' : 'taskId', taskId };
}

/** The task id as one segment of a URL's path, whatever is in it. */
export function encodeTaskId(taskId: string): string {
	const loneSurrogates = /\p{Surrogate}/gu;
	return encodeURIComponent(taskId.replace(loneSurrogates, '\uFFFD'));
}
