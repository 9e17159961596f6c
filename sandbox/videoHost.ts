/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** A second of film, made for this sandbox. */
const SMALL_VIDEO = readFileSync(join(__dirname, 'video.mp4'));

const MEGABYTE = 1_000_000;
const CHUNK_BYTES = 65_536;

/**
 * The small video, made as long as asked for by a box of bytes that players skip. Numbered, so that
 * no two stretches are alike.
 */
export function videoBytes(megabytes: number): { length: number; stream: () => Readable } {
	const length = megabytes * MEGABYTE;
	return { length, stream: () => Readable.from(chunksOf(length)) };
}

function* chunksOf(length: number): Generator<Buffer> {
	yield SMALL_VIDEO;
	let left = length - SMALL_VIDEO.length;
	const header = Buffer.alloc(8);
	header.writeUInt32BE(left, 0);
	header.write('free', 4);
	yield header;
	left -= header.length;
	for (let number = 0; left > 0; number++) {
		const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, left), number % 251);
		if (chunk.length >= 4) chunk.writeUInt32BE(number, 0);
		yield chunk;
		left -= chunk.length;
	}
}

/** How often a host sends that does not send all at once. */
const PAUSE_MS = 10;

/** Sends the chunk again and again until the other side has enough. */
function sendForEver(res: Response, start: Buffer, chunk: Buffer): void {
	res.writeHead(200, { 'content-type': 'video/mp4' });
	res.write(start);
	const timer = setInterval(() => res.write(chunk), PAUSE_MS);
	res.once('close', () => clearInterval(timer));
}

const sendText = (res: Response, status: number, type: string, text: string) =>
	res.status(status).type(type).send(text);

/** A point of colour. */
const IMAGE = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

/** A frame of silence. */
const AUDIO = Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(413)]);
const DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>';
const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body></body></html>';

/** What comes in place of a whole video. The name is the scenario's. */
const ODD_VIDEOS: Record<string, (req: Request, res: Response) => unknown> = {
	'video-cut': (_req, res) => {
		res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': SMALL_VIDEO.length });
		res.write(SMALL_VIDEO.subarray(0, 3000), () => res.socket?.destroy());
	},
	/** Ends the reply in good order, but before the length it announced. */
	'video-short': (_req, res) => {
		res.strictContentLength = false;
		res.writeHead(200, {
			'content-type': 'video/mp4',
			'content-length': SMALL_VIDEO.length,
			connection: 'close',
		});
		res.end(SMALL_VIDEO.subarray(0, 3000));
	},
	'video-cut-unannounced': (_req, res) => {
		res.writeHead(200, { 'content-type': 'video/mp4' });
		res.write(SMALL_VIDEO.subarray(0, 3000), () => res.socket?.destroy());
	},
	'video-unannounced': (_req, res) => {
		res.writeHead(200, { 'content-type': 'video/mp4' });
		res.write(SMALL_VIDEO.subarray(0, 3000));
		res.end(SMALL_VIDEO.subarray(3000));
	},
	/** Byte by byte at first, so that its beginning says nothing yet. */
	'video-in-bits': async (_req, res) => {
		res.writeHead(200, { 'content-type': 'video/mp4' });
		for (const byte of SMALL_VIDEO.subarray(0, 10)) {
			res.write(Buffer.of(byte));
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
		res.end(SMALL_VIDEO.subarray(10));
	},
	/** Packed, although nobody asked for that; the length is that of what is sent. */
	'video-packed': (_req, res) => {
		const packed = gzipSync(SMALL_VIDEO);
		res.writeHead(200, {
			'content-type': 'video/mp4',
			'content-encoding': 'gzip',
			'content-length': packed.length,
		});
		res.end(packed);
	},
	'video-packed-cut': (_req, res) => {
		const packed = gzipSync(SMALL_VIDEO);
		res.writeHead(200, { 'content-type': 'video/mp4', 'content-encoding': 'gzip' });
		res.write(packed.subarray(0, packed.length / 2), () => res.socket?.destroy());
	},
	'video-untyped': (_req, res) => {
		res.writeHead(200, {
			'content-type': 'binary/octet-stream',
			'content-length': SMALL_VIDEO.length,
		});
		res.end(SMALL_VIDEO);
	},
	'video-page': (_req, res) => sendText(res, 200, 'html', PAGE),
	'video-page-as-video': (_req, res) => sendText(res, 200, 'video/mp4', PAGE),
	'video-page-after-words': (_req, res) =>
		sendText(res, 200, 'video/mp4', `Please sign in to go on.\n\n${PAGE}`),
	'video-text': (_req, res) => sendText(res, 200, 'video/mp4', 'This file is not available.'),
	'video-list': (_req, res) => sendText(res, 200, 'text', 'ami-id\nhostname\niam/\nlocal-ipv4'),
	'video-image': (_req, res) => res.status(200).type('video/mp4').send(IMAGE),
	'video-utf16': (_req, res) =>
		res
			.status(200)
			.type('video/mp4')
			.send(Buffer.from(`\ufeff${PAGE}`, 'utf16le')),
	'video-message-marked': (_req, res) =>
		sendText(res, 200, 'video/mp4', '\ufeff{"message":"not found"}'),
	'video-message': (_req, res) => sendText(res, 200, 'json', '{"message":"not found"}'),
	'video-empty': (_req, res) => res.status(200).type('video/mp4').end(),
	'video-expired': (_req, res) => sendText(res, 403, 'xml', DENIED),
	'video-missing': (_req, res) => sendText(res, 404, 'html', PAGE),
	'video-removed': (_req, res) => res.status(410).end(),
	'video-busy': (_req, res) => res.status(503).end(),
	'video-unauthorized': (_req, res) => res.status(401).end(),
	/** To another host, as far as names go; it is this sandbox, which records what it gets. */
	'video-moved': (req, res) =>
		res.redirect(302, `http://localhost:${req.socket.localPort}/elsewhere/video.mp4`),
	/** Never ends. */
	'video-endless': (_req, res) =>
		sendForEver(res, SMALL_VIDEO, Buffer.alloc(CHUNK_BYTES, SMALL_VIDEO)),
	/** A byte now and then, so that it is never silent. */
	'video-drip': (_req, res) => sendForEver(res, SMALL_VIDEO.subarray(0, 3000), Buffer.of(0)),
	/** Begins, and then says nothing more. */
	'video-silent': (_req, res) => {
		res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': SMALL_VIDEO.length });
		res.write(SMALL_VIDEO.subarray(0, 3000));
	},
};

export const VIDEO_NAMES = Object.keys(ODD_VIDEOS);

/** A video of so many megabytes: `video-25mb`. */
const SIZED = /^video-(\d+)mb$/;

export function isVideoName(name: string): boolean {
	return SIZED.test(name) || name in ODD_VIDEOS;
}

export function sendImage(_req: Request, res: Response): unknown {
	return res.type('png').send(IMAGE);
}

/** As a host that knows no types sends it. */
export function sendAudio(_req: Request, res: Response): unknown {
	return res.type('application/octet-stream').send(AUDIO);
}

/** @param name null for the small video, whole */
export function sendVideo(name: string | null, req: Request, res: Response): unknown {
	const odd = name === null ? undefined : ODD_VIDEOS[name];
	if (odd !== undefined) return odd(req, res);
	const megabytes = SIZED.exec(name ?? '')?.[1];
	if (megabytes === undefined) return res.sendFile('video.mp4', { root: __dirname });

	const { length, stream } = videoBytes(Number(megabytes));
	res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': length });
	return stream().pipe(res);
}
