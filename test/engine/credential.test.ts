/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { testCredential } from '../../engine/credentialTest';
import { RESTRICTED_TOKEN, SANDBOX_TOKEN } from '../../sandbox/gateway';
import { HOST_KEEPS_CAUSES } from '../support/host';
import { sandboxForAllTests } from '../support/sandbox';

const sandbox = sandboxForAllTests();

const IN_WHOSE_WORDS = HOST_KEEPS_CAUSES ? '' : ", in n8n's own words";

const check = async (apiToken: string, baseUrl: string) =>
	await testCredential(new EzModelApi(), { apiToken, baseUrl });

test.each([
	['a good token', SANDBOX_TOKEN, ''],
	['a token with spaces and "Bearer "', `  Bearer ${SANDBOX_TOKEN} `, ''],
	['slashes behind the base URL', SANDBOX_TOKEN, '//'],
	// it may list the models; what it may not do is said when a task is checked
	['a token restricted to some models', RESTRICTED_TOKEN, ''],
])('accepts %s', async (_name, token, tail) => {
	expect(await check(token, sandbox.url + tail)).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
	expect(sandbox.requests.at(-1)?.path).toBe('/v1/models');
});

const TOKEN = 'The API token was not accepted: it is wrong, expired, switched off or used up.';
const BASE_URL = /Base URL does not lead to the gateway/;

test.each([
	['a token that the gateway does not know', 'sk-another-one'],
	['no token', ''],
])(`says that %s was not accepted${IN_WHOSE_WORDS}`, async (_name, token) => {
	expect(await check(token, sandbox.url)).toEqual({
		status: 'Error',
		message: HOST_KEEPS_CAUSES ? TOKEN : 'Authorization failed - please check your credentials',
	});
});

test.each([
	// of a reply that n8n takes for a good one, the body is read on every host
	['a web page', '/console', BASE_URL, BASE_URL],
	['a redirect', '/moved', BASE_URL, /^Request failed with status code 301$/],
	['a path that is not there', '/api', BASE_URL, /^The resource .* could not be found$/],
	['a path that is limited', '/limited', /Too many requests.*Base URL/, /too many requests/],
])(`refuses a base URL with %s${IN_WHOSE_WORDS}`, async (_name, path, ours, ofN8n) => {
	expect(await check(SANDBOX_TOKEN, sandbox.url + path)).toEqual({
		status: 'Error',
		message: expect.stringMatching(HOST_KEEPS_CAUSES ? ours : ofN8n),
	});
	expect(sandbox.requests.filter((request) => request.path.startsWith('/elsewhere'))).toEqual([]);
});

describe('what answers there in place of the list of models', () => {
	let reply: unknown;
	const server = createServer((_req, res) => {
		res.setHeader('content-type', 'application/json').end(JSON.stringify(reply));
	});
	beforeAll(async () => {
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	const checkReply = async (body: unknown) => {
		reply = body;
		const { port } = server.address() as AddressInfo;
		return await check(SANDBOX_TOKEN, `http://127.0.0.1:${port}`);
	};

	test.each([
		[{ object: null }],
		[{ object: 'error' }],
		[{ object: 'error', data: [] }],
		[{ object: null, data: [] }],
		[{ object: 'list' }],
		[{ object: 'list', data: null }],
		[{ object: 'list', data: {} }],
		[{ data: [] }],
		[{}],
	])('is not accepted: %j', async (body) => {
		expect(await checkReply(body)).toEqual({
			status: 'Error',
			message: expect.stringMatching(/Base URL does not lead to the gateway/),
		});
	});

	test('is accepted if it is a list of no models, which a token of another group gets', async () => {
		const list = { data: [], object: 'list', success: true };
		expect(await checkReply(list)).toMatchObject({ status: 'OK' });
	});
});

test('does not accept an address where nothing is', async () => {
	expect(await check(SANDBOX_TOKEN, 'http://127.0.0.1:9')).toMatchObject({ status: 'Error' });
	expect(await check(SANDBOX_TOKEN, 'not a URL')).toMatchObject({ status: 'Error' });
});

test('masks the token and links to the documentation', () => {
	const { properties, documentationUrl, icon } = new EzModelApi();
	const token = properties.find(({ name }) => name === 'apiToken');
	expect(token?.typeOptions).toMatchObject({ password: true });
	expect(documentationUrl).toMatch(/^https:\/\//);
	expect(icon).toMatchObject({ light: expect.any(String), dark: expect.any(String) });
});
