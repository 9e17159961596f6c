import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { getTaskPhase, type Task } from '../gateway/task';
import type { WaitSummary } from '../wait/waitOutcome';

/**
 * The item that most workflows need. The columns that people look at first come first; fields are
 * null rather than missing, so that tables keep their columns.
 *
 * @param taskId as it was asked for, which may differ from the one inside the reply
 * @param files of the result, in their order, by the names of their fields; empty if not downloaded
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
	const nameFileField = (index: number) => {
		const binaryProperty = fileFields[index];
		return binaryProperty === undefined ? {} : { binaryProperty };
	};
	return {
		taskId,
		status: task.status,
		videoUrl: firstVideo?.url ?? null,
		done: phase !== 'running',
		succeeded: phase === 'succeeded',
		progress: task.progress,
		duration: firstVideo?.duration ?? null,
		videos: task.videos.map(({ id, url, duration, watermarkUrl, sessionId }, index) => ({
			id,
			url,
			duration,
			...(watermarkUrl !== null && { watermarkUrl }),
			...(sessionId !== null && { sessionId }),
			...nameFileField(index),
		})),
		// only a task that makes no video has them
		...(task.imagesAndAudio.length > 0 && {
			files: task.imagesAndAudio.map((file, index) => ({ ...file, ...nameFileField(index) })),
		}),
		failureReason: task.failureReason,
		...(wait === null ? {} : { wait: { ...wait } }),
	};
}
