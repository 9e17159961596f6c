import type {
	DeclarativeRestApiSettings,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import type { NodeContext, RequestContext } from '../nodeContext';
import { readErrorMessage } from '../reading/readError';
import { CREDENTIAL_TYPE } from './gatewayRequest';
import type { RedactToken } from './redactToken';
import { readHttpResponse, responseFromError, type StatusResponse } from './statusResponse';

/** What a request needs beside what n8n's routing declares. */
export interface RequestCall {
	/** For n8n, whose timeout starts anew with every byte that arrives. */
	timeoutMs: number;
	/** Ends the request; its reason says why, and becomes the cause. */
	signal: AbortSignal;
	/** Takes the API token out of all that comes back. */
	redact: RedactToken;
}

type Request = DeclarativeRestApiSettings.HttpRequestOptions;

/**
 * Sends one request for the status of a task. Never throws.
 *
 * @param request all but the task: base URL, method, path of the kind, headers, proxy, SSL
 * @param taskPath what is added to the path of the request: the task id, encoded
 */
export async function sendStatusRequest(
	context: RequestContext,
	request: Request,
	taskPath: string,
	call: RequestCall,
): Promise<StatusResponse> {
	return await sendRequest(context, { ...request, url: `${request.url ?? ''}/${taskPath}` }, call);
}

/**
 * Sends one submit call. Never throws.
 *
 * @param request all but the body
 * @param body JSON
 */
export async function sendSubmitRequest(
	context: NodeContext,
	request: Request,
	body: Uint8Array,
	call: RequestCall,
): Promise<StatusResponse> {
	const headers = { ...request.headers, 'Content-Type': 'application/json' };
	// n8n's type knows no bytes, and n8n sends them as they are
	return await sendRequest(
		context,
		{ ...request, headers, body: Buffer.from(body.buffer, body.byteOffset, body.length) },
		call,
	);
}

/** Sends the request for the list of models, which the editor asks for. Never throws. */
export async function sendModelsRequest(
	context: ILoadOptionsFunctions,
	request: Request,
	call: RequestCall,
): Promise<StatusResponse> {
	return await sendRequest(context, request, call);
}

async function sendRequest(
	context: RequestContext | ILoadOptionsFunctions,
	request: Request,
	{ timeoutMs, signal, redact }: RequestCall,
): Promise<StatusResponse> {
	try {
		const options: IHttpRequestOptions = {
			...request,
			url: request.url ?? '',
			skipSslCertificateValidation: Boolean(request.skipSslCertificateValidation),
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
function withCancelSignal<Context extends RequestContext | ILoadOptionsFunctions>(
	context: Context,
	signal: AbortSignal,
): Context {
	const name = 'getExecutionCancelSignal';
	return new Proxy(context, {
		// some contexts have none of their own, and n8n looks whether there is one
		has: (target, key) => key === name || Reflect.has(target, key),
		get: (target, key) => (key === name ? () => signal : Reflect.get(target, key)),
	});
}
