import { RESTRICTED_TOKEN, SANDBOX_TOKEN } from '../../sandbox/gateway';
import type { JsonObject } from '../../sandbox/exactJson';
import { clientOf, TASKS } from '../support/client';
import { namesOf, RELAYS } from '../support/relayBodies';
import { sandboxForEachTest } from '../support/sandbox';

// Every reply to a submit call that the gateway's own relay gave, had from the sandbox in the same way.

const sandbox = sandboxForEachTest();

/** What the gateway booked for five seconds in "std". */
const FIVE_SECONDS = 250_000;

const BODY = {
	model: 'kling-v1-6',
	prompt: 'a cat',
	image_list: [{ image: 'https://example.com/1.png' }, { image: 'https://example.com/2.png' }],
};

const asked = (word: string): Asked => ({ body: { ...BODY, prompt: `a cat [${word}]` } });
const without = (name: keyof typeof BODY): JsonObject =>
	Object.fromEntries(Object.entries(BODY).filter(([key]) => key !== name));

interface Asked {
	path?: string;
	/** JSON, unless it is a text. */
	body: JsonObject | string;
	contentType?: string;
	token?: string;
	/** What is charged; nothing if left out. */
	quota?: number;
}

const ASKED: Record<string, Asked> = {
	// accepted
	'submit-multi-image2video': { body: BODY, quota: FIVE_SECONDS },
	'submit-least': { body: BODY, quota: FIVE_SECONDS },
	'submit-text2video': {
		path: '/kling/v1/videos/text2video',
		body: { model: 'kling-v1-6', prompt: 'a cat' },
		quota: FIVE_SECONDS,
	},
	'submit-image2video': {
		path: '/kling/v1/videos/image2video',
		body: { model: 'kling-v1-6', prompt: 'a cat', image: 'https://example.com/1.png' },
		quota: FIVE_SECONDS,
	},
	'submit-field-both-models': {
		body: { ...BODY, model_name: 'kling-v1-6' },
		quota: FIVE_SECONDS,
	},
	'submit-field-duration-10': { body: { ...BODY, duration: '10' }, quota: 500_000 },
	'submit-field-size-not-aspect': { body: { ...BODY, size: '1280x720' }, quota: FIVE_SECONDS },
	'submit-with-callback-and-extras': {
		body: {
			...BODY,
			mode: 'pro',
			callback_url: 'https://example.com/done',
			external_task_id: 'row-17',
			watermark_info: { enabled: true },
		},
		quota: 437_500,
	},
	'submit-token-restricted': { body: BODY, token: RESTRICTED_TOKEN, quota: FIVE_SECONDS },
	// its next call is what differs: see token-below-zero
	'submit-token-little': { ...asked('token-below-zero'), quota: FIVE_SECONDS },

	// what the body is refused for
	'submit-no-prompt': { body: without('prompt') },
	'submit-empty-prompt': { body: { ...BODY, prompt: '  ' } },
	'submit-no-images': { body: without('image_list') },
	'submit-five-images': { body: { ...BODY, image_list: Array(5).fill({ image: 'x' }) } },
	'submit-field-image-list-of-strings': { body: { ...BODY, image_list: ['https://a/1.png'] } },
	'submit-field-duration-a-number': { body: { ...BODY, duration: 5 } },
	'submit-no-model': { body: without('model') },
	'submit-model-number': { body: { ...BODY, model: 16 } },
	'submit-model-of-no-kind': { body: { ...BODY, model: 'gpt-4o' } },
	'submit-no-channel': { body: { ...BODY, model: 'kling-v9' } },
	'submit-bad-json': {
		body: '{"model":"kling-v1-6","prompt":"a c',
		contentType: 'application/json',
	},
	'submit-no-body': { body: '', contentType: 'text/plain' },
	'submit-form': {
		body: 'model=kling-v1-6&prompt=a+cat&image_list=https%3A%2F%2Fexample.com%2F1.png',
		contentType: 'application/x-www-form-urlencoded',
	},

	// tokens and accounts
	'submit-token-wrong': { body: BODY, token: 'sk-another' },
	'submit-token-restricted-other-model': {
		body: { ...BODY, model: 'kling-v2-master' },
		token: RESTRICTED_TOKEN,
	},
	'submit-token-expired': asked('submit-expired-token'),
	'submit-token-disabled': asked('submit-disabled-token'),
	'submit-token-exhausted': asked('submit-token-without-quota'),
	'submit-token-little-again': asked('submit-spent-token'),
	'submit-token-banned': asked('submit-banned'),
	'submit-token-ip': asked('submit-other-address'),
	'submit-token-poor': asked('submit-no-quota'),

	// what Kling answers
	'submit-upstream-s429': asked('submit-busy'),
	'submit-upstream-s429b': asked('submit-busy'),
	'submit-upstream-s429e': asked('submit-busy'),
	'submit-upstream-s400': asked('submit-kling-400'),
	'submit-upstream-s401': asked('submit-operator-key'),
	'submit-upstream-s500': asked('submit-kling-500'),
	'submit-upstream-s503': asked('submit-kling-503-page'),
	'submit-upstream-scode': asked('submit-refused'),
	'submit-upstream-sbad': asked('submit-unmarshal-failed'),
	'submit-upstream-sempty': asked('submit-unmarshal-failed'),
	'submit-upstream-sclose': asked('submit-do-request-failed'),
	'submit-nothing-listens': asked('submit-kling-away'),
	'submit-bad-channel-key': asked('submit-operator-key-malformed'),
	'submit-upstream-snoid': { ...asked('submit-empty-id'), quota: FIVE_SECONDS },
	'submit-relay-behind-relay': {
		body: { ...BODY, model: 'kling-v1-5', prompt: 'a cat [submit-empty-id]' },
		quota: FIVE_SECONDS,
	},
	'database-trouble-submit': asked('submit-two-documents'),
};

/** What differs from one reply to the next, and the sandbox's own words. */
function masked(body: unknown): string {
	return (typeof body === 'string' ? body : JSON.stringify(body))
		.replaceAll(/\(request id: \w+\)/g, '(request id)')
		.replaceAll(/\\?"request_id\\?":\\?"\w+\\?"/g, '"request_id"')
		.replaceAll(/sk-\w+\*{3}\w+/g, 'sk-***')
		.replaceAll(/"\d{18}"/g, '"ID"')
		.replaceAll(/"created_at":\d{10}/g, '"created_at"');
}

test('there is one for each reply that was recorded', () => {
	expect(Object.keys(ASKED).sort()).toEqual(namesOf('gateway', 'submit').sort());
});

test.each(Object.entries(ASKED))("%s is the gateway's own reply", async (name, question) => {
	const { path = TASKS, body, contentType, token = SANDBOX_TOKEN, quota } = question;
	const { status, data, headers } = await clientOf(sandbox, token).post<string>(
		path,
		typeof body === 'string' ? body : JSON.stringify(body),
		{
			transformRequest: (sent: string) => sent,
			headers: { 'Content-Type': contentType ?? 'application/json' },
			responseType: 'text',
			transformResponse: (text: string) => text,
		},
	);
	const reply = RELAYS.gateway[name];
	expect({ status, type: headers['content-type'], body: masked(data) }).toEqual({
		status: reply?.status,
		type: reply?.contentType,
		body: masked(reply?.body),
	});
	expect(sandbox.ledger.map(({ kind, quota: charged }) => [kind, charged])).toEqual(
		quota === undefined ? [] : [['charge', quota]],
	);
});
