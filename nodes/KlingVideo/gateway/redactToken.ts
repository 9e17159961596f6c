import { readText } from '../reading/readJson';

/** A shorter text is no token, and taking it out would damage ordinary words. */
const MIN_TOKEN_LENGTH = 8;

/** Takes the API token out of a text. */
export type RedactToken = (text: string) => string;

/**
 * Makes the function that takes the API token out of whatever comes back, before anything is read
 * from it: gateways and proxies may quote what they were sent.
 *
 * @param apiToken as it is in the credential
 */
export function createTokenRedactor(apiToken: unknown): RedactToken {
	const token = (readText(apiToken) ?? '').replace(/^Bearer\s+/i, '');
	// the relay knows its tokens without the prefix
	const bare = token.replace(/^sk-/, '');
	const spellings = [token, bare].filter((text) => text.length >= MIN_TOKEN_LENGTH);
	if (spellings.length === 0) return (text) => text;

	// the longer one first: what is left of it would be shown
	const pattern = new RegExp(spellings.map(matchAnySpelling).join('|'), 'gu');
	return (text) => text.replace(pattern, '[API token]');
}

/** JSON and URLs can write each character in several ways, and all of them mean the same token. */
function matchAnySpelling(text: string): string {
	return [...text].map(matchAnyCharacterSpelling).join('');
}

function matchAnyCharacterSpelling(character: string): string {
	const codeUnits = Array.from({ length: character.length }, (_, index) =>
		character.charCodeAt(index).toString(16).padStart(4, '0'),
	);
	const spellings = [
		`\\\\?${escapeForRegExp(character)}`,
		codeUnits.map((hex) => `\\\\u${matchAnyCase(hex)}`).join(''),
		[...new TextEncoder().encode(character)]
			.map((byte) => `%${matchAnyCase(byte.toString(16).padStart(2, '0'))}`)
			.join(''),
	];
	return `(?:${spellings.join('|')})`;
}

function matchAnyCase(hex: string): string {
	return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapeForRegExp(character: string): string {
	return /^[\w-]$/.test(character)
		? character.replace('-', '\\x2d')
		: `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
