import type { DeclarativeRestApiSettings, IBinaryKeyData } from 'n8n-workflow';
import type { NodeContext } from '../gateway/statusRequest';
import type { Video } from '../gateway/task';
import type { Asked } from '../input/asked';
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
	context: NodeContext,
	{ id, fileField, timeoutMs }: Asked,
	videos: Video[],
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	run: Run,
): Promise<VideoFiles> {
	const files: IBinaryKeyData = {};
	if (fileField === null) return { kind: 'files', files };

	const network = {
		proxy: request.proxy,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		timeoutMs,
	};
	for (const [index, { url }] of videos.entries()) {
		const fileName = `${id.taskId.replace(/[^\w.-]+/g, '_')}${index === 0 ? '' : `_${index}`}`;
		const download = await run.download(
			async () => await downloadVideo(context, { url, fileName }, network, run),
		);
		if (download.kind !== 'stored') return download;
		files[fieldName(fileField, index)] = download.file;
	}
	return { kind: 'files', files };
}

/** The field that holds the task's video with this index. */
export function fieldName(field: string, index: number): string {
	return index === 0 ? field : `${field}_${index}`;
}
