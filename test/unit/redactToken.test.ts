import { createTokenRedactor } from '../../nodes/KlingVideo/gateway/redactToken';
import { relayError, SUCCESS } from '../support/bodies';

const BARE = 'AbCdEfGhIjKlMnOp0123456789';
const TOKEN = `sk-${BARE}`;
const HIDDEN = '[API token]';

function hiddenIn(text: string, apiToken: unknown): string {
	return createTokenRedactor(apiToken)(text);
}

describe('in the text of a reply', () => {
	test.each([
		['once', `token ${TOKEN} refused`, `token ${HIDDEN} refused`],
		['twice', `${TOKEN},${TOKEN}`, `${HIDDEN},${HIDDEN}`],
		['within a word', `x${TOKEN}x`, `x${HIDDEN}x`],
		['without its prefix, as the relay knows it', `[${BARE}]`, `[${HIDDEN}]`],
	])('the token is hidden: %s', (_where, text, shown) => {
		expect(hiddenIn(text, TOKEN)).toBe(shown);
	});

	test.each([
		['spaces around it', `  ${TOKEN} \n`],
		['a pasted "Bearer "', `Bearer ${TOKEN}`],
		['a pasted "bearer" in lower case, and more spaces', ` bearer   ${TOKEN}`],
	])('the token is hidden when the credential holds %s', (_what, apiToken) => {
		expect(hiddenIn(relayError(TOKEN), apiToken)).toBe(relayError(HIDDEN));
	});

	test('a token that JSON or a URL writes another way is hidden too', () => {
		const apiToken = 'sk-quote"slash/and more';
		const text = `${JSON.stringify({ apiToken })} ${encodeURIComponent(apiToken)}`;
		expect(hiddenIn(text, apiToken)).toBe(`{"apiToken":"${HIDDEN}"} ${HIDDEN}`);
	});
});

describe('in the strings that are parsed from a reply', () => {
	const apiToken = 'sk-Ab/Cd+Ef=Gh"Ij\\Kl\u00e9';
	const bare = apiToken.slice(3);
	const escapedAll = [...bare]
		.map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
		.join('');

	test.each([
		['slashes with a backslash, as PHP writes them', JSON.stringify(bare).replaceAll('/', '\\/')],
		['some characters as code points', JSON.stringify(bare).replaceAll('+', '\\u002B')],
		['all characters as code points', `"${escapedAll}"`],
		[
			'code points in upper case',
			`"${escapedAll.replace(/[a-f]/g, (digit) => digit.toUpperCase())}"`,
		],
	])('the token is hidden: %s', (_how, quoted) => {
		expect(JSON.parse(quoted)).toBe(bare);
		expect(JSON.parse(hiddenIn(quoted, apiToken))).toBe(HIDDEN);
	});

	test('a token that a URL writes with more escapes than needed is hidden', () => {
		const escaped = [...BARE]
			.map((character) => `%${character.charCodeAt(0).toString(16)}`)
			.join('');
		expect(hiddenIn(`https://a/?key=${escaped}`, TOKEN)).toBe(`https://a/?key=${HIDDEN}`);
	});
});

test.each<[unknown]>([
	[TOKEN],
	[''],
	['   '],
	['code'],
	['sk-data'],
	[undefined],
	[null],
	[7],
	[{}],
])('with the API token %j, a text that holds no token stays as it is', (apiToken) => {
	expect(hiddenIn(SUCCESS, apiToken)).toBe(SUCCESS);
});
