import type { DeclarativeRestApiSettings, IBinaryKeyData, INodeExecutionData } from 'n8n-workflow';
import {
	downloadFiles,
	type DownloadedFiles,
	type DownloadProblem,
} from '../download/downloadFiles';
import type { TaskReply } from '../gateway/checkResult';
import { listResultFiles, type Task } from '../gateway/task';
import type { RequestContext } from '../nodeContext';
import { simplify } from '../output/simplify';
import { parseJsonObject } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import type { WaitSummary } from '../wait/waitOutcome';
import type { ItemParameters } from './itemParameters';

type HttpRequest = DeclarativeRestApiSettings.HttpRequestOptions;

/** How long a download may take at least. */
const MIN_DOWNLOAD_MS = 30 * 60_000;

/** The item of a task, without a link to an input item. */
export type CreatedItem = { kind: 'item'; item: INodeExecutionData } | DownloadProblem;

/** What is known of a task. */
export interface KnownTask {
	reply: TaskReply;
	/** Null if it was not waited for. */
	wait: WaitSummary | null;
}

/**
 * Makes the item of a task as its parameters ask for it: downloads its files, and simplifies.
 *
 * @param request of the status check, whose proxy and SSL settings count for downloads as well
 * @param downloadMs how long a download may take, in milliseconds; half an hour at least
 * @returns why a file could not be downloaded, in place of the item
 */
export async function createTaskItem(
	context: RequestContext,
	run: NodeRun,
	parameters: ItemParameters,
	known: KnownTask,
	request: HttpRequest,
	downloadMs = 0,
): Promise<CreatedItem> {
	const { reply } = known;
	const maxMs = Math.max(downloadMs, MIN_DOWNLOAD_MS);
	const downloaded = await downloadIfWanted(context, run, parameters, reply.task, request, maxMs);
	return downloaded.kind === 'files'
		? { kind: 'item', item: writeTaskItem(parameters, known, downloaded.files) }
		: downloaded;
}

/** @param files of the result, in their order, by the names of their fields */
export function writeTaskItem(
	{ id, raw }: ItemParameters,
	{ reply: { task, body }, wait }: KnownTask,
	files: IBinaryKeyData,
): INodeExecutionData {
	return {
		json: raw ? (parseJsonObject(body) ?? {}) : simplify(id.taskId, task, wait, files),
		...(Object.keys(files).length > 0 && { binary: files }),
	};
}

async function downloadIfWanted(
	context: RequestContext,
	run: NodeRun,
	{ id: { taskId }, fileField, timeoutMs, maxDownloadBytes }: ItemParameters,
	task: Task,
	request: HttpRequest,
	maxMs: number,
): Promise<DownloadedFiles> {
	if (fileField === null) return { kind: 'files', files: {} };
	const files = listResultFiles(task);
	const downloads = { taskId, files, fileField, timeoutMs, maxBytes: maxDownloadBytes, maxMs };
	return await downloadFiles(context, downloads, request, run);
}
