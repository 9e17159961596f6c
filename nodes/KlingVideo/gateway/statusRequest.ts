import type {
	DeclarativeRestApiSettings,
	IExecuteFunctions,
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
import { isJsonObject } from './unknownJson';

export const CREDENTIAL_TYPE = 'ezModelApi';

/** What n8n hands to a declarative operation, or to one of our own. */
export type NodeContext = IExecuteFunctions | IExecutePaginationFunctions;

/**
 * The status call, which every operation makes, once or again and again; the task id is added to
 * its path when it is sent.
 *
 * HTTP statuses are read by us, and redirects are never followed: n8n would carry the token along
 * to another host. Either also keeps n8n from sending the request anew after a 401.
 */
export const STATUS_REQUEST = {
	method: 'GET',
	url: '/kling/v1/videos/multi-image2video',
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
	encoding: 'text',
} as const satisfies Partial<IHttpRequestOptions>;

/** A status call takes milliseconds: one that takes longer than this has been lost. */
const REQUEST_LIMIT_MS = 30_000;

/** Asks the gateway once for a task's status, when its turn has come. Never throws. */
export type CheckStatus = (turn: Turn) => Promise<Meaning>;

/** The task that is asked for, and how. */
export interface AskedStatus {
	taskId: string;
	/** The time limit that the user set for a request, if any. */
	timeoutMs: number | null;
	/** Whether the bodies of good replies are wanted; a wait of hours holds the last one. */
	keepBody: boolean;
}

/**
 * Makes the check of one task out of a request that has all but the task id: base URL, method,
 * headers, proxy, SSL.
 *
 * @param run whose end ends a check that is under way
 * @throws what n8n throws when the credential cannot be read
 */
export async function statusCheckOf(
	context: NodeContext,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	{ taskId, timeoutMs, keepBody }: AskedStatus,
	run: Run,
): Promise<CheckStatus> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const token = isJsonObject(credential) ? credential.apiToken : null;
	const longestMs = timeoutMs ?? REQUEST_LIMIT_MS;
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
	context: NodeContext,
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
function cancelledBy<Context extends NodeContext>(context: Context, signal: AbortSignal): Context {
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
