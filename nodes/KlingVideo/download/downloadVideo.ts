import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';
import type { NodeContext } from '../nodeContext';
import type { ProblemOf } from '../problems/problem';
import { describeConnectionError } from '../reading/readError';
import { isJsonObject, readText } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import { readHostReply } from './hostReply';
import { IdleTimeout, isByteStream, readFirstBytes } from './byteStream';

/** A connection that breaks is tried again: this often in all, with a gap that doubles. */
const MAX_ATTEMPTS = 3;
const FIRST_GAP_MS = 1000;

/** How long a host may send nothing, before the reply and within it, unless the user set a timeout. */
const IDLE_TIMEOUT_MS = 60_000;

/** Where a file comes from, and its name. */
export interface VideoSource {
	url: string;
	/** Without the extension, which depends on what the host sends. */
	fileName: string;
}

/** Why a video that is there could not be fetched. */
export type DownloadProblem = ProblemOf<'linkExpired' | 'notAVideo' | 'downloadFailed'>;

type StoredFile = { kind: 'stored'; file: IBinaryData };

/** After a transient error the download may be tried again. */
type Attempt =
	| StoredFile
	| ProblemOf<'linkExpired' | 'notAVideo'>
	| { kind: 'transientError'; cause: string };

/** n8n's settings for the node's requests that count for downloads as well. */
export interface NetworkSettings {
	proxy: IHttpRequestOptions['proxy'];
	skipSslCertificateValidation: boolean;
	/** Null for the usual one. */
	timeoutMs: number | null;
}

/**
 * Streams a video from its host into n8n's binary store. The request carries no credential: the
 * token is for the gateway alone.
 *
 * @param run whose end ends the download; the result then means nothing
 * @returns never a file that is shorter or longer than announced
 */
export async function downloadVideo(
	context: NodeContext,
	source: VideoSource,
	network: NetworkSettings,
	run: NodeRun,
): Promise<StoredFile | DownloadProblem> {
	let cause = '';
	for (let attempt = 0; attempt < MAX_ATTEMPTS && !run.hasEnded(); attempt++) {
		if (attempt > 0) await run.sleep(FIRST_GAP_MS * 2 ** (attempt - 1));
		const result = await attemptDownload(context, source, network, run);
		if (result.kind !== 'transientError') return result;
		cause = result.cause;
	}
	return { kind: 'downloadFailed', cause };
}

async function attemptDownload(
	context: NodeContext,
	{ url, fileName }: VideoSource,
	{ proxy, skipSslCertificateValidation, timeoutMs }: NetworkSettings,
	run: NodeRun,
): Promise<Attempt> {
	const idleMs = timeoutMs ?? IDLE_TIMEOUT_MS;
	const idleTimeout = new IdleTimeout(run, idleMs);
	try {
		const response: unknown = await context.helpers.httpRequest({
			...(proxy !== undefined && { proxy }),
			skipSslCertificateValidation,
			// n8n's own timeout is to come later: its text says less
			timeout: 2 * idleMs,
			method: 'GET',
			url,
			// compressed, the length announced would not be that of the file
			headers: { 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			abortSignal: idleTimeout.signal,
		});
		if (!isJsonObject(response) || !isByteStream(response.body)) {
			return { kind: 'transientError', cause: 'n8n returned no file' };
		}
		const { statusCode, headers, body } = response;
		idleTimeout.watch(body);
		const reply = readHostReply({
			statusCode: Number(statusCode),
			...readLengthAndType(headers),
			firstBytes: await readFirstBytes(body),
		});
		if (reply.kind !== 'video') return reply;

		const { announcedBytes, extension, mimeType } = reply;
		const name = `${fileName}.${extension}`;
		const file = await context.helpers.prepareBinaryData(body, name, mimeType);
		const storedBytes = await readStoredBytes(context, file);
		return announcedBytes === null || storedBytes === announcedBytes
			? { kind: 'stored', file }
			: { kind: 'transientError', cause: `${storedBytes} of ${announcedBytes} bytes arrived` };
	} catch (error) {
		const cause = idleTimeout.hasExpired
			? `its host sent nothing for ${idleMs / 1000} seconds`
			: describeConnectionError(error, "the host name of the video's address");
		return { kind: 'transientError', cause };
	} finally {
		idleTimeout.end();
	}
}

function readLengthAndType(headers: unknown): { contentType: string; contentLength: string } {
	const sent = isJsonObject(headers) ? headers : {};
	return {
		contentType: readText(sent['content-type']) ?? '',
		contentLength: readText(sent['content-length']) ?? '',
	};
}

/** Before n8n 2, an item does not say how many bytes there are. */
async function readStoredBytes(context: NodeContext, file: IBinaryData): Promise<number> {
	if (file.bytes !== undefined) return file.bytes;
	if (file.id === undefined) return Buffer.byteLength(file.data, 'base64');
	return (await context.helpers.getBinaryMetadata(file.id)).fileSize;
}
