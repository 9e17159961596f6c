import type { Answer } from './meaning';
import { isJsonObject, readText } from './unknownJson';

/** Reads what n8n's request helper returns when it is asked for the full response. */
export function answerFromResponse(response: unknown, receivedAtMs: number): Answer {
	if (!isJsonObject(response) || typeof response.statusCode !== 'number') {
		return { kind: 'noReply', cause: 'n8n handed over a reply without a status' };
	}
	const headers = isJsonObject(response.headers) ? response.headers : {};
	return {
		kind: 'reply',
		statusCode: response.statusCode,
		contentType: readText(headers['content-type']) ?? '',
		retryAfter: readText(headers['retry-after']) ?? '',
		location: readText(headers.location) ?? '',
		text: typeof response.body === 'string' ? response.body : '',
		receivedAtMs,
	};
}

const CAUSE_BY_CODE: Record<string, string> = {
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ENOTFOUND: 'the host name of the Base URL was not found',
	EAI_AGAIN: 'the host name of the Base URL could not be looked up',
	EHOSTUNREACH: 'the host cannot be reached',
	ENETUNREACH: 'the network cannot be reached',
	ETIMEDOUT: 'no connection in time',
	ECONNABORTED: 'no reply in time',
};

/** Codes of requests that cannot be sent, or whose host is not to be trusted, however often one tries. */
const FINAL_CODE = /^ERR_(INVALID|BAD_REQUEST|UNESCAPED|TLS_CERT)|CERT|SELF_SIGNED|LEAF_SIGNATURE/;

/** n8n's own refusals have no code: domains that the credential or n8n's administrator forbids. */
const REFUSED_BY_N8N = /^Domain not allowed|request was blocked|not have any credentials/i;

/**
 * Reads what n8n's request helper throws: a NodeApiError with a code of Node.js or axios where an
 * HTTP status would stand, or with the status of a reply that broke off.
 */
export function answerFromError(error: unknown): Answer {
	const { code, message } = readError(error);
	const isFinal = FINAL_CODE.test(code) || (code === '' && REFUSED_BY_N8N.test(message));
	return isFinal ? { kind: 'notSent', cause: message } : { kind: 'noReply', cause: causeOf(error) };
}

/** What was wrong with a connection, in a few words. */
export function causeOf(error: unknown): string {
	const { code, message } = readError(error);
	if (/^\d+$/.test(code)) return 'the reply broke off';
	// Node.js's HTTP parser
	if (code.startsWith('HPE_')) return 'something answered that does not speak HTTP';
	return CAUSE_BY_CODE[code] ?? `no connection: ${message}`;
}

/** The words of whatever was thrown. */
export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Node.js and axios say `code`; n8n puts it where an HTTP status would stand. */
function readError(error: unknown): { code: string; message: string } {
	if (!isJsonObject(error)) return { code: '', message: String(error) };
	return {
		code: readText(error.httpCode) ?? readText(error.code) ?? '',
		message: readText(error.message) ?? '',
	};
}
