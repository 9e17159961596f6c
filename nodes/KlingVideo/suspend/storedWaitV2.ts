import type { IDataObject } from 'n8n-workflow';
import { isJsonObject } from '../reading/readJson';

// Version 2 knew one kind of task, whose path is known, and a task's result had less in it.

/** @returns the wait as version 3 has it; the reader of version 3 checks all of it */
export function upgradeFromV2(wait: IDataObject): unknown {
	const { parameters, history, outcome } = wait;
	return {
		...wait,
		version: 3,
		parameters: isJsonObject(parameters) ? { ...parameters, path: null } : parameters,
		history: upgradeReply(history, 'lastReply'),
		outcome: upgradeReply(upgradeReply(outcome, 'reply'), 'lastReply'),
	};
}

/** @param name of the field that may have a reply in it */
function upgradeReply(value: unknown, name: string): unknown {
	if (!isJsonObject(value)) return value;
	const reply = value[name];
	if (!isJsonObject(reply)) return value;
	return { ...value, [name]: { ...reply, task: upgradeTask(reply.task) } };
}

function upgradeTask(task: unknown): unknown {
	if (!isJsonObject(task)) return task;
	const { videos } = task;
	return {
		...task,
		action: null,
		imagesAndAudio: [],
		videos: Array.isArray(videos)
			? videos.map((video: unknown) =>
					isJsonObject(video) ? { ...video, watermarkUrl: null, sessionId: null } : video,
				)
			: videos,
	};
}
