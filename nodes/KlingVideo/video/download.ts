import type { IBinaryData, IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { causeOf } from '../gateway/answer';
import { isJsonObject, readText } from '../gateway/unknownJson';
import { pause } from '../run/pause';
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
	const arrival = new Arrival(signal);
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
			abortSignal: arrival.signal,
		});
		if (!isJsonObject(response) || !isByteStream(response.body)) {
			return { kind: 'trouble', cause: 'n8n handed over no file' };
		}
		const { statusCode, headers, body } = response;
		arrival.watch(body);
		const read = readHostReply({
			statusCode: Number(statusCode),
			...lengthAndType(headers),
			firstBytes: await firstBytesOf(body),
		});
		if (read.kind !== 'video') return read;

		const { announcedBytes, extension, mimeType } = read;
		const name = `${fileName}.${extension}`;
		const file = await context.helpers.prepareBinaryData(body, name, mimeType);
		const storedBytes = await sizeOf(context, file);
		return announcedBytes === null || storedBytes === announcedBytes
			? { kind: 'stored', file }
			: { kind: 'trouble', cause: `${storedBytes} of ${announcedBytes} bytes arrived` };
	} catch (error) {
		const cause = arrival.isSilent ? 'its host sent nothing for a minute' : causeOf(error);
		return { kind: 'trouble', cause };
	} finally {
		arrival.end();
	}
}

/** A reply on its way: ends when nobody wants it any more, and when nothing comes for a while. */
class Arrival {
	isSilent = false;

	private body: ByteStream | null = null;

	private lastByteMs = Date.now();

	private readonly cut = new AbortController();

	constructor(private readonly outer: AbortSignal) {
		outer.addEventListener('abort', this.end);
		if (outer.aborted) this.end();
		void this.listen();
	}

	/** For the request, before and while its body arrives. */
	get signal(): AbortSignal {
		return this.cut.signal;
	}

	watch(body: ByteStream): void {
		this.body = body;
		// a listener on its data would set it going before n8n reads it
		const push = body.push.bind(body);
		body.push = (...chunk) => {
			this.lastByteMs = Date.now();
			return push(...chunk);
		};
		// one that breaks off while nothing reads it would end n8n's process
		body.on('error', () => {});
	}

	readonly end = (): void => {
		this.outer.removeEventListener('abort', this.end);
		this.cut.abort();
		// n8n's readers do not hear of a body that closes without a word
		this.body?.destroy(new Error('The download was ended'));
	};

	private async listen(): Promise<void> {
		while (!this.signal.aborted) {
			const leftMs = this.lastByteMs + SILENCE_MS - Date.now();
			if (leftMs <= 0) {
				this.isSilent = true;
				return this.end();
			}
			await pause(leftMs, this.signal);
		}
	}
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
