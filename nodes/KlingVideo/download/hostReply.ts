import type { ResultFile } from '../gateway/task';
import type { ProblemOf } from '../problems/problem';
import { readText } from '../reading/readJson';
import { nameFileType, readFileType } from './fileType';

/** What the host of a file sent, as far as it tells what the body is. */
export interface HostReply {
	statusCode: number;
	/** Header values; empty when the header was not sent. */
	contentType: string;
	contentLength: string;
	/** The beginning of the body; empty when there is none. */
	firstBytes: Uint8Array;
}

export type HostReplyRead =
	/** `announcedBytes` says how much is sent, which is less than the file if the host packs it. */
	| { kind: 'file'; mimeType: string; extension: string; announcedBytes: number | null }
	| ProblemOf<'linkExpired' | 'notAVideo' | 'proxyRefused'>
	/** The next attempt may go well. */
	| { kind: 'transientError'; cause: string };

const EXTENSION_BY_MIME_TYPE = new Map([
	['video/mp4', 'mp4'],
	['video/webm', 'webm'],
	['video/quicktime', 'mov'],
	['video/x-matroska', 'mkv'],
	['video/x-msvideo', 'avi'],
	['video/mp2t', 'ts'],
]);

/**
 * Says whether a host's reply is a file of the type that is wanted, by its status, its headers and how
 * its body begins. Pure.
 */
export function readHostReply(wanted: ResultFile['type'], reply: HostReply): HostReplyRead {
	const { statusCode, firstBytes } = reply;
	if ([403, 404, 410].includes(statusCode)) return { kind: 'linkExpired', statusCode };
	if (statusCode === 407) return { kind: 'proxyRefused' };
	if ([408, 425, 429].includes(statusCode) || statusCode >= 500) {
		return { kind: 'transientError', cause: `its host answered with HTTP status ${statusCode}` };
	}
	if (statusCode !== 200) return { kind: 'notAVideo', received: `HTTP status ${statusCode}` };
	if (firstBytes.length === 0)
		return { kind: 'transientError', cause: 'its host sent an empty file' };

	const file = readFileType(firstBytes);
	if (file.type !== wanted) return { kind: 'notAVideo', received: nameFileType(file) };
	// the MIME type that the host gives, if it is one of such a file
	const announced = readText(reply.contentType.split(';')[0])?.toLowerCase() ?? '';
	const mimeType = announced.startsWith(`${wanted}/`) ? announced : file.mimeType;
	return {
		kind: 'file',
		mimeType,
		extension: EXTENSION_BY_MIME_TYPE.get(mimeType) ?? file.extension,
		announcedBytes: /^\d+$/.test(reply.contentLength) ? Number(reply.contentLength) : null,
	};
}
