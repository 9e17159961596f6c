import type { DeclarativeRestApiSettings, INodeExecutionData } from 'n8n-workflow';
import { downloadFiles, type DownloadedFiles } from '../download/downloadFiles';
import { listResultFiles, type Task } from '../gateway/task';
import { simplify } from '../output/simplify';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { Problem } from '../problems/problem';
import { parseJsonObject } from '../reading/readJson';
import type { StoppedWait, WaitOutcome } from '../wait/waitOutcome';
import { getTaskId, type ItemParameters } from './itemParameters';
import type { RunItem } from './runItem';

/** A download may take as long as the user would have waited for the video, and this at least. */
const MIN_DOWNLOAD_MS = 30 * 60_000;

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
	const { itemIndex, run } = item;
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
			const { task, body } = outcome.reply;
			const waitedMs = (outcome.wait?.waitedSeconds ?? 0) * 1000;
			const maxMs = Math.max(item.maxWaitMs - waitedMs, MIN_DOWNLOAD_MS);
			const downloaded = await downloadIfWanted(item, parameters, task, request, maxMs);
			if (run.hasEnded()) return [];
			if (downloaded.kind !== 'files') {
				return await endWithProblem(item, parameters, downloaded, task);
			}
			const { files } = downloaded;
			return [
				{
					json: parameters.raw
						? (parseJsonObject(body) ?? {})
						: simplify(parameters.id.taskId, task, outcome.wait, files),
					...(Object.keys(files).length > 0 && { binary: files }),
					pairedItem: { item: itemIndex },
				},
			];
		}
	}
}

async function downloadIfWanted(
	{ context, run }: RunItem,
	{ id: { taskId }, fileField, timeoutMs, maxDownloadBytes }: ItemParameters,
	task: Task,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	maxMs: number,
): Promise<DownloadedFiles> {
	if (fileField === null) return { kind: 'files', files: {} };
	const files = listResultFiles(task);
	const downloads = { taskId, files, fileField, timeoutMs, maxBytes: maxDownloadBytes, maxMs };
	return await downloadFiles(context, downloads, request, run);
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
