import { sanitizeText, readSanitizedText } from '../reading/untrustedText';
import { describeConnectionError, readRequestError } from '../reading/readError';
import { isJsonObject, readText } from '../reading/readJson';
import { MAX_BODY_BYTES, readBody } from './readBody';
import type { RedactToken } from './redactToken';

/** What came back from a status request, without the API token. */
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
	/** The connection was never made, so the gateway has nothing of the request. */
	| { kind: 'notConnected'; cause: string }
	/** The certificate of the gateway, or of what answers in its place, is not trusted. */
	| { kind: 'certificateNotTrusted'; cause: string }
	/** Nothing was sent, and the next request would end the same. */
	| { kind: 'notSent'; cause: string };

/**
 * Reads what n8n's request helper returns when it is asked for the full response and a stream. Never
 * throws.
 *
 * @param signal ends the reading
 */
export async function readHttpResponse(
	response: unknown,
	redact: RedactToken,
	signal: AbortSignal,
): Promise<StatusResponse> {
	if (!isJsonObject(response) || typeof response.statusCode !== 'number') {
		return { kind: 'noResponse', cause: 'n8n returned a reply without a status' };
	}
	const receivedAtMs = Date.now();
	const body = await readBody(response.body, signal);
	if (body.kind === 'tooLarge') {
		const cause = `the gateway sent a reply of more than ${MAX_BODY_BYTES / 1e6} MB`;
		return { kind: 'noResponse', cause };
	}
	if (body.kind === 'brokeOff') return { kind: 'noResponse', cause: 'the reply broke off' };

	const headers = isJsonObject(response.headers) ? response.headers : {};
	return {
		kind: 'response',
		statusCode: response.statusCode,
		contentType: readText(headers['content-type']) ?? '',
		retryAfter: readText(headers['retry-after']) ?? '',
		location: readSanitizedText(redact(readText(headers.location) ?? '')) ?? '',
		text: redact(body.text),
		receivedAtMs,
	};
}

/** Codes of hosts that cannot be trusted. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|LEAF_SIGNATURE/;

/** Codes that only a connection has which is being made; others may come later as well. */
const NOT_CONNECTED_CODE = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/;
const NOT_CONNECTED_MESSAGE = /^connect E(?:TIMEDOUT|HOSTUNREACH|NETUNREACH)\b/;

/** Codes of requests that cannot be sent, however often one tries. */
const PERMANENT_CODE = /^ERR_(?:INVALID|BAD_REQUEST|UNESCAPED)/;

/** n8n's own refusals have no code: domains that the credential or n8n's administrator forbids. */
const REFUSED_BY_N8N = /^Domain not allowed|request was blocked|not have any credentials/i;

/** Reads what n8n's request helper throws. */
export function responseFromError(error: unknown, redact: RedactToken): StatusResponse {
	const { code, message: rawMessage } = readRequestError(error);
	const message = redact(rawMessage);
	if (PERMANENT_CODE.test(code) || (code === '' && REFUSED_BY_N8N.test(message))) {
		return { kind: 'notSent', cause: sanitizeText(message) };
	}
	if (CERTIFICATE_CODE.test(code)) {
		return { kind: 'certificateNotTrusted', cause: sanitizeText(message) };
	}
	const cause = describeConnectionError({ code, message }, 'the host name of the Base URL');
	const isConnected = !NOT_CONNECTED_CODE.test(code) && !NOT_CONNECTED_MESSAGE.test(message);
	return { kind: isConnected ? 'noResponse' : 'notConnected', cause };
}
