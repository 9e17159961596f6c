import type { IDataObject } from 'n8n-workflow';
import { readSanitizedText } from '../reading/untrustedText';
import { isJsonObject, readNumber } from '../reading/readJson';

// What replies of the gateway have in common, whichever call they answer.

/** Kling's codes for "too fast" and "too many". */
export const KLING_RATE_LIMIT_CODES: ReadonlySet<unknown> = new Set([1302, 1303]);
/** Kling's codes for faults of its own servers. All other codes are permanent. */
export const KLING_SERVER_ERROR_CODES: ReadonlySet<unknown> = new Set([5000, 5001, 5002]);

/** In place of a code that is neither text nor a number. */
export const UNREADABLE_CODE = 'unreadable';

/** @returns a number for Kling's codes, also when one comes as text; null for a reply without a code */
export function readCode(code: unknown): string | number | null {
	if (code === undefined || code === null) return null;
	if (typeof code !== 'string' && typeof code !== 'number') return UNREADABLE_CODE;
	return readNumber(code) ?? readSanitizedText(code);
}

/** The relay says "success", Kling says 0; a reply without a code is judged by what it holds. */
export function isSuccessCode(code: string | number | null): boolean {
	return code === null || code === 0 || String(code).toLowerCase() === 'success';
}

/** The relay's words for a token that is expired, used up or disabled, in its two languages. */
const TOKEN_ENDED =
	/已过期|已用尽|状态不可用|\b(?:expired|exhausted|used up|disabled|status is unavailable)\b/i;

/** Only where the words leave no doubt: a newer relay says "Invalid token" of every token. */
export function saysTokenEnded(gatewayMessage: string | null): boolean {
	return gatewayMessage !== null && TOKEN_ENDED.test(gatewayMessage);
}

/** The relay's words for a token that may use some models only, in its two languages. */
export function isModelRestriction(gatewayMessage: string | null): boolean {
	return gatewayMessage !== null && /无权访问模型|no access to model/i.test(gatewayMessage);
}

/** The sentence in which a reply explains itself; the relay and Kling keep it in different places. */
export function readGatewayMessage(body: IDataObject): string | null {
	const { error } = body;
	const words = isJsonObject(error) ? readSanitizedText(error.message) : readSanitizedText(error);
	return words ?? readSanitizedText(body.message) ?? readSanitizedText(body.msg);
}

export function withMessage(cause: string, message: string | null): string {
	return message === null ? cause : `${cause} (${message})`;
}

export function isWebPage({ contentType, text }: { contentType: string; text: string }): boolean {
	return /\bhtml\b/i.test(contentType) || text.trimStart().startsWith('<');
}

/** The longest time that the gateway is left alone when it asks for that. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/**
 * RFC 9110: either seconds or a date. A longer time is cut to five minutes: one reply must not
 * silence all items for a day.
 *
 * @returns milliseconds from `nowMs` on; null if there is no such header or it makes no sense
 */
export function readRetryAfterMs(header: string, nowMs: number): number | null {
	const text = header.trim();
	if (text === '') return null;
	const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
	return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS) : null;
}
