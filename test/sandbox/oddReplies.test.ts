/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { Readable } from 'node:stream';
import { isAxiosError, type AxiosInstance } from 'axios';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { dictate, ODD_REPLIES } from '../../sandbox/oddReplies';
import { clientOf, failureOf, statusPath } from '../support/client';
import { RELAYS } from '../support/relayBodies';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML = {
	type: 'text/html; charset=utf-8',
	body: expect.stringMatching(/^<!doctype html><html>.*<\/html>$/),
};

const json = (status: number, body: unknown) => ({ status, type: JSON_TYPE, body });
const refusal = (status: number, message: unknown) =>
	json(status, { error: { message, type: 'new_api_error', code: '' } });

/** What an outside client gets, either a reply or an error. */
const SEEN: Record<string, object> = {
	unknown: json(400, { code: 'task_not_exist', message: 'task_not_exist', data: null }),
	'bad-token': refusal(401, expect.stringMatching(/^无效的令牌 \(request id: .+\)$/)),
	'no-token': refusal(401, expect.stringMatching(/^未提供令牌 /)),
	'expired-token': refusal(401, expect.stringMatching(/^该令牌已过期 /)),
	'disabled-token': refusal(401, expect.stringMatching(/^该令牌状态不可用 /)),
	'token-below-zero': refusal(
		401,
		expect.stringMatching(/^\[sk-abc\*\*\*xyz\] 该令牌额度已用尽 .*-249000 /),
	),
	'spent-token': refusal(
		401,
		expect.stringMatching(/^该令牌额度已用尽 TokenStatusExhausted\[sk-abc\*\*\*xyz\] /),
	),
	// two spaces, as the relay has it
	restricted: refusal(403, expect.stringMatching(/^该令牌无权访问模型 {2}\(request id: .+\)$/)),
	'restricted-english': refusal(403, 'This token has no access to model'),
	banned: refusal(403, expect.stringMatching(/^用户已被封禁 /)),
	firewall: { status: 403, ...HTML },
	'bad-request': refusal(400, 'the request is not valid'),
	'kling-1203': json(200, { code: 1203, message: 'the resource does not exist' }),
	'web-page': { status: 200, ...HTML },
	'not-found': json(404, {
		error: {
			message: `Invalid URL (GET ${statusPath('not-found')})`,
			type: 'invalid_request_error',
			param: '',
			code: '',
		},
	}),
	redirect: {
		status: 301,
		type: 'text/plain; charset=utf-8',
		location: expect.stringMatching(/^http:\/\/localhost:\d+\/elsewhere\/kling\/.*\/redirect$/),
		body: expect.any(String),
	},
	'rate-limit': { status: 429, body: '' },
	'rate-limit-text': refusal(429, expect.stringMatching(/^您已达到请求数限制/)),
	'rate-limit-retry': { status: 429, retryAfter: '3', body: '' },
	'upstream-busy': json(429, {
		code: 'fail_to_fetch_task',
		message: '当前分组上游负载已饱和，请稍后再试',
		data: null,
	}),
	database: json(500, { code: 'get_task_failed', message: 'database is locked', data: null }),
	panic: json(500, {
		error: { message: expect.stringMatching(/^Panic detected, error: /), type: 'new_api_panic' },
	}),
	'bad-gateway': { status: 502, ...HTML },
	unavailable: { status: 503, body: '' },
	'gateway-timeout': { status: 504, ...HTML },
	empty: { status: 200, body: '' },
	'null-data': json(200, { code: 'success', message: '', data: null }),
	'kling-1302': json(200, { code: 1302, message: 'too fast' }),
	// left as text, as it cannot be read
	'broken-json': json(200, '{"code":"success","data":{"task_id":'),
	quoting: refusal(400, `not understood: Bearer ${SANDBOX_TOKEN}`),
	'bad-gzip': { error: 'Z_DATA_ERROR', status: 200 },
	garbage: { error: expect.stringMatching(/^HPE_/) },
	cut: { error: 'ECONNRESET' },
	'cut-body': { error: 'ERR_BAD_RESPONSE', status: 200 },
};
/** They have tests of their own, since they never come to an end, or end as they are told to. */
const APART = ['silent', 'drip', 'dictated'];

let sandbox: Sandbox;
let client: AxiosInstance;
beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(async () => await sandbox.close());

