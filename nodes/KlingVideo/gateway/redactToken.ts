import { readText } from '../reading/readJson';
import type { StatusResponse } from './statusResponse';

/** A shorter text is no token, and taking it out would damage ordinary words. */
const MIN_TOKEN_LENGTH = 8;

/**
 * Takes the API token out of whatever came back, before anything is read from it: gateways and
 * proxies may quote what they were sent.
 *
 * @param apiToken as it is in the credential
 */
export function redactToken(response: StatusResponse, apiToken: unknown): StatusResponse {
	const spellings = listSpellings(apiToken);
	const redact = (text: string) =>
		spellings.reduce((redacted, spelling) => redacted.replaceAll(spelling, '[API token]'), text);
	return response.kind === 'response'
		? { ...response, text: redact(response.text), location: redact(response.location) }
		: { ...response, cause: redact(response.cause) };
}

function listSpellings(apiToken: unknown): string[] {
	const token = (readText(apiToken) ?? '').replace(/^Bearer\s+/i, '');
	// the relay knows its tokens without the prefix, and a quote or a URL writes them another way
	const bare = token.replace(/^sk-/, '');
	const spellings = [token, bare].flatMap((text) => [
		text,
		JSON.stringify(text).slice(1, -1),
		encodeURIComponent(text),
	]);
	return [...new Set(spellings)].filter((text) => text.length >= MIN_TOKEN_LENGTH);
}
