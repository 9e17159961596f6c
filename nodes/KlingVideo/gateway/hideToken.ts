import type { Answer } from './meaning';
import { readText } from './unknownJson';

/** A shorter "token" is none, and hiding it would tear holes into ordinary words. */
const SHORTEST_TOKEN = 8;

/**
 * Takes the API token out of whatever came back, before anything is made of it: gateways and
 * proxies may quote what they were sent.
 *
 * @param apiToken as it stands in the credential
 */
export function hideToken(answer: Answer, apiToken: unknown): Answer {
	const secrets = secretsIn(apiToken);
	const hide = (text: string) =>
		secrets.reduce((shown, secret) => shown.replaceAll(secret, '[API token]'), text);
	return answer.kind === 'reply'
		? { ...answer, text: hide(answer.text), location: hide(answer.location) }
		: { ...answer, cause: hide(answer.cause) };
}

function secretsIn(apiToken: unknown): string[] {
	const token = (readText(apiToken) ?? '').replace(/^Bearer\s+/i, '');
	// the relay knows its tokens without the prefix, and a quote or a URL writes them another way
	const bare = token.replace(/^sk-/, '');
	const spellings = [token, bare].flatMap((text) => [
		text,
		JSON.stringify(text).slice(1, -1),
		encodeURIComponent(text),
	]);
	return [...new Set(spellings)].filter((text) => text.length >= SHORTEST_TOKEN);
}
