import { classifyResponse, type CheckResult } from '../../nodes/KlingVideo/gateway/checkResult';
import type { StatusResponse } from '../../nodes/KlingVideo/gateway/statusResponse';
import {
	bodyOf,
	DATABASE_DOWN,
	FAILURE,
	INVALID_URL,
	IN_PROGRESS,
	KLING_REFUSAL,
	NO_DATA,
	NOT_STARTED,
	PANIC,
	RATE_LIMIT,
	relayError,
	replyOf,
	SUBMITTED_AT_MS,
	SUCCESS,
	TASK_NOT_EXIST,
	taskIn,
	UPSTREAM_BUSY,
	WEB_PAGE,
} from '../support/bodies';

const HTML = 'text/html; charset=utf-8';

describe('a task', () => {
	test.each([[NOT_STARTED], [IN_PROGRESS], [SUCCESS], [FAILURE]])('%s', (text) => {
		const body = bodyOf(text);
		expect(classifyResponse(replyOf(text))).toEqual({
			kind: 'task',
			task: taskIn(body),
			body: text,
		});
	});

	test.each([
		['no code', { status: 'SUCCESS' }],
		['code null', { code: null, status: 'SUCCESS' }],
		['code 0', { code: 0, status: 'SUCCESS' }],
		['code "0"', { code: '0', status: 'SUCCESS' }],
		['code "Success"', { code: 'Success', status: 'SUCCESS' }],
	])('in a reply with %s', (_code, body) => {
		expect(classifyResponse(replyOf(JSON.stringify(body))).kind).toBe('task');
	});

	test('whatever the content type says of a body that is JSON', () => {
		expect(classifyResponse(replyOf(SUCCESS, { contentType: '' })).kind).toBe('task');
		expect(classifyResponse(replyOf(SUCCESS, { contentType: 'text/plain' })).kind).toBe('task');
	});
});

describe('an unknown task', () => {
	test.each([
		['HTTP 400, as the gateway says it', 400, TASK_NOT_EXIST],
		['HTTP 404', 404, TASK_NOT_EXIST],
		['HTTP 200', 200, TASK_NOT_EXIST],
		['within an error', 400, '{"error":{"code":"task_not_exist","message":"no such task"}}'],
	])('%s', (_where, statusCode, text) => {
		expect(classifyResponse(replyOf(text, { statusCode }))).toEqual({ kind: 'taskUnknown' });
	});

	test('is not what a task says whose id or reason is that word', () => {
		const data = { task_id: 'task_not_exist', status: 'FAILURE', fail_reason: 'task_not_exist' };
		const text = JSON.stringify({ code: 'success', message: '', data });
		expect(classifyResponse(replyOf(text)).kind).toBe('task');
	});
});

describe('a refusal, with the words of the gateway', () => {
	const refusals: Array<[number, string, CheckResult]> = [
		...['无效的令牌 (request id: 1)', '未提供令牌', 'Invalid token'].map(
			(said): [number, string, CheckResult] => [
				401,
				relayError(said),
				{ kind: 'tokenRefused', gatewayMessage: said },
			],
		),
		[401, '', { kind: 'tokenRefused', gatewayMessage: null }],
		...[
			'该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]',
			'[sk-abc***xyz] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0',
			'该令牌已过期',
			'该令牌状态不可用',
			'This token has expired',
			'token quota is exhausted',
			'The API key was used up',
			'the token is disabled',
		].map((said): [number, string, CheckResult] => [
			401,
			relayError(said),
			{ kind: 'tokenNoLongerValid', gatewayMessage: said },
		]),
		[407, WEB_PAGE, { kind: 'proxyRefused' }],
		...['该令牌无权访问模型 (request id: 1)', 'This token has no access to model kling'].map(
			(said): [number, string, CheckResult] => [
				403,
				relayError(said),
				{ kind: 'tokenRestricted', gatewayMessage: said },
			],
		),
		[
			403,
			relayError('您的 IP 不在令牌允许访问的列表中'),
			{ kind: 'accessRefused', gatewayMessage: '您的 IP 不在令牌允许访问的列表中' },
		],
		[
			403,
			'{"message":"user is banned"}',
			{ kind: 'accessRefused', gatewayMessage: 'user is banned' },
		],
		[403, WEB_PAGE, { kind: 'accessRefused', gatewayMessage: null }],
		[
			200,
			KLING_REFUSAL,
			{ kind: 'requestRefused', statusCode: 200, gatewayMessage: 'model is not supported' },
		],
		[
			200,
			'{"code":"quota_exceeded","msg":"no more"}',
			{ kind: 'requestRefused', statusCode: 200, gatewayMessage: 'no more' },
		],
		[200, '{"code":1203}', { kind: 'requestRefused', statusCode: 200, gatewayMessage: null }],
		[
			400,
			'{"error":"bad id"}',
			{ kind: 'requestRefused', statusCode: 400, gatewayMessage: 'bad id' },
		],
		[422, '', { kind: 'requestRefused', statusCode: 422, gatewayMessage: null }],
	];

	test.each(refusals)('HTTP %d %s', (statusCode, text, meaning) => {
		expect(classifyResponse(replyOf(text, { statusCode }))).toEqual(meaning);
	});
});

