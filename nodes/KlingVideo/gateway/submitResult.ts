import type { IDataObject } from 'n8n-workflow';
import { readSanitizedText } from '../reading/untrustedText';
import { isJsonObject, parseJsonObject, readId } from '../reading/readJson';
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
	UNREADABLE_CODE,
	withMessage,
} from './gatewayReply';
import type { StatusResponse } from './statusResponse';

/** What became of a submit call. Only after `notCreated` may it be sent again. */
export type SubmitResult = CreatedTask | NotCreated | SubmitRefused | SubmitUnclear;

export interface CreatedTask {
	kind: 'created';
	taskId: string;
	/** The reply as it came. */
	body: string;
}

/** Surely no task was created, and the next call may go well. */
export interface NotCreated {
	kind: 'notCreated';
	/** Kling counts the unfinished tasks of an account, or the connection was never made. */
	reason: 'noFreePlace' | 'notConnected';
	cause: string;
	/** How long the gateway asks to be left alone; null if it names no time. */
	retryAfterMs: number | null;
}

/** Surely no task was created, and the same call would end the same. */
export interface SubmitRefused {
	kind: 'refused';
	reason: SubmitRefusal;
	/** The words of the gateway or of Kling, or what came in their place. */
	words: string | null;
}

export const SUBMIT_REFUSALS = [
	/** The gateway has no such model, or none for this token's group. */
	'modelNotOffered',
	/** The gateway has no price for this model with this mode and duration. */
	'noPriceForParameters',
	'outOfMoney',
	'tokenRefused',
	/** The token is expired, used up or disabled, by the gateway's own words. */
	'tokenNoLongerValid',
	/** The token may use other models only. */
	'tokenRestricted',
	'accessRefused',
	/** Kling does not accept the gateway's own key. */
	'operatorRefused',
	/** Kling, or the gateway, does not accept what was asked for. */
	'requestRefused',
	'wrongBaseUrl',
	'proxyRefused',
	'certificateNotTrusted',
	'notSent',
] as const;

export type SubmitRefusal = (typeof SUBMIT_REFUSALS)[number];

/** A task may have been created, and paid. */
export interface SubmitUnclear {
	kind: 'unclear';
	/** Whether Kling has taken the task, by the gateway's reply, which does not say what its id is. */
	isAccepted: boolean;
	cause: string;
}

/** The codes of the gateway for a request that it did not pass on to Kling. */
const NO_PRICE_CODE = 'get_price_scale_failed';
const NOT_BUILT_CODE = 'build_request_failed';
const NO_MODEL_CODE = 'model_not_found';
const NO_MONEY_CODE = 'quota_not_enough';
/** Kling refused, and its own reply stands in the message, as JSON. */
const KLING_REFUSED_CODE = 'fail_to_fetch_task';
const PANIC_TYPE = 'new_api_panic';

/** Kling's code for maintenance: it takes no task then. */
const KLING_MAINTENANCE_CODE = 5001;

/**
 * Says what became of a submit call, by its reply. What is not known for sure not to have created a
 * task counts as unclear. Never throws.
 *
 * By the gateway's source, and by a run of its relay with each of Kling's answers.
 */
export function classifySubmit(response: StatusResponse): SubmitResult {
	switch (response.kind) {
		case 'notConnected':
			return notCreated('notConnected', response.cause, null);
		case 'noResponse':
			return unclear(response.cause);
		case 'certificateNotTrusted':
		case 'notSent':
			return refused(response.kind, response.cause);
		case 'response':
			break;
	}

	const { statusCode, text } = response;
	const body = parseJsonObject(text);
	const words = body === null ? null : readKlingWords(body);
	const retryAfterMs = readRetryAfterMs(response.retryAfter, response.receivedAtMs);

	if (statusCode === 429) {
		return notCreated(
			'noFreePlace',
			withMessage('the gateway answered with HTTP status 429', words),
			retryAfterMs,
		);
	}
	if (statusCode >= 500) return classifyServerError(statusCode, body, words, retryAfterMs);
	if (statusCode >= 300 && statusCode < 400) {
		const received = withMessage('a redirect', readSanitizedText(response.location));
		return refused('wrongBaseUrl', received);
	}
	// a proxy gives up on a request that has been sent
	if (statusCode === 408) return unclear('the gateway answered with HTTP status 408');
	if (statusCode >= 400) return classifyRefusal(statusCode, body, words);
	if (body !== null) return classifyAccepted(body, text, words);
	if (isWebPage(response)) return refused('wrongBaseUrl', 'a web page');
	return unclear(
		text.trim() === ''
			? 'the gateway sent an empty reply'
			: 'the gateway sent a reply that cannot be read',
		// the gateway answers with two documents in a row when it could not store the task
		startsWithTask(text),
	);
}

