import type { IDataObject } from 'n8n-workflow';
import { isNullOr, isNumber, isText, type Guard, type GuardedFields } from '../reading/guards';
import { readSanitizedText } from '../reading/untrustedText';
import { isJsonObject, parseJsonObject } from '../reading/readJson';
import {
	isModelRestriction,
	isSuccessCode,
	isWebPage,
	KLING_RATE_LIMIT_CODES,
	KLING_SERVER_ERROR_CODES,
	readCode,
	readGatewayMessage,
	readRetryAfterMs,
	saysTokenEnded,
	withMessage,
} from './gatewayReply';
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

/** The fields of each permanent error: the next check would end the same, unless `describePassing` says more. */
export const PERMANENT_ERROR_FIELDS = {
	taskUnknown: {},
	tokenRefused: { gatewayMessage: isNullOr(isText) },
	/** The token is expired, used up or disabled, by the gateway's own words. */
	tokenNoLongerValid: { gatewayMessage: isNullOr(isText) },
	/** The token may use certain models only. */
	tokenRestricted: { gatewayMessage: isNullOr(isText) },
	accessRefused: { gatewayMessage: isNullOr(isText) },
	/** `received` says what came instead of the gateway's reply. */
	wrongBaseUrl: { received: isText },
	requestRefused: { statusCode: isNumber, gatewayMessage: isNullOr(isText) },
	/** A proxy between this n8n and the gateway asks for a user name and password. */
	proxyRefused: {},
	certificateNotTrusted: { cause: isText },
	/** n8n would send the request past a proxy of this protocol. */
	proxyNotUsable: { protocol: isText },
	notSent: { cause: isText },
} as const satisfies Record<string, Record<string, Guard<unknown>>>;

export type PermanentError = {
	[Kind in keyof typeof PERMANENT_ERROR_FIELDS]: { kind: Kind } & GuardedFields<
		(typeof PERMANENT_ERROR_FIELDS)[Kind]
	>;
}[keyof typeof PERMANENT_ERROR_FIELDS];

/**
 * After a good check, address, token and network were right a moment ago. What says otherwise then may
 * be a passing state of the gateway or of something in front of it: it answers 401 while its database
 * cannot be read, and maintenance shows a web page, a redirect, a 404 or another certificate. Only what
 * the gateway itself says of the task, or of the token in particular, stays true.
 *
 * @returns what is wrong, as a transient error would say it; null for what does not pass
 */
export function describeIfTransient(error: PermanentError): string | null {
	switch (error.kind) {
		case 'tokenRefused':
			return withMessage('the gateway did not accept the API token', error.gatewayMessage);
		case 'wrongBaseUrl':
			return `the gateway answered with ${error.received}`;
		case 'accessRefused':
			// the gateway gives a reason; without one, it is the page of a firewall or a proxy
			return error.gatewayMessage === null ? 'the gateway answered with HTTP status 403' : null;
		case 'proxyRefused':
			return 'the proxy asked for a user name and password';
		case 'certificateNotTrusted':
			return withMessage("the gateway's certificate was not trusted", error.cause);
		case 'taskUnknown':
		case 'tokenNoLongerValid':
		case 'tokenRestricted':
		case 'requestRefused':
		case 'proxyNotUsable':
		case 'notSent':
			return null;
	}
}

const TOO_MANY_REQUESTS = 429;
const PROXY_AUTHENTICATION_REQUIRED = 407;

/** Says what a response means, by the gateway's documents and its relay's source. Never throws. */
export function classifyResponse(response: StatusResponse): CheckResult {
	switch (response.kind) {
		case 'notSent':
		case 'certificateNotTrusted':
			return response;
		case 'noResponse':
		case 'notConnected':
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
		const received = withMessage('a redirect', readSanitizedText(response.location));
		return { kind: 'wrongBaseUrl', received };
	}
	if (statusCode === PROXY_AUTHENTICATION_REQUIRED) return { kind: 'proxyRefused' };
	if (body !== null && saysTaskUnknown(body)) return { kind: 'taskUnknown' };
	if (statusCode === 401) {
		return saysTokenEnded(gatewayMessage)
			? { kind: 'tokenNoLongerValid', gatewayMessage }
			: { kind: 'tokenRefused', gatewayMessage };
	}
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
	if (isWebPage(response)) {
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
	const code = readCode(body.code);
	const isRateLimited = KLING_RATE_LIMIT_CODES.has(code);
	if (isRateLimited || KLING_SERVER_ERROR_CODES.has(code)) {
		const cause = withMessage(`Kling answered with code ${code}`, gatewayMessage);
		return { ...transientError(cause), isRateLimited };
	}
	if (!isSuccessCode(code)) return { kind: 'requestRefused', statusCode, gatewayMessage };
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

/** A gateway of this family answers HTTP 400 for a task that it does not know, not 404. */
function saysTaskUnknown(body: IDataObject): boolean {
	const innerCode = isJsonObject(body.error) ? body.error.code : null;
	return body.code === 'task_not_exist' || innerCode === 'task_not_exist';
}
