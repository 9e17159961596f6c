import type { IExecuteFunctions } from 'n8n-workflow';

/** n8n shows it beside the execution, and filters executions by it. */
export const CUSTOM_DATA_KEY = 'kling_tasks';
export const PROGRESS_KEY = 'kling_progress';
export const PROGRESS_OF_KEY = 'kling_progress_of';

/** n8n cuts a longer value. */
const MAX_VALUE_CHARACTERS = 512;

type WithCustomData = Partial<Pick<IExecuteFunctions, 'customData'>>;

/** Notes a task with the execution, where n8n can: behind the ids comes how many more there are. */
export function addToCustomData(context: WithCustomData, taskId: string): void {
	changeNote(context, CUSTOM_DATA_KEY, (noted) => addTaskId(noted, taskId));
}

/** Notes with an execution that is suspended which other one shows its progress, where n8n can. */
export function noteProgressExecution(context: WithCustomData, executionId: string): void {
	changeNote(
		context,
		PROGRESS_KEY,
		() => `execution ${executionId} shows the progress of this one`,
	);
}

/** Notes with an execution that shows the progress whose it is, where n8n can. */
export function noteParentExecution(context: WithCustomData, executionId: string): void {
	changeNote(
		context,
		PROGRESS_OF_KEY,
		() => `execution ${executionId}: stop that one, not this one`,
	);
}

function changeNote(
	{ customData }: WithCustomData,
	key: string,
	getValue: (noted: string) => string,
): void {
	try {
		customData?.set(key, getValue(customData.get(key) ?? ''));
	} catch {
		// a task that is paid, or a wait that has begun: what is only a note must not end the item
	}
}

/** @param value what was noted so far: ids by comma, then perhaps `+` and a number */
export function addTaskId(value: string, taskId: string): string {
	const ids = value.split(', ').filter((id) => id !== '');
	const more = Number(/^\+(\d+)$/.exec(ids.at(-1) ?? '')?.[1] ?? 0);
	const named = more > 0 ? ids.slice(0, -1) : ids;
	const longer = [...named, taskId].join(', ');
	const fits = more === 0 && longer.length <= MAX_VALUE_CHARACTERS - ', +1000'.length;
	return fits ? longer : [...named, `+${more + 1}`].join(', ');
}