function classifyServerError(
	statusCode: number,
	body: IDataObject | null,
	words: string | null,
	retryAfterMs: number | null,
): SubmitResult {
	const { code, type } = body === null ? { code: null, type: null } : readErrorCode(body);
	if (code === NO_MODEL_CODE) return refused('modelNotOffered', words);
	if (code === NO_PRICE_CODE) return refused('noPriceForParameters', words);
	if (code === NOT_BUILT_CODE || type === PANIC_TYPE) return refused('requestRefused', words);
	const cause = withMessage(`the gateway answered with HTTP status ${statusCode}`, words);
	const isMaintenance =
		statusCode === 503 &&
		code === KLING_REFUSED_CODE &&
		readCode(readKlingReply(body)?.code) === KLING_MAINTENANCE_CODE;
	return isMaintenance ? notCreated('noFreePlace', cause, retryAfterMs) : unclear(cause);
}

function classifyRefusal(
	statusCode: number,
	body: IDataObject | null,
	words: string | null,
): SubmitRefused {
	const { code } = body === null ? { code: null } : readErrorCode(body);
	switch (statusCode) {
		case 401:
			if (code === KLING_REFUSED_CODE) return refused('operatorRefused', words);
			return refused(saysTokenEnded(words) ? 'tokenNoLongerValid' : 'tokenRefused', words);
		case 403:
			if (code === NO_MONEY_CODE) return refused('outOfMoney', words);
			// Kling gives the gateway's own account no right to do it
			if (code === KLING_REFUSED_CODE) return refused('operatorRefused', words);
			return refused(isModelRestriction(words) ? 'tokenRestricted' : 'accessRefused', words);
		case 404:
			// Kling says so of a model that it does not know
			return code === KLING_REFUSED_CODE
				? refused('requestRefused', words)
				: refused('wrongBaseUrl', withMessage('HTTP status 404', words));
		case 407:
			return refused('proxyRefused', null);
		default:
			return refused('requestRefused', words ?? `HTTP status ${statusCode}`);
	}
}

function classifyAccepted(body: IDataObject, text: string, words: string | null): SubmitResult {
	const code = readCode(body.code);
	const taskId = findTaskId(body);
	if (isSuccessCode(code)) {
		return taskId === null
			? unclear('the gateway gave no task id', true)
			: { kind: 'created', taskId, body: text };
	}
	const answered = withMessage(`the gateway answered with code ${code}`, words);
	// whoever names a task has perhaps made it, whatever the code means
	if (taskId !== null || code === UNREADABLE_CODE) return unclear(answered);
	if (KLING_RATE_LIMIT_CODES.has(code)) {
		return notCreated('noFreePlace', withMessage(`Kling answered with code ${code}`, words), null);
	}
	if (KLING_SERVER_ERROR_CODES.has(code)) {
		return unclear(withMessage(`Kling answered with code ${code}`, words));
	}
	return refused('requestRefused', words);
}

function findTaskId(body: IDataObject): string | null {
	const data = isJsonObject(body.data) ? body.data : {};
	for (const id of [body.task_id, data.task_id, body.id, data.id]) {
		const taskId = readId(id);
		if (taskId !== null) return taskId;
	}
	return null;
}

/** The relay's own errors have `code` beside the message, those of its front in `error`. */
function readErrorCode(body: IDataObject): { code: unknown; type: unknown } {
	return isJsonObject(body.error)
		? { code: body.error.code, type: body.error.type }
		: { code: body.code, type: body.type };
}

/** Kling's own reply, which the gateway hands on as the text of its message. */
function readKlingReply(body: IDataObject | null): IDataObject | null {
	return typeof body?.message === 'string' ? parseJsonObject(body.message) : null;
}

function readKlingWords(body: IDataObject): string | null {
	const reply = readKlingReply(body);
	return (reply === null ? null : readGatewayMessage(reply)) ?? readGatewayMessage(body);
}

function startsWithTask(text: string): boolean {
	return /^\s*\{[^{}]*"task_id"/.test(text);
}

function notCreated(
	reason: NotCreated['reason'],
	cause: string,
	retryAfterMs: number | null,
): NotCreated {
	return { kind: 'notCreated', reason, cause, retryAfterMs };
}

function refused(reason: SubmitRefusal, words: string | null): SubmitRefused {
	return { kind: 'refused', reason, words };
}

function unclear(cause: string, isAccepted = false): SubmitUnclear {
	return { kind: 'unclear', isAccepted, cause };
}
