import type { DeclarativeRestApiSettings, IBinaryKeyData } from 'n8n-workflow';
import type { ResultFile } from '../gateway/task';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { RequestContext } from '../nodeContext';
import type { ProblemOf } from '../problems/problem';
import type { NodeRun } from '../run/nodeRun';
import { downloadFile } from './downloadFile';

/** Kling makes a few files for a task at most: more than this is a reply that is wrong. */
const MAX_FILES = 20;

export const BYTES_PER_MEGABYTE = 1_000_000;

/** Far more than any video of Kling's has. */
export const DEFAULT_MAX_DOWNLOAD_MEGABYTES = 2000;

const MINUTE_MS = 60_000;

/** What to download, where to put it, and what that may take. */
export interface Downloads {
	taskId: string;
	files: ResultFile[];
	/** The field for the first file. */
	fileField: string;
	/** The time limit of a request that the user set, if any. */
	timeoutMs: number | null;
	/** Of all files together. */
	maxBytes: number;
	/** Of all files together, without the time that they wait for other downloads. */
	maxMs: number;
}

/** Why a file that is there could not be fetched. */
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

export type DownloadedFiles = { kind: 'files'; files: IBinaryKeyData } | DownloadProblem;

/**
 * Downloads all files of a task's result.
 *
 * @param request of the status check, whose proxy and SSL settings count here as well
 * @returns the files, in their order, by the names of their fields: `data`, `data_1`, …
 */
export async function downloadFiles(
	context: RequestContext,
	{ taskId, files, fileField, timeoutMs, maxBytes, maxMs }: Downloads,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	run: NodeRun,
): Promise<DownloadedFiles> {
	if (files.length > MAX_FILES) {
		return { kind: 'tooManyVideos', videos: files.length, maxVideos: MAX_FILES };
	}
	const stored: IBinaryKeyData = {};
	const network = {
		proxy: request.proxy,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		timeoutMs,
	};
	const left = { maxBytes, maxMs };
	for (const [index, { type, url }] of files.entries()) {
		const suffix = index === 0 ? '' : `_${index}`;
		const fileName = `${taskId.replace(/[^\w.-]+/g, '_')}${suffix}`;
		const download = await run.download(async () => {
			const startedAtMs = monotonicNowMs();
			const result = await downloadFile(context, { type, url, fileName }, network, left, run);
			left.maxMs -= monotonicNowMs() - startedAtMs;
			return result;
		});
		switch (download.kind) {
			case 'stored':
				left.maxBytes -= download.bytes;
				stored[`${fileField}${suffix}`] = download.file;
				break;
			case 'tooLarge':
				return { kind: 'downloadTooLarge', maxMegabytes: maxBytes / BYTES_PER_MEGABYTE };
			case 'tooLong':
				return { kind: 'downloadTooLong', maxMinutes: Math.round(maxMs / MINUTE_MS) };
			default:
				return download;
		}
	}
	return { kind: 'files', files: stored };
}