describe('a wrong Base URL', () => {
	test.each([
		['a web page, by its content type', 200, HTML, WEB_PAGE, 'web page'],
		['an empty page', 200, HTML, '', 'web page'],
		['XHTML', 200, 'application/xhtml+xml; html', 'x', 'web page'],
		['a web page, by its first character', 200, '', ` \n${WEB_PAGE}`, 'web page'],
		['an unknown path', 404, 'application/json', INVALID_URL, 'Invalid URL (GET /v2/kling)'],
		['an unknown path on another server', 404, HTML, WEB_PAGE, '404'],
	])('%s', (_what, statusCode, contentType, text, received) => {
		expect(classifyResponse(replyOf(text, { statusCode, contentType }))).toEqual({
			kind: 'wrongBaseUrl',
			received: expect.stringContaining(received),
		});
	});

	test.each([301, 302, 303, 307, 308])('a redirect, HTTP %d, and where to', (statusCode) => {
		const answer = replyOf('', { statusCode, location: 'https://www.ezmodel.cloud/' });
		expect(classifyResponse(answer)).toEqual({
			kind: 'wrongBaseUrl',
			received: expect.stringMatching(/redirect.*https:\/\/www\.ezmodel\.cloud\//),
		});
	});

	test('a redirect that would carry a task is not followed or read', () => {
		expect(classifyResponse(replyOf(SUCCESS, { statusCode: 302 })).kind).toBe('wrongBaseUrl');
	});
});

test.each([[{ toString: 1 }], [{ valueOf: null, toString: null }], [[['success']]], [true]])(
	'the code %j is none that means success',
	(code) => {
		const text = JSON.stringify({ code, data: { status: 'SUCCESS' } });
		expect(classifyResponse(replyOf(text)).kind).toBe('requestRefused');
	},
);

describe('a transient error', () => {
	test.each([
		['rate limit, no body', 429, '', /429/],
		['rate limit', 429, RATE_LIMIT, /429.*您已达到请求数限制/],
		['Kling is busy', 429, UPSTREAM_BUSY, /429.*busy/],
		['database', 500, DATABASE_DOWN, /500.*no database/],
		['panic', 500, PANIC, /500.*Panic detected, error: nil map/],
		['proxy: bad gateway', 502, WEB_PAGE, /502/],
		['proxy: unavailable', 503, '', /503/],
		['proxy: timeout', 504, WEB_PAGE, /504/],
		['a web server is down behind its proxy', 521, WEB_PAGE, /521/],
		['request timeout', 408, '', /408/],
		['no body', 200, '', /empty/],
		['a blank body', 200, ' \n', /empty/],
		['no content', 204, '', /empty/],
		['no task in it', 200, NO_DATA, /without a task/],
		['a body that broke off', 200, SUCCESS.slice(0, 200), /cannot be read/],
		['text', 200, 'upstream connect failure', /cannot be read/],
		['JSON of another kind', 200, '[1]', /cannot be read/],
		['JSON null', 200, 'null', /cannot be read/],
		['Kling: too fast', 200, '{"code":1302,"message":"slow down"}', /1302.*slow down/],
		['Kling: too many tasks', 200, '{"code":1303,"message":"slow down"}', /1303.*slow down/],
		['Kling: server', 200, '{"code":5000,"message":"oops"}', /5000.*oops/],
		['Kling: server unavailable', 200, '{"code":5001,"message":"oops"}', /5001.*oops/],
		['Kling: server timeout', 200, '{"code":"5002","message":"oops"}', /5002.*oops/],
	])('%s: HTTP %d %s', (_what, statusCode, text, cause) => {
		expect(classifyResponse(replyOf(text, { statusCode, contentType: '' }))).toEqual({
			kind: 'transientError',
			cause: expect.stringMatching(cause),
			isRateLimited: statusCode === 429 || /130[23]/.test(text),
			retryAfterMs: null,
		});
	});

	test('no reply', () => {
		expect(classifyResponse({ kind: 'noResponse', cause: 'the connection was cut' })).toEqual({
			kind: 'transientError',
			cause: 'the connection was cut',
			isRateLimited: false,
			retryAfterMs: null,
		});
	});
});

describe("foreign words are cleaned: the gateway's", () => {
	const dirty = `a\u0000\r\n[ERROR] forged <img src=x> \u202egnp\u200b${'!'.repeat(1000)}`;
	const cleaned = /^a \[ERROR\] forged ‹img src=x› gnp!+…$/;

	test.each<[string, number, unknown]>([
		['message of an error', 401, { error: { message: dirty } }],
		['error', 400, { error: dirty }],
		['message', 403, { message: dirty }],
		['msg', 200, { code: 7, msg: dirty }],
	])('%s', (_where, statusCode, body) => {
		const result = classifyResponse(replyOf(JSON.stringify(body), { statusCode }));
		expect(result).toMatchObject({ gatewayMessage: expect.stringMatching(cleaned) });
	});

	test('reason of a failed task', () => {
		const text = JSON.stringify({ data: { status: 'FAILURE', fail_reason: dirty } });
		expect(classifyResponse(replyOf(text))).toMatchObject({
			task: { failureReason: expect.stringMatching(cleaned) },
			// what Simplify off gives stays as it came
			body: text,
		});
	});
});

test('what could not be sent stays what it is', () => {
	const notSent: StatusResponse = { kind: 'notSent', cause: 'Invalid URL' };
	expect(classifyResponse(notSent)).toEqual(notSent);
});

describe('Retry-After', () => {
	const sentAt = new Date(SUBMITTED_AT_MS);
	const inSeconds = (seconds: number) => new Date(sentAt.getTime() + seconds * 1000).toUTCString();

	test.each([
		['120', 120_000],
		[' 7 ', 7_000],
		['0', 0],
		['1.5', 1_500],
		[inSeconds(90), 90_000],
		[inSeconds(-90), 0],
		['301', 300_000],
		['86400', 300_000],
		[inSeconds(86_400), 300_000],
		['', null],
		['soon', null],
		['9'.repeat(400), null],
	])('"%s" asks for a pause of %j ms', (retryAfter, retryAfterMs) => {
		expect(classifyResponse(replyOf('', { statusCode: 503, retryAfter }))).toMatchObject({
			kind: 'transientError',
			isRateLimited: retryAfterMs !== null,
			retryAfterMs,
		});
	});

	test.each(['', 'soon'])('%j with HTTP 429 still asks for fewer calls', (retryAfter) => {
		expect(classifyResponse(replyOf('', { statusCode: 429, retryAfter }))).toMatchObject({
			isRateLimited: true,
			retryAfterMs: null,
		});
	});

	test.each([429, 500, 503])('counts with HTTP %d', (statusCode) => {
		expect(classifyResponse(replyOf('', { statusCode, retryAfter: '3' }))).toMatchObject({
			isRateLimited: true,
			retryAfterMs: 3_000,
		});
	});
});
