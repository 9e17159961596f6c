import { NodeApiError, type JsonObject } from 'n8n-workflow';
import {
	readHttpResponse,
	responseFromError,
	type StatusResponse,
} from '../../nodes/KlingVideo/gateway/statusResponse';
import { replyOf, SUCCESS } from '../support/bodies';

const keep = (text: string) => text;
const read = async (response: unknown): Promise<StatusResponse> =>
	await readHttpResponse(response, keep, new AbortController().signal);

describe("what n8n's request helper returns", () => {
	test('is a reply with its status, the headers that count, and its text', async () => {
		const headers = {
			'content-type': 'text/html',
			'retry-after': '7',
			location: 'https://a/b',
			'x-more': 'z',
		};
		const response = { statusCode: 503, headers, body: SUCCESS };
		expect(await read(response)).toEqual({
			kind: 'response',
			statusCode: 503,
			contentType: 'text/html',
			retryAfter: '7',
			location: 'https://a/b',
			text: SUCCESS,
			receivedAtMs: expect.any(Number),
		});
	});

	test.each<[string, object]>([
		['no headers', { statusCode: 200, body: 'x' }],
		['headers of other types', { statusCode: 200, headers: { location: [1] }, body: 'x' }],
		['blank headers', { statusCode: 200, headers: { 'retry-after': ' ' }, body: 'x' }],
	])('may have %s', async (_what, response) => {
		expect(await read(response)).toEqual({
			...replyOf('x', { contentType: '' }),
			receivedAtMs: expect.any(Number),
		});
	});

	test.each([[undefined], [null], [{}]])('may have the body %j, which is none', async (body) => {
		expect(await read({ statusCode: 200, body })).toMatchObject({ text: '' });
	});

	test.each<[unknown]>([[undefined], ['text'], [[]], [{}], [{ statusCode: '200', body: 'x' }]])(
		'%j is no reply',
		async (response) => {
			expect(await read(response)).toMatchObject({ kind: 'noResponse' });
		},
	);
});

describe("what n8n's request helper throws", () => {
	const node = {
		id: '1',
		name: 'Kling Video',
		type: 'klingVideo',
		typeVersion: 1,
		position: [0, 0] satisfies [number, number],
		parameters: {},
	};
	const thrown = (error: JsonObject) => new NodeApiError(node, error);

	test.each([
		['ECONNREFUSED', /refused/, 'notConnected'],
		['ECONNRESET', /connection was cut/, 'noResponse'],
		['EPIPE', /connection was cut/, 'noResponse'],
		['ENOTFOUND', /host name .* not found/, 'notConnected'],
		['EAI_AGAIN', /host name .* looked up/, 'notConnected'],
		['EHOSTUNREACH', /host cannot be reached/, 'noResponse'],
		['ENETUNREACH', /network cannot be reached/, 'notConnected'],
		['ETIMEDOUT', /in time/, 'noResponse'],
		['ECONNABORTED', /in time/, 'noResponse'],
		['HPE_INVALID_CONSTANT', /does not speak HTTP/, 'noResponse'],
	])('%s may pass: %s, %s', (code, cause, kind) => {
		const answer = responseFromError(
			thrown({ code, message: `connect ${code} 10.0.0.1:443` }),
			keep,
		);
		expect(answer).toEqual({ kind, cause: expect.stringMatching(cause) });
	});

	test.each([
		['ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443', 'notConnected'],
		['EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:443', 'notConnected'],
		['ETIMEDOUT', 'read ETIMEDOUT', 'noResponse'],
		['EHOSTUNREACH', 'write EHOSTUNREACH', 'noResponse'],
		['ECONNRESET', 'connect ECONNRESET', 'noResponse'],
	])(
		'%s while it says "%s" is %s: what may have been sent counts as sent',
		(code, message, kind) => {
			expect(responseFromError({ code, message }, keep)).toMatchObject({ kind });
		},
	);

	test('a reply that breaks off may pass', () => {
		const error = { status: 200, code: 'ERR_BAD_RESPONSE', message: 'aborted' };
		const cause = expect.stringContaining('broke off');
		expect(responseFromError(thrown(error), keep)).toEqual({ kind: 'noResponse', cause });
	});

	test.each([
		['ERR_INVALID_URL', 'Invalid URL'],
		['ERR_INVALID_CHAR', 'Invalid character in header content'],
		['ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters'],
	])('%s stays as it is, and keeps its words', (code, message) => {
		expect(responseFromError(thrown({ code, message }), keep)).toEqual({
			kind: 'notSent',
			cause: message,
		});
	});

	test.each([
		['CERT_HAS_EXPIRED', 'certificate has expired'],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
		['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
		['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname does not match'],
	])('%s is a host that cannot be trusted, and keeps its words', (code, message) => {
		expect(responseFromError(thrown({ code, message }), keep)).toEqual({
			kind: 'certificateNotTrusted',
			cause: message,
		});
	});

	test.each([
		['Domain not allowed: This credential is restricted from accessing api.ezmodel.cloud'],
		['The request was blocked because it resolves to a restricted IP address'],
		["Node 'Kling Video' does not have any credentials set"],
	])('n8n says no for good: %s', (message) => {
		expect(responseFromError(thrown({ message }), keep)).toEqual({
			kind: 'notSent',
			cause: message,
		});
	});

	test.each<[unknown, string]>([
		[thrown({ code: 'EWHATEVER', message: 'something new' }), 'something new'],
		[new Error('plain'), 'plain'],
		['text', 'text'],
		[null, 'null'],
		[undefined, 'undefined'],
	])('anything else may pass, and keeps its words: %s', (error, words) => {
		const cause = expect.stringContaining(words);
		expect(responseFromError(error, keep)).toEqual({ kind: 'noResponse', cause });
	});
});
