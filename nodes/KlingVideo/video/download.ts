import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';
import { causeOf } from '../gateway/answer';
import type { NodeContext } from '../gateway/statusRequest';
import { isJsonObject, readText } from '../gateway/unknownJson';
import type { Alarm } from '../run/alarms';
import type { Run } from '../run/run';
import { readHostReply } from './videoFile';

/** A connection that breaks is tried again: this often in all, the gap doubling from one second. */
const TRIES = 3;
const FIRST_GAP_MS = 1000;

/** How long a host may say nothing, before the reply and within it, unless the user set a timeout. */
const LONGEST_SILENCE_MS = 60_000;

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
export interface NetworkSettings {
	proxy: IHttpRequestOptions['proxy'];
	skipSslCertificateValidation: boolean;
	/** Null for the usual one. */
	timeoutMs: number | null;
}

/** Bytes as they arrive, which n8n stores as they come. */
type ByteStream = Exclude<Parameters<NodeContext['helpers']['prepareBinaryData']>[0], Uint8Array>;

/**
 * Streams a video from its host into n8n's binary store. It is asked for without the credential: the
 * token is for the gateway alone.
 *
 * @param run whose end ends it; the outcome then means nothing
 * @returns never a file that is shorter or longer than announced
 */
export async function downloadVideo(
	context: NodeContext,
	source: VideoSource,
	network: NetworkSettings,
	run: Run,
): Promise<Download> {
	let cause = '';
	for (let attempt = 0; attempt < TRIES && !run.hasEnded(); attempt++) {
		if (attempt > 0) await run.sleep(FIRST_GAP_MS * 2 ** (attempt - 1));
		const tried = await tryOnce(context, source, network, run);
		if (tried.kind !== 'trouble') return tried;
		cause = tried.cause;
	}
	return { kind: 'downloadWentWrong', cause };
}

async function tryOnce(
	context: NodeContext,
	{ url, fileName }: VideoSource,
	network: NetworkSettings,
	run: Run,
): Promise<Try> {
	const { timeoutMs, ...options } = network;
	const silenceMs = timeoutMs ?? LONGEST_SILENCE_MS;
	const arrival = new Arrival(run, silenceMs);
	try {
		const response: unknown = await context.helpers.httpRequest({
			...options,
			// n8n's own limit is to come after ours, which says more
			timeout: 2 * silenceMs,
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
		const cause = arrival.isSilent
			? `its host sent nothing for ${silenceMs / 1000} seconds`
			: causeOf(error);
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

	private alarm: Alarm | null = null;

	private readonly cut = new AbortController();

	constructor(
		private readonly run: Run,
		private readonly silenceMs: number,
	) {
		this.listen();
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

	end(): void {
		if (this.alarm !== null) this.run.alarms.clear(this.alarm);
		this.cut.abort();
		// n8n's readers do not hear of a body that closes without a word
		this.body?.destroy(new Error('The download was ended'));
	}

	private listen(): void {
		this.alarm = this.run.alarms.set(this.lastByteMs + this.silenceMs, () => {
			this.isSilent = !this.run.hasEnded() && Date.now() >= this.lastByteMs + this.silenceMs;
			if (this.isSilent || this.run.hasEnded()) this.end();
			else this.listen();
		});
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
async function sizeOf(context: NodeContext, file: IBinaryData): Promise<number> {
	if (file.bytes !== undefined) return file.bytes;
	if (file.id === undefined) return Buffer.byteLength(file.data, 'base64');
	return (await context.helpers.getBinaryMetadata(file.id)).fileSize;
}
