import { sanitizeText } from './untrustedText';
import { isJsonObject, readText } from './readJson';

/** @returns the message of whatever was thrown, sanitized */
export function readErrorMessage(error: unknown): string {
	return sanitizeText(error instanceof Error ? error.message : String(error));
}

/**
 * Reads what n8n's request helper throws. Node.js and axios set `code`; n8n puts it into `httpCode`,
 * where an HTTP status would be, and the status of a reply that broke off as well.
 *
 * @returns the message as it came: whoever shows it sanitizes it
 */
export function readRequestError(error: unknown): { code: string; message: string } {
	if (!isJsonObject(error)) return { code: '', message: String(error) };
	return {
		code: readText(error.httpCode) ?? readText(error.code) ?? '',
		message: readText(error.message) ?? '',
	};
}

const CAUSE_BY_CODE: Record<string, string> = {
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	EHOSTUNREACH: 'the host cannot be reached',
	ENETUNREACH: 'the network cannot be reached',
	ETIMEDOUT: 'no connection in time',
	ECONNABORTED: 'no reply in time',
	// while n8n stores a file that arrives
	ENOSPC: "n8n's disk is full",
	EDQUOT: "n8n's disk is full",
	EACCES: 'n8n may not write to its disk',
	EROFS: 'n8n may not write to its disk',
};

/**
 * Says in a few words what went wrong with a connection.
 *
 * @param hostName what the user knows the host by, such as "the host name of the Base URL"
 */
export function describeConnectionError(error: unknown, hostName: string): string {
	const { code, message } = readRequestError(error);
	if (code === 'ENOTFOUND') return `${hostName} was not found`;
	if (code === 'EAI_AGAIN') return `${hostName} could not be looked up`;
	if (/^\d+$/.test(code)) return 'the reply broke off';
	// the codes of Node.js's HTTP parser
	if (code.startsWith('HPE_')) return 'something answered that does not speak HTTP';
	return CAUSE_BY_CODE[code] ?? sanitizeText(`no connection: ${message}`);
}
