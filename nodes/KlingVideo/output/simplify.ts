import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { getTaskPhase, type Task } from '../gateway/task';
import type { WaitSummary } from '../wait/waitOutcome';

/**
 * The item that most workflows need. The columns that people look at first come first; fields are
 * null rather than missing, so that tables keep their columns.
 *
 * @param taskId as it was asked for, which may differ from the one inside the reply
 * @param files of the videos, in their order, by the names of their fields; empty if not downloaded
 */
export function simplify(
	taskId: string,
	task: Task,
	wait: WaitSummary | null,
	files: IBinaryKeyData,
): IDataObject {
	const phase = getTaskPhase(task);
	const [firstVideo] = task.videos;
	const fileFields = Object.keys(files);
	return {
		taskId,
		status: task.status,
		videoUrl: firstVideo?.url ?? null,
		done: phase !== 'running',
		succeeded: phase === 'succeeded',
		progress: task.progress,
		duration: firstVideo?.duration ?? null,
		videos: task.videos.map(({ id, url, duration }, index) => {
			const binaryProperty = fileFields[index];
			return { id, url, duration, ...(binaryProperty !== undefined && { binaryProperty }) };
		}),
		failureReason: task.failureReason,
		...(wait === null ? {} : { wait: { ...wait } }),
	};
}
