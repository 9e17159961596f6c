import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { joinNodeRun, type NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';
import { createProblemOutcome, type StoppedWait, type WaitOutcome } from '../wait/waitOutcome';
import { createOutputItems } from './createOutputItems';
import { findParameterProblem, readItemParameters } from './itemParameters';
import { createStatusCheck, type CheckTask } from './statusCheck';

/**
 * Runs a declarative operation for one input item: reads its parameters, lets the operation check
 * the task, and makes the output.
 *
 * @param taskKind of the item's task
 * @param maxWaitMs how long the operation may wait; 0 for a single check
 * @param operation gets the check of the item's task, and the run that the item is part of
 * @throws what `errorItemOrThrow` throws
 */
export async function runForItem(
	context: IExecutePaginationFunctions,
	{ options: request }: DeclarativeRestApiSettings.ResultOptions,
	taskKind: TaskKind,
	maxWaitMs: number,
	operation: (check: CheckTask, run: NodeRun) => Promise<WaitOutcome | StoppedWait>,
): Promise<INodeExecutionData[]> {
	const run = joinNodeRun(context);
	try {
		const parameters = readItemParameters(taskKind, context.getInputData().json, (name, fallback) =>
			context.getNodeParameter(name, fallback),
		);
		const problem = findParameterProblem(parameters);
		const outcome: WaitOutcome | StoppedWait =
			problem === null
				? await operation(await createStatusCheck(context, request, parameters, run), run)
				: createProblemOutcome(problem, null);
		const item = { context, itemIndex: context.getItemIndex(), taskKind, run, maxWaitMs };
		return await createOutputItems(item, parameters, outcome, request);
	} finally {
		run.leave();
	}
}
