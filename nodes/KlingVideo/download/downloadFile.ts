import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { RequestContext } from '../nodeContext';
import { formatDuration } from '../problems/formatDuration';
import type { ResultFile } from '../gateway/task';
import type { ProblemOf } from '../problems/problem';
import { sanitizeText } from '../reading/untrustedText';
import { describeConnectionError, readErrorMessage, readRequestError } from '../reading/readError';
import { isJsonObject, readText } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import { isByteStream, readFirstBytes } from './byteStream';
import { SAMPLE_BYTES } from './fileType';
import { readHostReply } from './hostReply';
import { Transfer } from './transfer';
import { MIN_KILOBYTES_PER_WINDOW, WINDOW_MINUTES, type TransferFault } from './transferMeter';

/** A connection that breaks is tried again: this often in all, with a gap that doubles. */
const MAX_ATTEMPTS = 3;
const FIRST_GAP_MS = 1000;

/** How long a host may send nothing, before the reply and within it, unless the user set a timeout. */
const IDLE_TIMEOUT_MS = 60_000;

/** How n8n's SSRF protection words each of its refusals, also one of a redirect. */
const REFUSED_BY_N8N = 'request was blocked because';

/** What a file is, where it comes from, and its name. */
export interface FileSource extends ResultFile {
	/** Without the extension, which depends on what the host sends. */
	fileName: string;
}

/** What a download may take, all attempts together. */
export interface DownloadLimits {
	maxMs: number;
	maxBytes: number;
}

/** n8n's settings for the node's requests that count for downloads as well. */
export interface NetworkSettings {
	proxy: IHttpRequestOptions['proxy'];
	skipSslCertificateValidation: boolean;
	/** Null for the usual one. */
	timeoutMs: number | null;
}

/** How a download has ended that need not be tried again. */
type EndedDownload =
	| { kind: 'stored'; file: IBinaryData; bytes: number }
	| { kind: 'tooLong' | 'tooLarge' }
	| ProblemOf<'linkExpired' | 'notAVideo' | 'proxyRefused' | 'downloadNotAllowed'>;

type Attempt = EndedDownload | { kind: 'transientError'; cause: string };

/**
 * Streams a file from its host into n8n's binary store. The request carries no credential: the
 * token is for the gateway alone.
 *
 * @param run whose end ends the download; the result then means nothing
 * @returns never a file that is shorter or longer than what arrived
 */
export async function downloadFile(
	context: RequestContext,
	source: FileSource,
	network: NetworkSettings,
	{ maxMs, maxBytes }: DownloadLimits,
	run: NodeRun,
): Promise<EndedDownload | ProblemOf<'downloadFailed'>> {
	const endMs = monotonicNowMs() + maxMs;
	let cause = '';
	for (let attempt = 0; attempt < MAX_ATTEMPTS && !run.hasEnded(); attempt++) {
		if (attempt > 0) await run.sleep(FIRST_GAP_MS * 2 ** (attempt - 1));
		const limits = { maxMs: endMs - monotonicNowMs(), maxBytes };
		const result = await attemptDownload(context, source, network, limits, run);
		if (result.kind !== 'transientError') return result;
		cause = result.cause;
	}
	return { kind: 'downloadFailed', cause };
}

async function attemptDownload(
	context: RequestContext,
	{ type, url, fileName }: FileSource,
	{ proxy, skipSslCertificateValidation, timeoutMs }: NetworkSettings,
	{ maxMs, maxBytes }: DownloadLimits,
	run: NodeRun,
): Promise<Attempt> {
	// a timer of more than 24 days would fire at once
	const idleMs = Math.min(timeoutMs ?? IDLE_TIMEOUT_MS, Math.max(maxMs, 1));
	const transfer = new Transfer(run, { idleMs, maxMs, maxBytes });
	try {
		const response: unknown = await context.helpers.httpRequest({
			...(proxy !== undefined && { proxy }),
			skipSslCertificateValidation,
			// n8n's own timeout is to come later: its text says less
			timeout: 2 * idleMs,
			method: 'GET',
			url,
			// such files do not get smaller by it
			headers: { 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			abortSignal: transfer.signal,
		});
		if (!isJsonObject(response) || !isByteStream(response.body)) {
			return { kind: 'transientError', cause: 'n8n returned no file' };
		}
		const { headers, body } = response;
		transfer.watch(body);
		const statusCode = Number(response.statusCode);
		const reply = readHostReply(type, {
			statusCode,
			...readLengthAndType(headers),
			// what comes with another status does not matter, and may be cut
			firstBytes: statusCode === 200 ? await readFirstBytes(body, SAMPLE_BYTES) : new Uint8Array(),
		});
		if (reply.kind !== 'file') return reply;
		if ((reply.announcedBytes ?? 0) > maxBytes) return { kind: 'tooLarge' };

		const name = `${fileName}.${reply.extension}`;
		const file = await context.helpers.prepareBinaryData(body, name, reply.mimeType);
		const fault = transfer.getFault();
		if (fault !== null) return describeFault(fault, idleMs);
		const bytes = await readStoredBytes(context, file);
		// Node.js checks that everything arrived which was announced
		return bytes === transfer.receivedBytes
			? { kind: 'stored', file, bytes }
			: {
					kind: 'transientError',
					cause: `n8n stored ${bytes} of ${transfer.receivedBytes} bytes`,
				};
	} catch (error) {
		const fault = transfer.getFault();
		if (fault !== null) return describeFault(fault, idleMs);
		if (transfer.isComplete) {
			const cause = sanitizeText(`n8n could not store it: ${readErrorMessage(error)}`);
			return { kind: 'transientError', cause };
		}
		return describeError(error, url);
	} finally {
		transfer.end();
	}
}

function describeFault(fault: TransferFault, idleMs: number): Attempt {
	switch (fault) {
		case 'silent':
			return {
				kind: 'transientError',
				cause: `its host sent nothing for ${formatDuration(idleMs)}`,
			};
		case 'tooSlow':
			return {
				kind: 'transientError',
				cause: `its host sent less than ${MIN_KILOBYTES_PER_WINDOW} kB in ${WINDOW_MINUTES} minutes`,
			};
		case 'tooLong':
		case 'tooLarge':
			return { kind: fault };
	}
}

function describeError(error: unknown, url: string): Attempt {
	return readRequestError(error).message.includes(REFUSED_BY_N8N)
		? {
				kind: 'downloadNotAllowed',
				host: sanitizeText(URL.canParse(url) ? new URL(url).hostname : url),
			}
		: {
				kind: 'transientError',
				cause: describeConnectionError(error, "the host name of the file's address"),
			};
}

function readLengthAndType(headers: unknown): { contentType: string; contentLength: string } {
	const sent = isJsonObject(headers) ? headers : {};
	return {
		contentType: readText(sent['content-type']) ?? '',
		contentLength: readText(sent['content-length']) ?? '',
	};
}

/** Before n8n 2, an item does not say how many bytes there are. */
async function readStoredBytes(context: RequestContext, file: IBinaryData): Promise<number> {
	if (file.bytes !== undefined) return file.bytes;
	if (file.id === undefined) return Buffer.byteLength(file.data, 'base64');
	return (await context.helpers.getBinaryMetadata(file.id)).fileSize;
}
