import type { DeclarativeRestApiSettings, INodeExecutionData } from 'n8n-workflow';
import { bodyOf } from '../gateway/meaning';
import type { Task } from '../gateway/task';
import type { Asked } from '../input/asked';
import type { Run } from '../run/run';
import type { Outcome } from './outcome';
import { report, type Place } from './report';
import { simplify } from './simplify';
import type { Situation } from './situation';
import { videoFilesOf } from './videoFiles';

/**
 * Makes an input item's output of the outcome of its task.
 *
 * @param request of the status call, whose proxy and SSL settings count for downloads as well
 * @returns one item, linked to the input item; none when stopped, quietly, as n8n expects it: a
 * thrown abort would be tried again and turn the run into a failed one
 * @throws what `report` throws
 */
export async function outputItems(
	place: Place,
	asked: Asked,
	outcome: Outcome,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	run: Run,
): Promise<INodeExecutionData[]> {
	const { context, itemIndex } = place;
	const { taskId } = asked.id;
	const told = async (situation: Situation, lastSeen: Task | null) => {
		if (!context.continueOnFail()) await run.endForAll();
		return report(place, situation, taskId, lastSeen);
	};
	switch (outcome.kind) {
		case 'stopped':
			return [];
		case 'task': {
			const { task } = outcome.seen;
			const videos = await videoFilesOf(context, asked, task.videos, request, run);
			if (run.hasEnded()) return [];
			if (videos.kind !== 'files') return [await told(videos, task)];

			const { files } = videos;
			return [
				{
					json: asked.raw ? bodyOf(outcome.seen) : simplify(taskId, task, outcome.wait, files),
					...(Object.keys(files).length > 0 && { binary: files }),
					pairedItem: { item: itemIndex },
				},
			];
		}
		case 'situation':
			return [await told(outcome.situation, outcome.seen?.task ?? null)];
	}
}
