import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { createOutputItems } from '../operations/createOutputItems';
import { getTaskId } from '../operations/itemParameters';
import { readNetworkSettingsOrThrow } from '../operations/nodeRequest';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { Problem } from '../problems/problem';
import type { NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';
import type { StoredWait } from './storedWait';
import { hasEnded } from './suspendedWait';

/** Whether no check is needed any more: one task's error ends all waits, unless the node continues. */
export function isOver(context: IExecuteFunctions, waits: StoredWait[]): boolean {
	return waits.every(hasEnded) || (!context.continueOnFail() && waits.some(endedWithProblem));
}

function endedWithProblem({ outcome }: StoredWait): boolean {
	return outcome?.kind === 'problem';
}

/**
 * Makes the output of all tasks, one item each, in their order.
 *
 * @throws what `errorItemOrThrow` throws, for the first task that ended with a problem
 */
export async function createResults(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
): Promise<INodeExecutionData[]> {
	const failedIndex = context.continueOnFail() ? null : findIndex(waits, endedWithProblem);
	const needsNetwork = waits.some(({ outcome }) => outcome?.kind === 'task');
	const request = needsNetwork ? readNetworkSettingsOrThrow(context) : {};
	const outputs = await Promise.all(
		waits.map(async ({ parameters, plan, outcome }, itemIndex) =>
			outcome === null || (failedIndex !== null && failedIndex !== itemIndex)
				? []
				: await createOutputItems(
						{ context, itemIndex, taskKind, run, maxWaitMs: plan.maxWaitMs },
						parameters,
						outcome,
						request,
					),
		),
	);
	return outputs.flat();
}

function findIndex<T>(list: T[], matches: (entry: T) => boolean): number | null {
	const index = list.findIndex(matches);
	return index === -1 ? null : index;
}

/** Gives the same problem to all items. */
export function refuseAllItems(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	waits: StoredWait[],
	problem: Problem,
): INodeExecutionData[] {
	return waits.map(({ parameters }, itemIndex) =>
		errorItemOrThrow(context, {
			itemIndex,
			problem,
			taskId: getTaskId(parameters),
			creates: parameters.creates,
			taskKind,
			lastTask: null,
		}),
	);
}
