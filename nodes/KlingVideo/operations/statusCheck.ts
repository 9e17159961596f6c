import type { DeclarativeRestApiSettings, Logger } from 'n8n-workflow';
import { classifyResponse, type CheckResult } from '../gateway/checkResult';
import { CREDENTIAL_TYPE } from '../gateway/gatewayRequest';
import { createTokenRedactor } from '../gateway/redactToken';
import { sendStatusRequest } from '../gateway/sendRequest';
import type { StatusResponse } from '../gateway/statusResponse';
import type { TaskStatus } from '../gateway/task';
import { monotonicNowMs } from '../limits/monotonicClock';
import type { CallLimits } from '../limits/rateLimiter';
import type { RequestContext } from '../nodeContext';
import { formatDuration } from '../problems/formatDuration';
import { sanitizeText } from '../reading/untrustedText';
import { isJsonObject, readText } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import { buildTaskPath, type ItemParameters } from './itemParameters';

/** A status request takes milliseconds: one that takes longer than this has been lost. */
const REQUEST_TIMEOUT_MS = 30_000;

/** n8n ignores any other proxy and sends the request, with the token in it, without one. */
const USABLE_PROXY_PROTOCOLS = new Set(['http', 'https']);

/** Checks the task once, as soon as the run's rate limiter allows it. Never throws. */
export type CheckTask = (limits: CallLimits) => Promise<CheckResult>;

/**
 * Makes the check of one task.
 *
 * @param request all but the task: base URL, method, path, headers, proxy, SSL
 * @param run whose end ends a check that is in flight
 * @throws what n8n throws when the credential cannot be read
 */
export async function createStatusCheck(
	context: RequestContext,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	parameters: ItemParameters,
	run: NodeRun,
): Promise<CheckTask> {
	const { raw, timeoutMs } = parameters;
	const { taskId } = parameters.id;
	const taskPath = buildTaskPath(parameters);
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const redact = createTokenRedactor(isJsonObject(credential) ? credential.apiToken : null);
	const maxRequestMs = timeoutMs ?? REQUEST_TIMEOUT_MS;
	const protocol = readProxyProtocol(request);
	if (!USABLE_PROXY_PROTOCOLS.has(protocol)) {
		return async () => ({ kind: 'proxyNotUsable', protocol });
	}
	return async (limits) => {
		const deadlineMs = monotonicNowMs() + limits.timeoutMs;
		const result = await run.check(taskPath, limits, async () => {
			const requestMs = Math.max(1, Math.min(maxRequestMs, deadlineMs - monotonicNowMs()));
			const response = await withTimeout(run, requestMs, (signal) =>
				// n8n's own timeout is to come later: its text says less
				sendStatusRequest(context, request, taskPath, {
					timeoutMs: 2 * requestMs,
					signal,
					redact,
				}),
			);
			const checked = classifyResponse(response);
			if (!run.hasEnded()) logCheck(context.logger, taskId, checked);
			return checked;
		});
		// a wait of hours holds its last reply: without the body, unless somebody needs that
		return result.kind === 'task' && !raw ? { ...result, body: '' } : result;
	};
}

/** n8n takes a proxy without a protocol for one that speaks HTTP. */
function readProxyProtocol({ proxy }: DeclarativeRestApiSettings.HttpRequestOptions): string {
	return (readText(proxy?.protocol) ?? 'http').toLowerCase().replace(/:$/, '');
}

/**
 * Ends a request after `ms` milliseconds, or when the run ends: by a signal, and whether or not n8n
 * listens to that.
 */
async function withTimeout(
	run: NodeRun,
	ms: number,
	send: (signal: AbortSignal) => Promise<StatusResponse>,
): Promise<StatusResponse> {
	const abort = new AbortController();
	return await new Promise((resolve) => {
		const timer = run.timers.schedule(ms, () => {
			const cause = `no reply within ${formatDuration(ms)}`;
			abort.abort(new Error(cause));
			resolve({ kind: 'noResponse', cause });
		});
		void send(abort.signal).then((response) => {
			run.timers.cancel(timer);
			resolve(response);
		});
	});
}

/** What n8n's log has beside the text of a check. */
export interface CheckLogEntry {
	taskId: string;
	kind: CheckResult['kind'];
	status: TaskStatus | null;
	/** 0 to 100. */
	progress: number | null;
}

/** The editor shows nothing of a node while it runs; n8n's log, at level "debug", has each check. */
function logCheck(logger: Logger, taskId: string, result: CheckResult): void {
	const task = result.kind === 'task' ? result.task : null;
	const entry: CheckLogEntry = {
		taskId,
		kind: result.kind,
		status: task?.status ?? null,
		progress: task?.progress ?? null,
	};
	const summary = result.kind === 'transientError' ? result.cause : (entry.status ?? result.kind);
	logger.debug(`Checked task ${sanitizeText(taskId)}: ${summary}`, { ...entry });
}
