import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readItemParameters } from '../operations/itemParameters';
import { readErrorMessage } from '../reading/readError';
import { readNumber } from '../reading/readJson';
import type { TaskKind } from '../taskKinds';
import { readWaitPlan } from '../wait/waitPlan';
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

/** Has n8n keep the waits with the progress execution, once, rather than with each check's output. */
export function keepWaits(context: IExecuteFunctions, waits: StoredWait[]): void {
	context.getContext('flow').tasks = waits;
}

/** Has n8n keep the moment of a round. */
export function keepRoundTime(context: IExecuteFunctions): void {
	context.getContext('flow').lastRoundAtMs = Date.now();
}

/** @returns how long ago the last round was; infinite where there was none, or a clock was set back */
export function readMsSinceRound(context: IExecuteFunctions): number {
	const lastRoundAtMs = readNumber(context.getContext('flow').lastRoundAtMs);
	const ms = lastRoundAtMs === null ? -1 : Date.now() - lastRoundAtMs;
	return ms < 0 ? Number.POSITIVE_INFINITY : ms;
}

/**
 * Reads the waits as they were last kept, or, before the first check, as they came with the items.
 *
 * @returns null if one of them cannot be read
 */
export function readKeptWaits(context: IExecuteFunctions): StoredWait[] | null {
	const kept: unknown = context.getContext('flow').tasks;
	const stored = Array.isArray(kept)
		? kept
		: context.getInputData().map(({ json }) => json.storedWait ?? json[WAIT_FIELD_V1]);
	const waits = stored.map(readStoredWait);
	return waits.every((wait) => wait !== null) ? waits : null;
}

export function createProgressItems(jsons: IDataObject[]): INodeExecutionData[] {
	return jsons.map((json, item) => ({ json, pairedItem: { item } }));
}
