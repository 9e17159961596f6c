import type { DeclarativeRestApiSettings, INodeExecutionData } from 'n8n-workflow';
import type { Task } from '../gateway/task';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { Problem } from '../problems/problem';
import type { StoppedWait, WaitOutcome } from '../wait/waitOutcome';
import { createTaskItem } from './createTaskItem';
import { getTaskId, type ItemParameters } from './itemParameters';
import type { RunItem } from './runItem';

/**
 * Makes an input item's output from the outcome of its task.
 *
 * @param request of the status check, whose proxy and SSL settings count for downloads as well
 * @returns one item, linked to the input item. None when the run was stopped, and no error: a thrown
 * abort would be tried again by "Retry On Fail" and turn the execution into a failed one
 * @throws what `errorItemOrThrow` throws
 */
export async function createOutputItems(
	item: RunItem,
	parameters: ItemParameters,
	outcome: WaitOutcome | StoppedWait,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
): Promise<INodeExecutionData[]> {
	const { context, itemIndex, run } = item;
	switch (outcome.kind) {
		case 'stopped':
			return [];
		case 'problem':
			return await endWithProblem(
				item,
				parameters,
				outcome.problem,
				outcome.lastReply?.task ?? null,
			);
		case 'task': {
			const { reply, wait } = outcome;
			// a download may take as long as the user would have waited for the video
			const leftMs = item.maxWaitMs - (wait?.waitedSeconds ?? 0) * 1000;
			const created = await createTaskItem(
				context,
				run,
				parameters,
				{ reply, wait },
				request,
				leftMs,
			);
			if (run.hasEnded()) return [];
			return created.kind === 'item'
				? [{ ...created.item, pairedItem: { item: itemIndex } }]
				: await endWithProblem(item, parameters, created, reply.task);
		}
	}
}

/** One item's error ends the node, unless it continues on error. */
async function endWithProblem(
	{ context, itemIndex, taskKind, run }: RunItem,
	parameters: ItemParameters,
	problem: Problem,
	lastTask: Task | null,
): Promise<INodeExecutionData[]> {
	if (!context.continueOnFail()) await run.endForAllItems();
	if (run.wasStopped()) return [];
	const { creates } = parameters;
	const taskId = getTaskId(parameters);
	return [errorItemOrThrow(context, { itemIndex, problem, taskId, creates, taskKind, lastTask })];
}
