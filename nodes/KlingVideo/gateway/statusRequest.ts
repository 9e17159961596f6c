import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	Logger,
} from 'n8n-workflow';
import { answerFromError, answerFromResponse } from './answer';
import { hideToken } from './hideToken';
import { meaningOf, type Answer, type Meaning } from './meaning';
import { encodeTaskId } from './taskId';
import { isJsonObject, readNumber } from './unknownJson';

export const CREDENTIAL_TYPE = 'ezModelApi';

/** A status call takes milliseconds: one that takes longer than this has been lost. */
const REQUEST_LIMIT_MS = 30_000;

/** Asks the gateway once for a task's status, for `limitMs` at most. Never throws. */
export type CheckStatus = (limitMs?: number) => Promise<Meaning>;

/**
 * Makes the check of one task out of the request that n8n's routing has put together (base URL,
 * method, headers, proxy, SSL).
 *
 * @param signal ends a check that is under way
 * @throws what n8n throws when the credential cannot be read
 */
export async function statusCheckOf(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	signal: AbortSignal,
): Promise<CheckStatus> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const token = isJsonObject(credential) ? credential.apiToken : null;
	const longestMs = requestLimitMs(context);
	const options: IHttpRequestOptions = {
		...request,
		skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
		url: `${request.url ?? ''}/${encodeTaskId(taskId)}`,
		returnFullResponse: true,
	};
	return async (limitMs = longestMs) => {
		const answer = await ask(context, options, Math.min(limitMs, longestMs), signal);
		const meaning = meaningOf(hideToken(answer, token));
		if (!signal.aborted) logCheck(context.logger, taskId, meaning);
		return meaning;
	};
}

async function ask(
	context: IExecutePaginationFunctions,
	options: IHttpRequestOptions,
	limitMs: number,
	signal: AbortSignal,
): Promise<Answer> {
	// n8n's own timeout starts anew with every byte: a reply that drips in would never end.
	const timeUp = AbortSignal.timeout(limitMs);
	const attempt = new AbortController();
	const cut = () => attempt.abort();
	signal.addEventListener('abort', cut);
	timeUp.addEventListener('abort', cut);
	if (signal.aborted) cut();

	try {
		const response: unknown = await context.helpers.httpRequestWithAuthentication.call(
			cancelledBy(context, attempt.signal),
			CREDENTIAL_TYPE,
			// a copy: n8n writes the credential and its signal into what it is given
			{ ...options, headers: { ...options.headers }, timeout: limitMs },
		);
		return answerFromResponse(response, Date.now());
	} catch (error) {
		return timeUp.aborted
			? { kind: 'noReply', cause: `no reply within ${limitMs / 1000} seconds` }
			: answerFromError(error);
	} finally {
		signal.removeEventListener('abort', cut);
		timeUp.removeEventListener('abort', cut);
	}
}

/** n8n cancels a request by its context's signal and by no other. */
function cancelledBy(
	context: IExecutePaginationFunctions,
	signal: AbortSignal,
): IExecutePaginationFunctions {
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
}

/** The editor shows nothing of a node while it runs; n8n's log, at level "debug", shows each check. */
function logCheck(logger: Logger, taskId: string, meaning: Meaning): void {
	const { kind } = meaning;
	const status = kind === 'task' ? meaning.task.status : null;
	const progress = kind === 'task' ? meaning.task.progress : null;
	const summary = kind === 'trouble' ? meaning.cause : (status ?? kind);
	logger.debug(`Checked task ${taskId}: ${summary}`, { taskId, kind, status, progress });
}

/** 30 s, or the timeout that the user set among n8n's request options. */
function requestLimitMs(context: IExecutePaginationFunctions): number {
	const requestOptions: unknown = context.getNodeParameter('requestOptions', {});
	const setByUser = isJsonObject(requestOptions) ? readNumber(requestOptions.timeout) : null;
	return setByUser !== null && setByUser > 0 ? setByUser : REQUEST_LIMIT_MS;
}