async function see(name: string): Promise<object> {
	return await client.get<unknown>(statusPath(name)).then(
		({ status, headers, data: body }) => ({
			status,
			type: headers['content-type'],
			retryAfter: headers['retry-after'],
			location: headers.location,
			body,
		}),
		(error: unknown) =>
			isAxiosError(error) ? { error: error.code, status: error.response?.status } : { error },
	);
}

test.each(Object.keys(ODD_REPLIES).filter((name) => !APART.includes(name)))(
	'%s is what its name says',
	async (name) => {
		expect(await see(name)).toEqual(SEEN[name] ?? `no expectation for ${name}`);
		// neither a client that repeats what was cut nor one that follows a redirect
		expect(sandbox.requests).toHaveLength(1);
		expect(sandbox.checksOf(name)).toHaveLength(1);
	},
);

/** What differs from one reply to the next, and the sandbox's own words. */
function masked(body: unknown): unknown {
	const text = JSON.stringify(body ?? '')
		.replaceAll(/\(request id: \w+\)/g, '(request id)')
		.replaceAll(/sk-\w+\*{3}\w+/g, 'sk-***')
		.replaceAll(/(\(GET )[^)]*/g, '$1');
	return JSON.parse(text);
}

test.each([
	['unknown', 'unknown-id'],
	['bad-token', 'status-token-wrong'],
	['no-token', 'status-token-none'],
	['expired-token', 'status-token-expired'],
	['disabled-token', 'status-token-disabled'],
	['spent-token', 'status-token-exhausted-again'],
	['token-below-zero', 'status-token-little-after-its-submit'],
	['restricted', 'status-token-restricted'],
	['banned', 'status-token-banned'],
	['not-found', 'wrong-base-api'],
	['rate-limit', 'rate-limit-web'],
	['upstream-busy', 'submit-upstream-s429'],
	['panic', 'submit-field-duration-a-number'],
])("%s is the gateway's own reply: %s", async (name, recorded) => {
	const { status, data } = await client.get<unknown>(statusPath(name));
	const reply = RELAYS.gateway[recorded];
	expect({ status, body: masked(data) }).toEqual({
		status: reply?.status,
		body: masked(reply?.body),
	});
});

test('there is no expectation of an odd reply that is gone', () => {
	expect([...Object.keys(SEEN), ...APART].sort()).toEqual(Object.keys(ODD_REPLIES).sort());
});

test('cut-body ends in the middle of what it promised', async () => {
	const reply = await client.get<unknown>(statusPath('cut-body'), { responseType: 'stream' });
	expect(reply).toMatchObject({ status: 200, headers: { 'content-length': '1000' } });
	let text = '';
	const reading = read(reply.data, (chunk) => (text += chunk));
	await expect(reading).rejects.toThrow();
	expect(text).toBe('{"code":"success","data":{');
});

test('dictated says what it is told to', async () => {
	const reply = { statusCode: 418, headers: { 'x-more': 'tea' }, text: '{"short":"任务 🎬"}' };
	expect(await client.get(statusPath(dictate(reply)))).toMatchObject({
		status: 418,
		headers: { 'x-more': 'tea' },
		data: { short: '任务 🎬' },
	});
});

test('silent says nothing', async () => {
	const controller = new AbortController();
	const asked = client.get(statusPath('silent'), { signal: controller.signal });
	await sandbox.untilSeen(1);
	// others that come later are answered meanwhile
	expect(await client.get('/v1/models')).toMatchObject({ status: 200 });
	expect(await client.get(statusPath('success'))).toMatchObject({ status: 200 });
	controller.abort();
	const { code, response } = await failureOf(asked);
	expect({ code, response }).toEqual({ code: 'ERR_CANCELED', response: undefined });
});

test('drip begins a reply and sends a byte now and then', async () => {
	const controller = new AbortController();
	const reply = await client.get<unknown>(statusPath('drip'), {
		signal: controller.signal,
		responseType: 'stream',
	});
	expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
	expect(reply.headers).not.toHaveProperty('content-length');
	let text = '';
	const reading = read(reply.data, (chunk) => {
		text += chunk;
		if (text.length === 2) controller.abort();
	});
	expect(await failureOf(reading)).toMatchObject({ code: 'ERR_CANCELED' });
	expect(text).toBe('  ');
});

async function read(body: unknown, hear: (text: string) => void): Promise<void> {
	if (!(body instanceof Readable)) throw new Error('No stream');
	for await (const chunk of body) hear(String(chunk));
}
