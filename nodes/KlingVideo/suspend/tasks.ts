import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { wordsOf } from '../gateway/answer';
import { readAsked } from '../input/asked';
import { readPlan } from '../wait/plan';
import { park, parkUnreadable, readParked, type ParkedTask } from './parkedTask';

/** What the user asks for with an input item. */
export function taskOf(context: IExecuteFunctions, itemIndex: number): ParkedTask {
	const parameter = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const waiting = { parentExecutionId: context.getExecutionId(), startedAtMs: Date.now() };
	try {
		return park({
			...waiting,
			asked: readAsked(parameter),
			plan: readPlan(parameter('options', {})),
		});
	} catch (error) {
		return parkUnreadable({
			...waiting,
			cause: wordsOf(error),
		});
	}
}

/** n8n keeps this with the progress execution, once, and not with what each check puts out. */
export function keepTasks(context: IExecuteFunctions, tasks: ParkedTask[]): void {
	context.getContext('flow').tasks = tasks;
}

/**
 * The tasks as they were last kept, or, before the first check, as they came along.
 *
 * @returns null if one of them cannot be read
 */
export function readTasks(context: IExecuteFunctions): ParkedTask[] | null {
	const kept: unknown = context.getContext('flow').tasks;
	const written = Array.isArray(kept)
		? kept
		: context.getInputData().map(({ json }) => json.parked);
	const tasks = written.map(readParked);
	return tasks.every((task) => task !== null) ? tasks : null;
}

export function progressItems(jsons: IDataObject[]): INodeExecutionData[] {
	return jsons.map((json, item) => ({ json, pairedItem: { item } }));
}
