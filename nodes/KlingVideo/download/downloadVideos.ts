import type { DeclarativeRestApiSettings, IBinaryKeyData } from 'n8n-workflow';
import type { Video } from '../gateway/task';
import type { NodeContext } from '../nodeContext';
import type { NodeRun } from '../run/nodeRun';
import { downloadVideo, type DownloadProblem } from './downloadVideo';

/** What to download, and where to put it. */
export interface VideoDownloads {
	taskId: string;
	videos: Video[];
	/** The field for the file of the first video. */
	fileField: string;
	/** The time limit that the user set, if any. */
	timeoutMs: number | null;
}

export type VideoFiles = { kind: 'files'; files: IBinaryKeyData } | DownloadProblem;

/**
 * Downloads all videos of a task.
 *
 * @param request of the status check, whose proxy and SSL settings count here as well
 * @returns the files, in the order of the videos, by the names of their fields: `data`, `data_1`, …
 */
export async function downloadVideos(
	context: NodeContext,
	{ taskId, videos, fileField, timeoutMs }: VideoDownloads,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	run: NodeRun,
): Promise<VideoFiles> {
	const files: IBinaryKeyData = {};
	const network = {
		proxy: request.proxy,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		timeoutMs,
	};
	for (const [index, { url }] of videos.entries()) {
		const suffix = index === 0 ? '' : `_${index}`;
		const fileName = `${taskId.replace(/[^\w.-]+/g, '_')}${suffix}`;
		const download = await run.download(
			async () => await downloadVideo(context, { url, fileName }, network, run),
		);
		if (download.kind !== 'stored') return download;
		files[`${fileField}${suffix}`] = download.file;
	}
	return { kind: 'files', files };
}
