import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	Logger,
} from 'n8n-workflow';
import type { Turn } from '../run/pace';
import type { Run } from '../run/run';
import { answerFromError, answerFromResponse } from './answer';
import { hideToken } from './hideToken';
import { meaningOf, type Answer, type Meaning } from './meaning';
import { encodeTaskId } from './taskId';
import { isJsonObject, readNumber } from './unknownJson';

export const CREDENTIAL_TYPE = 'ezModelApi';

/** A status call takes milliseconds: one that takes longer than this has been lost. */
const REQUEST_LIMIT_MS = 30_000;

/** Asks the gateway once for a task's status, when its turn has come. Never throws. */
export type CheckStatus = (turn: Turn) => Promise<Meaning>;

/**
 * Makes the check of one task out of the request that n8n's routing has put together (base URL,
 * method, headers, proxy, SSL).
 *
 * @param run whose end ends a check that is under way
 * @param keepBody whether the bodies of good replies are wanted; a wait of hours holds the last one
 * @throws what n8n throws when the credential cannot be read
 */
export async function statusCheckOf(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	run: Run,
	keepBody: boolean,
): Promise<CheckStatus> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const token = isJsonObject(credential) ? credential.apiToken : null;
	const longestMs = timeoutSetByUser(context) ?? REQUEST_LIMIT_MS;
	return async (turn) => {
		const giveUpAtMs = Date.now() + turn.limitMs;
		const meaning = await run.call(taskId, turn, async () => {
			const limitMs = Math.max(1, Math.min(longestMs, giveUpAtMs - Date.now()));
			const answer = await ask(context, request, taskId, limitMs, run);
			const meant = meaningOf(hideToken(answer, token));
			if (!run.hasEnded()) logCheck(context.logger, taskId, meant);
			return meant;
		});
		return meaning.kind === 'task' && !keepBody ? { ...meaning, body: '' } : meaning;
	};
}

async function ask(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	limitMs: number,
	run: Run,
): Promise<Answer> {
	const cut = new AbortController();
	// n8n's own timeout starts anew with every byte: a reply that drips in would never end
	const limit = run.alarms.set(Date.now() + limitMs, () => cut.abort());
	try {
		const options: IHttpRequestOptions = {
			...request,
			skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
			url: `${request.url ?? ''}/${encodeTaskId(taskId)}`,
			// n8n's own limit is to come after ours, which says more
			timeout: 2 * limitMs,
			// a copy: n8n writes the credential into it
			headers: { ...request.headers },
			returnFullResponse: true,
		};
		const response: unknown = await context.helpers.httpRequestWithAuthentication.call(
			cancelledBy(context, cut.signal),
			CREDENTIAL_TYPE,
			options,
		);
		return answerFromResponse(response, Date.now());
	} catch (error) {
		if (!cut.signal.aborted) return answerFromError(error);
		const seconds = Number((limitMs / 1000).toFixed(1));
		return { kind: 'noReply', cause: `no reply within ${seconds} seconds` };
	} finally {
		run.alarms.clear(limit);
	}
}

/** n8n cancels a request by its context's signal and by no other. */
function cancelledBy(
	context: IExecutePaginationFunctions,
	signal: AbortSignal,
): IExecutePaginationFunctions {
	return new Proxy(context, {
		get: (target, key) =>
			key === 'getExecutionCancelSignal' ? () => signal : Reflect.get(target, key),
	});
}

/** The editor shows nothing of a node while it runs; n8n's log, at level "debug", shows each check. */
function logCheck(logger: Logger, taskId: string, meaning: Meaning): void {
	const { kind } = meaning;
	const status = kind === 'task' ? meaning.task.status : null;
	const progress = kind === 'task' ? meaning.task.progress : null;
	const summary = kind === 'trouble' ? meaning.cause : (status ?? kind);
	logger.debug(`Checked task ${taskId}: ${summary}`, { taskId, kind, status, progress });
}

/** The timeout in milliseconds that the user set among n8n's request options, if any. */
export function timeoutSetByUser(context: IExecutePaginationFunctions): number | null {
	const requestOptions: unknown = context.getNodeParameter('requestOptions', {});
	const timeoutMs = isJsonObject(requestOptions) ? readNumber(requestOptions.timeout) : null;
	return timeoutMs !== null && timeoutMs > 0 ? timeoutMs : null;
}
