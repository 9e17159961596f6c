import type { IDataObject } from 'n8n-workflow';
import { readTask, type Task } from './task';
import { isJsonObject, readText } from './unknownJson';

/** What came of asking the gateway once. */
export type Answer =
	| {
			kind: 'reply';
			statusCode: number;
			/** Header values, empty when the header was not sent. */
			contentType: string;
			retryAfter: string;
			location: string;
			text: string;
			/** Milliseconds since 1970, by this machine's clock. */
			receivedAtMs: number;
	  }
	/** The network or the gateway did not answer; the next try may go well. */
	| { kind: 'noReply'; cause: string }
	/** Nothing was sent, and the next try would end the same. */
	| { kind: 'notSent'; cause: string };

/** The gateway, or n8n, says no for good: asking again changes nothing. */
export type Refusal =
	| { kind: 'taskUnknown' }
	| { kind: 'tokenRefused'; said: string | null }
	| { kind: 'tokenRestricted'; said: string | null }
	| { kind: 'accessRefused'; said: string | null }
	| { kind: 'wrongBaseUrl'; found: string }
	| { kind: 'requestRefused'; statusCode: number; said: string | null }
	| { kind: 'notSent'; cause: string };

/** Something that may pass by itself. */
export interface Trouble {
	kind: 'trouble';
	cause: string;
	/** How long the gateway asks to be left alone: 0 if it does not say, null if it does not ask. */
	slowDownMs: number | null;
}

/** A good reply: the task, and the reply's body as it came. */
export interface TaskSeen {
	kind: 'task';
	task: Task;
	/** As text, which takes less to hold; empty if nobody wants it. */
	body: string;
}

export type Meaning = TaskSeen | Trouble | Refusal;

const TOO_MANY_REQUESTS = 429;

/** Kling's codes for "too fast" and "too many", and for trouble on its own servers; others are final. */
const KLING_IS_BUSY = new Set([1302, 1303]);
const KLING_HAS_TROUBLE = new Set([5000, 5001, 5002]);

/** What the gateway's documents and its relay's source say an answer means. Never throws. */
export function meaningOf(answer: Answer): Meaning {
	switch (answer.kind) {
		case 'notSent':
			return answer;
		case 'noReply':
			return { kind: 'trouble', cause: answer.cause, slowDownMs: null };
		case 'reply':
			break;
	}

	const { statusCode } = answer;
	const body = parseObject(answer.text);
	const said = body === null ? null : textSaidIn(body);

	if (isPassing(statusCode)) {
		const retryAfterMs = readRetryAfterMs(answer.retryAfter, answer.receivedAtMs);
		return {
			kind: 'trouble',
			cause: withWords(`the gateway answered with HTTP status ${statusCode}`, said),
			slowDownMs: retryAfterMs ?? (statusCode === TOO_MANY_REQUESTS ? 0 : null),
		};
	}
	if (statusCode >= 300 && statusCode < 400) {
		return { kind: 'wrongBaseUrl', found: withWords('a redirect', readText(answer.location)) };
	}
	if (body !== null && saysTaskUnknown(body)) return { kind: 'taskUnknown' };
	if (statusCode === 401) return { kind: 'tokenRefused', said };
	if (statusCode === 403) {
		return isModelRestriction(said)
			? { kind: 'tokenRestricted', said }
			: { kind: 'accessRefused', said };
	}
	if (statusCode === 404) {
		return { kind: 'wrongBaseUrl', found: withWords('HTTP status 404', said) };
	}
	if (statusCode >= 400) return { kind: 'requestRefused', statusCode, said };

	return body === null ? meaningOfNoJson(answer) : meaningOfBody(answer, body, said);
}

function meaningOfNoJson(reply: { contentType: string; text: string }): Meaning {
	const text = reply.text.trim();
	if (/\bhtml\b/i.test(reply.contentType) || text.startsWith('<')) {
		return { kind: 'wrongBaseUrl', found: 'a web page' };
	}
	const cause =
		text === ''
			? 'the gateway sent an empty reply'
			: 'the gateway sent a reply that cannot be read';
	return { kind: 'trouble', cause, slowDownMs: null };
}

function meaningOfBody(
	{ statusCode, text }: { statusCode: number; text: string },
	body: IDataObject,
	said: string | null,
): Meaning {
	const { code } = body;
	const busy = KLING_IS_BUSY.has(Number(code));
	if (busy || KLING_HAS_TROUBLE.has(Number(code))) {
		const cause = withWords(`Kling answered with code ${Number(code)}`, said);
		return { kind: 'trouble', cause, slowDownMs: busy ? 0 : null };
	}
	if (!isGoodCode(code)) return { kind: 'requestRefused', statusCode, said };
	const task = readTask(body);
	if (task !== null) return { kind: 'task', task, body: text };
	return {
		kind: 'trouble',
		cause: withWords('the gateway sent a reply without a task', said),
		slowDownMs: null,
	};
}

/** The body of a good reply. */
export function bodyOf({ body }: TaskSeen): IDataObject {
	return parseObject(body) ?? {};
}

function parseObject(text: string): IDataObject | null {
	try {
		const value: unknown = JSON.parse(text);
		return isJsonObject(value) ? value : null;
	} catch {
		return null;
	}
}

/** Too Early, Request Timeout, Too Many Requests, and whatever went wrong on the gateway's side. */
function isPassing(statusCode: number): boolean {
	return [408, 425, TOO_MANY_REQUESTS].includes(statusCode) || statusCode >= 500;
}

/** The relay says "success", Kling says 0; a reply without a code is judged by what it holds. */
function isGoodCode(code: unknown): boolean {
	if (code === undefined || code === null) return true;
	return /^(success|0?)$/i.test(String(code).trim());
}

/** A gateway of this family answers HTTP 400 for a task that it does not know, not 404. */
function saysTaskUnknown(body: IDataObject): boolean {
	const inner = isJsonObject(body.error) ? body.error.code : null;
	return body.code === 'task_not_exist' || inner === 'task_not_exist';
}

/** The relay's words for a token that may use some models only, in its two languages. */
function isModelRestriction(said: string | null): boolean {
	return said !== null && /无权访问模型|no access to model/i.test(said);
}

/** The sentence in which a reply explains itself; the relay and Kling keep it in different places. */
function textSaidIn(body: IDataObject): string | null {
	const { error } = body;
	const text = isJsonObject(error) ? readText(error.message) : readText(error);
	return text ?? readText(body.message) ?? readText(body.msg);
}

function withWords(sentence: string, said: string | null): string {
	return said === null ? sentence : `${sentence} (${said})`;
}

/**
 * RFC 9110: either seconds or a date.
 *
 * @returns milliseconds from `nowMs` on, null when there is no such header or it makes no sense.
 */
function readRetryAfterMs(header: string, nowMs: number): number | null {
	const text = header.trim();
	if (text === '') return null;
	const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
	return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
