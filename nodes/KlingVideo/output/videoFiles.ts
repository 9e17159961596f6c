import type {
	DeclarativeRestApiSettings,
	IBinaryKeyData,
	IExecutePaginationFunctions,
} from 'n8n-workflow';
import { timeoutSetByUser } from '../gateway/statusRequest';
import type { Video } from '../gateway/task';
import { readText } from '../gateway/unknownJson';
import type { Run } from '../run/run';
import { downloadVideo, type DownloadRefusal } from '../video/download';

export type VideoFiles = { kind: 'files'; files: IBinaryKeyData } | DownloadRefusal;

/**
 * Downloads all videos of a task, if the user wants them.
 *
 * @param request of the status call, whose proxy and SSL settings count here as well
 * @returns the files by the names of their fields: `data`, `data_1`, …
 */
export async function videoFilesOf(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	videos: Video[],
	run: Run,
): Promise<VideoFiles> {
	const files: IBinaryKeyData = {};
	if (context.getNodeParameter('downloadVideo', false) !== true) return { kind: 'files', files };

	const field = readText(context.getNodeParameter('binaryPropertyName', 'data')) ?? 'data';
	const network = {
		proxy: request.proxy,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		timeoutMs: timeoutSetByUser(context),
	};
	for (const [index, { url }] of videos.entries()) {
		const fileName = `${taskId.replace(/[^\w.-]+/g, '_')}${index === 0 ? '' : `_${index}`}`;
		const download = await run.download(
			async () => await downloadVideo(context, { url, fileName }, network, run),
		);
		if (download.kind !== 'stored') return download;
		files[fieldName(field, index)] = download.file;
	}
	return { kind: 'files', files };
}

/** The field that holds the task's video with this index. */
export function fieldName(field: string, index: number): string {
	return index === 0 ? field : `${field}_${index}`;
}
