import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	Logger,
} from 'n8n-workflow';
import type { Place } from '../run/run';
import { timeLimit } from '../run/timeLimit';
import type { CheckTurn } from '../wait/waitForTask';
import { answerFromError, answerFromResponse } from './answer';
import { hideToken } from './hideToken';
import { meaningOf, type Answer, type Meaning } from './meaning';
import { encodeTaskId } from './taskId';
import { isJsonObject, readNumber } from './unknownJson';

export const CREDENTIAL_TYPE = 'ezModelApi';

/** A status call takes milliseconds: one that takes longer than this has been lost. */
const REQUEST_LIMIT_MS = 30_000;

/** Asks the gateway once for a task's status, when its turn has come. Never throws. */
export type CheckStatus = (turn: CheckTurn) => Promise<Meaning>;

/**
 * Makes the check of one task out of the request that n8n's routing has put together (base URL,
 * method, headers, proxy, SSL).
 *
 * @param place of the item in its run, whose end ends a check that is under way
 * @throws what n8n throws when the credential cannot be read
 */
export async function statusCheckOf(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	place: Place,
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
	return async (turn) =>
		await place.call(taskId, turn, async (signal) => {
			const answer = await ask(context, options, longestMs, signal);
			const meaning = meaningOf(hideToken(answer, token));
			if (!place.signal.aborted) logCheck(context.logger, taskId, meaning);
			return meaning;
		});
}

async function ask(
	context: IExecutePaginationFunctions,
	options: IHttpRequestOptions,
	limitMs: number,
	signal: AbortSignal,
): Promise<Answer> {
	// n8n's own timeout starts anew with every byte: a reply that drips in would never end.
	const limit = timeLimit(limitMs, signal);
	try {
		const response: unknown = await context.helpers.httpRequestWithAuthentication.call(
			cancelledBy(context, limit.signal),
			CREDENTIAL_TYPE,
			// a copy: n8n writes the credential and its signal into what it is given
			{ ...options, headers: { ...options.headers }, timeout: limitMs },
		);
		return answerFromResponse(response, Date.now());
	} catch (error) {
		if (limit.isUp()) {
			return { kind: 'noReply', cause: `no reply within ${limitMs / 1000} seconds` };
		}
		return signal.aborted
			? { kind: 'noReply', cause: 'no reply before time was up' }
			: answerFromError(error);
	} finally {
		limit.release();
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
