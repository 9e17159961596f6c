import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readItemParameters } from '../operations/itemParameters';
import { readErrorMessage } from '../reading/readError';
import type { TaskKind } from '../taskKinds';
import { readWaitPlan } from '../wait/waitPlan';
import type { CheckTimes } from './checkTimes';
import { readStoredWait, type StoredWait } from './storedWait';
import { WAIT_FIELD_V1 } from './storedWaitV1';
import { startUnreadableWait, startWait } from './suspendedWait';

/** Starts the wait that an input item asks for. Never throws. */
export function startWaitForItem(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	itemIndex: number,
): StoredWait {
	const parameter = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const started = { parentExecutionId: context.getExecutionId(), startedAtMs: Date.now() };
	try {
		return startWait({
			...started,
			parameters: readItemParameters(taskKind, context.getInputData()[itemIndex]?.json, parameter),
			plan: readWaitPlan(parameter('options', {})),
		});
	} catch (error) {
		return startUnreadableWait(taskKind, started, readErrorMessage(error));
	}
}

/** The field of an item that holds a wait. Stored: never renamed. */
export const STORED_WAIT_FIELD = 'storedWait';

/** Has n8n keep the waits with the progress execution, once, rather than with each check's output. */
export function keepWaits(
	context: IExecuteFunctions,
	waits: StoredWait[],
	times: CheckTimes,
): void {
	const kept = context.getContext('flow');
	kept.tasks = waits;
	kept.checkTimes = times;
}

/** @returns what was kept of the times of the checks, as it is */
export function readKeptTimes(context: IExecuteFunctions): unknown {
	return context.getContext('flow').checkTimes;
}

/**
 * Reads the waits as they were last kept, or, before the first check, as they came with the items.
 *
 * @returns null if one of them cannot be read
 */
export function readKeptWaits(context: IExecuteFunctions): StoredWait[] | null {
	const kept: unknown = context.getContext('flow').tasks;
	return Array.isArray(kept) ? readWaits(kept) : readWaitsInItems(context.getInputData());
}

/** @returns null if one of the items has no wait that can be read */
export function readWaitsInItems(items: INodeExecutionData[]): StoredWait[] | null {
	return readWaits(items.map(({ json }) => json[STORED_WAIT_FIELD] ?? json[WAIT_FIELD_V1]));
}

function readWaits(stored: unknown[]): StoredWait[] | null {
	const waits = stored.map(readStoredWait);
	return waits.every((wait) => wait !== null) ? waits : null;
}

export function createProgressItems(jsons: IDataObject[]): INodeExecutionData[] {
	return jsons.map((json, item) => ({ json, pairedItem: { item } }));
}
