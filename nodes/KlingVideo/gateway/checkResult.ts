import type { IDataObject } from 'n8n-workflow';
import { isNullOr, isNumber, isText, type Guard, type GuardedFields } from '../reading/guards';
import { isJsonObject, parseJsonObject, readText } from '../reading/readJson';
import type { StatusResponse } from './statusResponse';
import { readTask, type Task } from './task';

/** What a check of a task found out. */
export type CheckResult = TaskReply | TransientError | PermanentError;

/** A good reply: the task, and the reply's body as it came. */
export interface TaskReply {
	kind: 'task';
	task: Task;
	/** As text, which takes less memory; empty if nobody needs it. */
	body: string;
}

/** Something that may pass by itself. */
export interface TransientError {
	kind: 'transientError';
	cause: string;
	/** Whether the gateway asks for fewer requests. */
	isRateLimited: boolean;
	/** How long it asks to get none; null if it names no time. */
	retryAfterMs: number | null;
}

/** The fields of each permanent error: the next check would end the same. */
export const PERMANENT_ERROR_FIELDS = {
	taskUnknown: {},
	tokenRefused: { gatewayMessage: isNullOr(isText) },
	/** The token may use certain models only. */
	tokenRestricted: { gatewayMessage: isNullOr(isText) },
	accessRefused: { gatewayMessage: isNullOr(isText) },
	/** `received` says what came instead of the gateway's reply. */
	wrongBaseUrl: { received: isText },
	requestRefused: { statusCode: isNumber, gatewayMessage: isNullOr(isText) },
	/** n8n would send the request past a proxy of this protocol. */
	proxyNotUsable: { protocol: isText },
	notSent: { cause: isText },
} as const satisfies Record<string, Record<string, Guard<unknown>>>;

export type PermanentError = {
	[Kind in keyof typeof PERMANENT_ERROR_FIELDS]: { kind: Kind } & GuardedFields<
		(typeof PERMANENT_ERROR_FIELDS)[Kind]
	>;
}[keyof typeof PERMANENT_ERROR_FIELDS];

const TOO_MANY_REQUESTS = 429;

/** The longest time that the gateway is left alone when it asks for that. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** Kling's codes for "too fast" and "too many". */
const KLING_RATE_LIMIT_CODES = new Set([1302, 1303]);
/** Kling's codes for faults of its own servers. All other codes are permanent. */
const KLING_SERVER_ERROR_CODES = new Set([5000, 5001, 5002]);

/** Says what a response means, by the gateway's documents and its relay's source. Never throws. */
export function classifyResponse(response: StatusResponse): CheckResult {
	switch (response.kind) {
		case 'notSent':
			return response;
		case 'noResponse':
			return transientError(response.cause);
		case 'response':
			break;
	}

	const { statusCode } = response;
	const body = parseJsonObject(response.text);
	const gatewayMessage = body === null ? null : readGatewayMessage(body);

	// the order counts: a 5xx of a proxy has any body, and the relay says "task unknown" with HTTP 400
	if (isTransientStatus(statusCode)) {
		const retryAfterMs = readRetryAfterMs(response.retryAfter, response.receivedAtMs);
		const cause = `the gateway answered with HTTP status ${statusCode}`;
		return {
			kind: 'transientError',
			cause: withMessage(cause, gatewayMessage),
			isRateLimited: statusCode === TOO_MANY_REQUESTS || retryAfterMs !== null,
			retryAfterMs,
		};
	}
	if (statusCode >= 300 && statusCode < 400) {
		const received = withMessage('a redirect', readText(response.location));
		return { kind: 'wrongBaseUrl', received };
	}
	if (body !== null && saysTaskUnknown(body)) return { kind: 'taskUnknown' };
	if (statusCode === 401) return { kind: 'tokenRefused', gatewayMessage };
	if (statusCode === 403) {
		return isModelRestriction(gatewayMessage)
			? { kind: 'tokenRestricted', gatewayMessage }
			: { kind: 'accessRefused', gatewayMessage };
	}
	if (statusCode === 404) {
		return { kind: 'wrongBaseUrl', received: withMessage('HTTP status 404', gatewayMessage) };
	}
	if (statusCode >= 400) return { kind: 'requestRefused', statusCode, gatewayMessage };

	return body === null ? classifyNonJson(response) : classifyBody(response, body, gatewayMessage);
}

function classifyNonJson(response: { contentType: string; text: string }): CheckResult {
	const text = response.text.trim();
	if (/\bhtml\b/i.test(response.contentType) || text.startsWith('<')) {
		return { kind: 'wrongBaseUrl', received: 'a web page' };
	}
	return transientError(
		text === ''
			? 'the gateway sent an empty reply'
			: 'the gateway sent a reply that cannot be read',
	);
}

function classifyBody(
	{ statusCode, text }: { statusCode: number; text: string },
	body: IDataObject,
	gatewayMessage: string | null,
): CheckResult {
	const code = Number(body.code);
	const isRateLimited = KLING_RATE_LIMIT_CODES.has(code);
	if (isRateLimited || KLING_SERVER_ERROR_CODES.has(code)) {
		const cause = withMessage(`Kling answered with code ${code}`, gatewayMessage);
		return { ...transientError(cause), isRateLimited };
	}
	if (!isSuccessCode(body.code)) return { kind: 'requestRefused', statusCode, gatewayMessage };
	const task = readTask(body);
	return task === null
		? transientError(withMessage('the gateway sent a reply without a task', gatewayMessage))
		: { kind: 'task', task, body: text };
}

/** An error that may pass and that does not ask for fewer requests. */
export function transientError(cause: string): TransientError {
	return { kind: 'transientError', cause, isRateLimited: false, retryAfterMs: null };
}

/** Too Early, Request Timeout, Too Many Requests, and whatever went wrong on the gateway's side. */
function isTransientStatus(statusCode: number): boolean {
	return [408, 425, TOO_MANY_REQUESTS].includes(statusCode) || statusCode >= 500;
}

/** The relay says "success", Kling says 0; a reply without a code is judged by what it holds. */
function isSuccessCode(code: unknown): boolean {
	if (code === undefined || code === null) return true;
	return /^(success|0?)$/i.test(String(code).trim());
}

/** A gateway of this family answers HTTP 400 for a task that it does not know, not 404. */
function saysTaskUnknown(body: IDataObject): boolean {
	const innerCode = isJsonObject(body.error) ? body.error.code : null;
	return body.code === 'task_not_exist' || innerCode === 'task_not_exist';
}

/** The relay's words for a token that may use some models only, in its two languages. */
function isModelRestriction(gatewayMessage: string | null): boolean {
	return gatewayMessage !== null && /无权访问模型|no access to model/i.test(gatewayMessage);
}

/** The sentence in which a reply explains itself; the relay and Kling keep it in different places. */
function readGatewayMessage(body: IDataObject): string | null {
	const { error } = body;
	const text = isJsonObject(error) ? readText(error.message) : readText(error);
	return text ?? readText(body.message) ?? readText(body.msg);
}

function withMessage(cause: string, message: string | null): string {
	return message === null ? cause : `${cause} (${message})`;
}

/**
 * RFC 9110: either seconds or a date. A longer time is cut to five minutes: one reply must not
 * silence all items for a day.
 *
 * @returns milliseconds from `nowMs` on; null if there is no such header or it makes no sense
 */
function readRetryAfterMs(header: string, nowMs: number): number | null {
	const text = header.trim();
	if (text === '') return null;
	const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
	return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS) : null;
}
