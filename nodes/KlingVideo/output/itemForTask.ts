import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { bodyOf, type TaskSeen } from '../gateway/meaning';
import { statusCheckOf, type CheckStatus } from '../gateway/statusRequest';
import type { Task } from '../gateway/task';
import { readTaskId } from '../gateway/taskId';
import { joinRun, type Run } from '../run/run';
import { report } from './report';
import { simplify, type WaitFigures } from './simplify';
import type { Situation } from './situation';
import { videoFilesOf } from './videoFiles';

/** What an operation found out about one task. */
export type Outcome =
	| { kind: 'task'; seen: TaskSeen; wait: WaitFigures | null }
	| { kind: 'situation'; situation: Situation; seen: TaskSeen | null }
	/** Nobody waits for it any more. */
	| { kind: 'stopped' };

/**
 * Runs an operation for one input item and makes its output of the outcome.
 *
 * @param operation gets the check of the item's task, and the run that the item is part of
 * @returns one item, linked to the input item; none when stopped, quietly, as n8n expects it: a
 * thrown abort would be tried again and turn the run into a failed one
 * @throws what `report` throws
 */
export async function itemForTask(
	context: IExecutePaginationFunctions,
	{ options }: DeclarativeRestApiSettings.ResultOptions,
	operation: (check: CheckStatus, run: Run) => Promise<Outcome>,
): Promise<INodeExecutionData[]> {
	const run = joinRun(context);
	try {
		const raw = context.getNodeParameter('simplify', true) === false;
		const { kind, taskId } = readTaskId(context.getNodeParameter('taskId', ''));
		const outcome: Outcome =
			kind === 'taskId'
				? await operation(await statusCheckOf(context, options, taskId, run, raw), run)
				: { kind: 'situation', situation: { kind }, seen: null };

		const told = async (situation: Situation, lastSeen: Task | null) => {
			if (!context.continueOnFail()) await run.endForAll();
			return report(context, situation, taskId, lastSeen);
		};
		switch (outcome.kind) {
			case 'stopped':
				return [];
			case 'task': {
				const { task } = outcome.seen;
				const videos = await videoFilesOf(context, options, taskId, task.videos, run);
				if (run.hasEnded()) return [];
				if (videos.kind !== 'files') return [await told(videos, task)];

				const { files } = videos;
				return [
					{
						json: raw ? bodyOf(outcome.seen) : simplify(taskId, task, outcome.wait, files),
						...(Object.keys(files).length > 0 && { binary: files }),
						pairedItem: { item: context.getItemIndex() },
					},
				];
			}
			case 'situation':
				return [await told(outcome.situation, outcome.seen?.task ?? null)];
		}
	} finally {
		run.leave();
	}
}
