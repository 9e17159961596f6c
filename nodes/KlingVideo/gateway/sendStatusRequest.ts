import type { DeclarativeRestApiSettings, IHttpRequestOptions } from 'n8n-workflow';
import type { NodeContext } from '../nodeContext';
import { readErrorMessage } from '../reading/readError';
import { CREDENTIAL_TYPE } from './gatewayRequest';
import type { RedactToken } from './redactToken';
import { readHttpResponse, responseFromError, type StatusResponse } from './statusResponse';

/**
 * Sends one request for the status of a task. Never throws.
 *
 * @param request all but the task: base URL, method, path of the kind, headers, proxy, SSL
 * @param taskPath what is added to the path of the request: the task id, encoded
 * @param timeoutMs for n8n, whose timeout starts anew with every byte that arrives
 * @param signal ends the request; its reason says why, and becomes the cause
 * @param redact takes the API token out of all that comes back
 */
export async function sendStatusRequest(
	context: NodeContext,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskPath: string,
	timeoutMs: number,
	signal: AbortSignal,
	redact: RedactToken,
): Promise<StatusResponse> {
	try {
		const options: IHttpRequestOptions = {
			...request,
			skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
			url: `${request.url ?? ''}/${taskPath}`,
			timeout: timeoutMs,
			// a copy: n8n writes the credential into it
			headers: { ...request.headers },
			returnFullResponse: true,
			// so that no more of it is read than is wanted
			encoding: 'stream',
		};
		const response: unknown = await context.helpers.httpRequestWithAuthentication.call(
			withCancelSignal(context, signal),
			CREDENTIAL_TYPE,
			options,
		);
		const read = await readHttpResponse(response, redact, signal);
		return read.kind !== 'response' && signal.aborted ? responseFromAbort(signal) : read;
	} catch (error) {
		return signal.aborted ? responseFromAbort(signal) : responseFromError(error, redact);
	}
}

function responseFromAbort({ reason }: AbortSignal): StatusResponse {
	return { kind: 'noResponse', cause: readErrorMessage(reason) };
}

/** n8n cancels a request by its context's signal and by no other. */
function withCancelSignal<Context extends NodeContext>(
	context: Context,
	signal: AbortSignal,
): Context {
	return new Proxy(context, {
		get: (target, key) =>
			key === 'getExecutionCancelSignal' ? () => signal : Reflect.get(target, key),
	});
}
