import { redactToken } from '../../nodes/KlingVideo/gateway/redactToken';
import { relayError, replyOf, SUCCESS } from '../support/bodies';

const BARE = 'AbCdEfGhIjKlMnOp0123456789';
const TOKEN = `sk-${BARE}`;
const HIDDEN = '[API token]';

function hiddenIn(text: string, apiToken: unknown): unknown {
	return redactToken(replyOf(text), apiToken);
}

describe('in the text of a reply', () => {
	test.each([
		['once', `token ${TOKEN} refused`, `token ${HIDDEN} refused`],
		['twice', `${TOKEN},${TOKEN}`, `${HIDDEN},${HIDDEN}`],
		['within a word', `x${TOKEN}x`, `x${HIDDEN}x`],
		['without its prefix, as the relay knows it', `[${BARE}]`, `[${HIDDEN}]`],
	])('the token is hidden: %s', (_where, text, shown) => {
		expect(hiddenIn(text, TOKEN)).toEqual(replyOf(shown));
	});

	test.each([
		['spaces around it', `  ${TOKEN} \n`],
		['a pasted "Bearer "', `Bearer ${TOKEN}`],
		['a pasted "bearer" in lower case, and more spaces', ` bearer   ${TOKEN}`],
	])('the token is hidden when the credential holds %s', (_what, apiToken) => {
		expect(hiddenIn(relayError(TOKEN), apiToken)).toEqual(replyOf(relayError(HIDDEN)));
	});

	test('a token that JSON or a URL writes another way is hidden too', () => {
		const apiToken = 'sk-quote"slash/and more';
		const text = `${JSON.stringify({ apiToken })} ${encodeURIComponent(apiToken)}`;
		expect(hiddenIn(text, apiToken)).toEqual(replyOf(`{"apiToken":"${HIDDEN}"} ${HIDDEN}`));
	});
});

test('the token is hidden in the address of a redirect', () => {
	const answer = replyOf('', { statusCode: 301, location: `https://a/?key=${TOKEN}` });
	expect(redactToken(answer, TOKEN)).toEqual({ ...answer, location: `https://a/?key=${HIDDEN}` });
});

test.each<['noResponse' | 'notSent']>([['noResponse'], ['notSent']])(
	'the token is hidden in the cause of %s',
	(kind) => {
		const answer = { kind, cause: `bad header Bearer ${TOKEN}` };
		expect(redactToken(answer, TOKEN)).toEqual({ kind, cause: `bad header Bearer ${HIDDEN}` });
	},
);

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
	expect(hiddenIn(SUCCESS, apiToken)).toEqual(replyOf(SUCCESS));
});
