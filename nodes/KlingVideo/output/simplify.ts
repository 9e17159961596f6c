import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { phaseOf, type Task } from '../gateway/task';

/** What the waiting operations add to their output. */
export interface WaitFigures {
	checks: number;
	waitedSeconds: number;
	timedOut: boolean;
}

/**
 * The item that most workflows need. Fields are null rather than missing, so that tables keep their
 * columns.
 *
 * @param taskId as it was asked for, which may differ from the one inside the reply
 * @param files of the videos, in their order, by the names of their fields; empty if not downloaded
 */
export function simplify(
	taskId: string,
	task: Task,
	wait: WaitFigures | null,
	files: IBinaryKeyData,
): IDataObject {
	const phase = phaseOf(task);
	const [firstVideo] = task.videos;
	const fields = Object.keys(files);
	return {
		taskId,
		status: task.status,
		done: phase !== 'running',
		succeeded: phase === 'succeeded',
		progress: task.progress,
		videoUrl: firstVideo?.url ?? null,
		duration: firstVideo?.duration ?? null,
		videos: task.videos.map(({ id, url, duration }, index) => {
			const binaryProperty = fields[index];
			return { id, url, duration, ...(binaryProperty !== undefined && { binaryProperty }) };
		}),
		failureReason: task.failureReason,
		...(wait === null ? {} : { wait: { ...wait } }),
	};
}
