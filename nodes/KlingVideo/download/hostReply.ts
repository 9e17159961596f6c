import type { ProblemOf } from '../problems/problem';
import { readText } from '../reading/readJson';

/** What the video's host sent, as far as it tells what the body is. */
export interface HostReply {
	statusCode: number;
	/** Header values; empty when the header was not sent. */
	contentType: string;
	contentLength: string;
	/** The beginning of the body; empty when there is none. */
	firstBytes: Uint8Array;
}

export type HostReplyRead =
	| { kind: 'video'; mimeType: string; extension: string; announcedBytes: number | null }
	| ProblemOf<'linkExpired' | 'notAVideo'>
	/** The next attempt may go well. */
	| { kind: 'transientError'; cause: string };

const EXTENSION_BY_MIME_TYPE = new Map([
	['video/mp4', 'mp4'],
	['video/webm', 'webm'],
	['video/quicktime', 'mov'],
	['video/x-matroska', 'mkv'],
]);

/** Says whether a host's reply is a video, by its status, its headers and how its body begins. Pure. */
export function readHostReply(reply: HostReply): HostReplyRead {
	const { statusCode, firstBytes } = reply;
	if ([403, 404, 410].includes(statusCode)) return { kind: 'linkExpired', statusCode };
	if ([408, 425, 429].includes(statusCode) || statusCode >= 500) {
		return { kind: 'transientError', cause: `its host answered with HTTP status ${statusCode}` };
	}
	if (statusCode !== 200) return { kind: 'notAVideo', received: `HTTP status ${statusCode}` };
	if (firstBytes.length === 0)
		return { kind: 'transientError', cause: 'its host sent an empty file' };

	const received = readTextType(firstBytes);
	if (received !== null) return { kind: 'notAVideo', received };
	const mimeType = readMimeType(reply);
	return {
		kind: 'video',
		mimeType,
		extension: EXTENSION_BY_MIME_TYPE.get(mimeType) ?? 'mp4',
		announcedBytes: /^\d+$/.test(reply.contentLength) ? Number(reply.contentLength) : null,
	};
}

/** No video begins like a page or a message, and hosts send those with any content type. */
function readTextType(bytes: Uint8Array): string | null {
	const text = String.fromCharCode(...bytes.slice(0, 64)).trimStart();
	if (/^(\u00ef\u00bb\u00bf)?<(!doctype|html|head|body)/i.test(text)) return 'a web page';
	if (text.startsWith('<')) return 'an XML message';
	return /^[{[]/.test(text) ? 'a JSON message' : null;
}

/** The host's word if it is one for a video, else what the file says of itself. */
function readMimeType({ contentType, firstBytes }: HostReply): string {
	const announced = readText(contentType.split(';')[0])?.toLowerCase() ?? '';
	if (announced.startsWith('video/')) return announced;
	const isMatroska = [0x1a, 0x45, 0xdf, 0xa3].every((byte, index) => firstBytes[index] === byte);
	if (isMatroska) return 'video/webm';
	const brand = String.fromCharCode(...firstBytes.slice(4, 10));
	return brand === 'ftypqt' ? 'video/quicktime' : 'video/mp4';
}
