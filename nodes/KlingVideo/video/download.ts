import type { IBinaryData, IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { causeOf } from '../gateway/answer';
import { isJsonObject, readNumber, readText } from '../gateway/unknownJson';
import { pause } from '../run/pause';
import { timeLimit } from '../run/timeLimit';
import { readHostReply } from './videoFile';

/** A connection that breaks is tried again: this often in all, the gap doubling from one second. */
const TRIES = 3;
const FIRST_GAP_MS = 1000;

/** How long a host may say nothing, before the reply and within it. */
const SILENCE_MS = 60_000;

/** Where a file comes from, and what it shall be called. */
export interface VideoSource {
	url: string;
	/** Without the extension, which depends on what the host sends. */
	fileName: string;
}

/** Why a video that is there could not be fetched. */
export type DownloadRefusal =
	| { kind: 'linkRunOut'; statusCode: number }
	| { kind: 'notAVideo'; found: string }
	| { kind: 'downloadWentWrong'; cause: string };

export type Download = { kind: 'stored'; file: IBinaryData } | DownloadRefusal;

/** One try; `trouble` may be tried again. */
type Try = Exclude<Download, { kind: 'downloadWentWrong' }> | { kind: 'trouble'; cause: string };

/** n8n's settings for the node's requests that count for downloads as well. */
export type NetworkSettings = Pick<IHttpRequestOptions, 'proxy' | 'skipSslCertificateValidation'>;

/** Bytes as they arrive, which n8n stores as they come. */
type ByteStream = Exclude<
	Parameters<IExecutePaginationFunctions['helpers']['prepareBinaryData']>[0],
	Uint8Array
>;

/**
 * Streams a video from its host into n8n's binary store. It is asked for without the credential: the
 * token is for the gateway alone.
 *
 * @param signal ends it; the outcome then means nothing
 * @returns never a file that is shorter or longer than announced
 */
export async function downloadVideo(
	context: IExecutePaginationFunctions,
	source: VideoSource,
	network: NetworkSettings,
	signal: AbortSignal,
): Promise<Download> {
	let cause = '';
	for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt++) {
		if (attempt > 0) await pause(FIRST_GAP_MS * 2 ** (attempt - 1), signal);
		const tried = await tryOnce(context, source, network, signal);
		if (tried.kind !== 'trouble') return tried;
		cause = tried.cause;
	}
	return { kind: 'downloadWentWrong', cause };
}

async function tryOnce(
	context: IExecutePaginationFunctions,
	{ url, fileName }: VideoSource,
	network: NetworkSettings,
	signal: AbortSignal,
): Promise<Try> {
	const limit = timeLimit(SILENCE_MS, signal);
	try {
		const response: unknown = await context.helpers.httpRequest({
			...network,
			method: 'GET',
			url,
			// compressed, the length announced would not be that of the file
			headers: { 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			abortSignal: limit.signal,
		});
		limit.release();
		if (!isJsonObject(response) || !isByteStream(response.body)) {
			return { kind: 'trouble', cause: 'n8n handed over no file' };
		}
		const { statusCode, headers, body } = response;
		return await withWatched(body, signal, async () => {
			const read = readHostReply({
				statusCode: Number(statusCode),
				...lengthAndType(headers),
				firstBytes: await firstBytesOf(body),
			});
			if (read.kind !== 'video') return read;
			const name = `${fileName}.${read.extension}`;
			const file = await context.helpers.prepareBinaryData(body, name, read.mimeType);
			const stored = await sizeOf(context, file);
			const { announcedBytes } = read;
			return announcedBytes === null || stored === announcedBytes
				? { kind: 'stored', file }
				: { kind: 'trouble', cause: `${stored} of ${announcedBytes} bytes arrived` };
		});
	} catch (error) {
		const cause = limit.isUp() ? 'its host sent nothing for a minute' : causeOf(error);
		return { kind: 'trouble', cause };
	} finally {
		limit.release();
	}
}

/** Lets a body arrive until it is done with, nothing has come for a while, or nobody wants it. */
async function withWatched(
	body: ByteStream,
	signal: AbortSignal,
	work: () => Promise<Try>,
): Promise<Try> {
	const done = new AbortController();
	const end = () => body.destroy();
	signal.addEventListener('abort', end);
	let isSilent = false;
	void untilSilent(body, done.signal).then(() => {
		isSilent = !done.signal.aborted;
		end();
	});
	// else a body that breaks off while nothing reads it would end n8n's process
	body.on('error', end);
	try {
		if (signal.aborted) end();
		return await work();
	} catch (error) {
		const cause = isSilent ? 'its host sent nothing more for a minute' : causeOf(error);
		return { kind: 'trouble', cause };
	} finally {
		signal.removeEventListener('abort', end);
		done.abort();
	}
}

/** Ends when no byte has arrived for a while, or with the signal. */
async function untilSilent(body: ByteStream, signal: AbortSignal): Promise<void> {
	let before = -1;
	while (!signal.aborted) {
		const arrived = bytesArrived(body);
		if (arrived !== null && arrived === before) return;
		before = arrived ?? -1;
		await pause(SILENCE_MS, signal);
	}
}

/** By its socket; null where the body does not come straight from one. */
function bytesArrived(body: object): number | null {
	const socket: unknown = Reflect.get(body, 'socket');
	return isJsonObject(socket) ? readNumber(socket.bytesRead) : null;
}

/** Looks at how the body begins, and leaves it there. */
async function firstBytesOf(body: ByteStream): Promise<Uint8Array> {
	return await new Promise((resolve, reject) => {
		body.once('error', reject);
		body.once('close', () => resolve(new Uint8Array()));
		body.once('readable', () => {
			const chunk: unknown = body.read();
			if (chunk instanceof Uint8Array) body.unshift(chunk);
			resolve(chunk instanceof Uint8Array ? chunk : new Uint8Array());
		});
	});
}

function lengthAndType(headers: unknown): { contentType: string; contentLength: string } {
	const sent = isJsonObject(headers) ? headers : {};
	return {
		contentType: readText(sent['content-type']) ?? '',
		contentLength: readText(sent['content-length']) ?? '',
	};
}

function isByteStream(value: unknown): value is ByteStream {
	return isJsonObject(value) && typeof value.pipe === 'function' && !(value instanceof Uint8Array);
}

/** Bytes in n8n's store. Before n8n 2, an item does not say how many there are. */
async function sizeOf(context: IExecutePaginationFunctions, file: IBinaryData): Promise<number> {
	if (file.bytes !== undefined) return file.bytes;
	if (file.id === undefined) return Buffer.byteLength(file.data, 'base64');
	return (await context.helpers.getBinaryMetadata(file.id)).fileSize;
}
