import { describeConnectionError, readRequestError } from '../reading/readError';
import { isJsonObject, readText } from '../reading/readJson';

/** What came back from a status request. */
export type StatusResponse =
	| {
			kind: 'response';
			statusCode: number;
			/** Header values, empty when the header was not sent. */
			contentType: string;
			retryAfter: string;
			location: string;
			text: string;
			/** Milliseconds since 1970, by this machine's clock. */
			receivedAtMs: number;
	  }
	/** The network or the gateway did not answer; the next request may go well. */
	| { kind: 'noResponse'; cause: string }
	/** Nothing was sent, and the next request would end the same. */
	| { kind: 'notSent'; cause: string };

/** Reads what n8n's request helper returns when it is asked for the full response. */
export function readHttpResponse(response: unknown, receivedAtMs: number): StatusResponse {
	if (!isJsonObject(response) || typeof response.statusCode !== 'number') {
		return { kind: 'noResponse', cause: 'n8n returned a reply without a status' };
	}
	const headers = isJsonObject(response.headers) ? response.headers : {};
	return {
		kind: 'response',
		statusCode: response.statusCode,
		contentType: readText(headers['content-type']) ?? '',
		retryAfter: readText(headers['retry-after']) ?? '',
		location: readText(headers.location) ?? '',
		text: typeof response.body === 'string' ? response.body : '',
		receivedAtMs,
	};
}

/** Codes of requests that cannot be sent, or whose host cannot be trusted, however often one tries. */
const PERMANENT_CODE =
	/^ERR_(INVALID|BAD_REQUEST|UNESCAPED|TLS_CERT)|CERT|SELF_SIGNED|LEAF_SIGNATURE/;

/** n8n's own refusals have no code: domains that the credential or n8n's administrator forbids. */
const REFUSED_BY_N8N = /^Domain not allowed|request was blocked|not have any credentials/i;

/** Reads what n8n's request helper throws. */
export function responseFromError(error: unknown): StatusResponse {
	const { code, message } = readRequestError(error);
	const isPermanent = PERMANENT_CODE.test(code) || (code === '' && REFUSED_BY_N8N.test(message));
	return isPermanent
		? { kind: 'notSent', cause: message }
		: {
				kind: 'noResponse',
				cause: describeConnectionError(error, 'the host name of the Base URL'),
			};
}
