import type { DeclarativeRestApiSettings, IBinaryKeyData } from 'n8n-workflow';
import type { Video } from '../gateway/task';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { NodeContext } from '../nodeContext';
import type { ProblemOf } from '../problems/problem';
import type { NodeRun } from '../run/nodeRun';
import { downloadVideo } from './downloadVideo';

/** Kling makes a few videos for a task at most: more than this is a reply that is wrong. */
const MAX_VIDEOS = 20;

export const BYTES_PER_MEGABYTE = 1_000_000;

/** Far more than any video of Kling's has. */
export const DEFAULT_MAX_DOWNLOAD_MEGABYTES = 2000;

const MINUTE_MS = 60_000;

/** What to download, where to put it, and what that may take. */
export interface VideoDownloads {
	taskId: string;
	videos: Video[];
	/** The field for the file of the first video. */
	fileField: string;
	/** The time limit of a request that the user set, if any. */
	timeoutMs: number | null;
	/** Of all videos together. */
	maxBytes: number;
	/** Of all videos together, without the time that they wait for other downloads. */
	maxMs: number;
}

/** Why a video that is there could not be fetched. */
export type DownloadProblem = ProblemOf<
	| 'linkExpired'
	| 'notAVideo'
	| 'downloadFailed'
	| 'downloadNotAllowed'
	| 'downloadTooLarge'
	| 'downloadTooLong'
	| 'proxyRefused'
	| 'tooManyVideos'
>;

export type VideoFiles = { kind: 'files'; files: IBinaryKeyData } | DownloadProblem;

/**
 * Downloads all videos of a task.
 *
 * @param request of the status check, whose proxy and SSL settings count here as well
 * @returns the files, in the order of the videos, by the names of their fields: `data`, `data_1`, …
 */
export async function downloadVideos(
	context: NodeContext,
	{ taskId, videos, fileField, timeoutMs, maxBytes, maxMs }: VideoDownloads,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	run: NodeRun,
): Promise<VideoFiles> {
	if (videos.length > MAX_VIDEOS) {
		return { kind: 'tooManyVideos', videos: videos.length, maxVideos: MAX_VIDEOS };
	}
	const files: IBinaryKeyData = {};
	const network = {
		proxy: request.proxy,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		timeoutMs,
	};
	const left = { maxBytes, maxMs };
	for (const [index, { url }] of videos.entries()) {
		const suffix = index === 0 ? '' : `_${index}`;
		const fileName = `${taskId.replace(/[^\w.-]+/g, '_')}${suffix}`;
		const download = await run.download(async () => {
			const startedAtMs = monotonicNowMs();
			const result = await downloadVideo(context, { url, fileName }, network, left, run);
			left.maxMs -= monotonicNowMs() - startedAtMs;
			return result;
		});
		switch (download.kind) {
			case 'stored':
				left.maxBytes -= download.bytes;
				files[`${fileField}${suffix}`] = download.file;
				break;
			case 'tooLarge':
				return { kind: 'downloadTooLarge', maxMegabytes: maxBytes / BYTES_PER_MEGABYTE };
			case 'tooLong':
				return { kind: 'downloadTooLong', maxMinutes: Math.round(maxMs / MINUTE_MS) };
			default:
				return download;
		}
	}
	return { kind: 'files', files };
}
