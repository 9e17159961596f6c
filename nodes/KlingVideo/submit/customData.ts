import type { IExecuteFunctions } from 'n8n-workflow';

/** n8n shows it beside the execution, and filters executions by it. */
export const CUSTOM_DATA_KEY = 'kling_tasks';

/** n8n cuts a longer value. */
const MAX_VALUE_CHARACTERS = 512;

/** Notes a task with the execution, where n8n can: behind the ids comes how many more there are. */
export function addToCustomData(
	{ customData }: Partial<Pick<IExecuteFunctions, 'customData'>>,
	taskId: string,
): void {
	try {
		customData?.set(CUSTOM_DATA_KEY, addTaskId(customData.get(CUSTOM_DATA_KEY) ?? '', taskId));
	} catch {
		// the task is paid: what is only a note must not end the item
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
