import type { DeclarativeRestApiSettings, IHttpRequestOptions } from 'n8n-workflow';
import type { NodeContext } from '../nodeContext';
import { readErrorMessage } from '../reading/readError';
import { CREDENTIAL_TYPE } from './gatewayRequest';
import { readHttpResponse, responseFromError, type StatusResponse } from './statusResponse';
import { encodeTaskId } from './taskId';

/**
 * Asks the gateway once for a task's status. Never throws.
 *
 * @param request all but the task id: base URL, method, path of the kind, headers, proxy, SSL
 * @param timeoutMs for n8n, whose timeout starts anew with every byte that arrives
 * @param signal ends the request; its reason says why, and becomes the cause
 */
export async function sendStatusRequest(
	context: NodeContext,
	request: DeclarativeRestApiSettings.HttpRequestOptions,
	taskId: string,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<StatusResponse> {
	try {
		const options: IHttpRequestOptions = {
			...request,
			skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
			url: `${request.url ?? ''}/${encodeTaskId(taskId)}`,
			timeout: timeoutMs,
			// a copy: n8n writes the credential into it
			headers: { ...request.headers },
			returnFullResponse: true,
		};
		const response: unknown = await context.helpers.httpRequestWithAuthentication.call(
			withCancelSignal(context, signal),
			CREDENTIAL_TYPE,
			options,
		);
		return readHttpResponse(response, Date.now());
	} catch (error) {
		return signal.aborted
			? { kind: 'noResponse', cause: readErrorMessage(signal.reason) }
			: responseFromError(error);
	}
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
