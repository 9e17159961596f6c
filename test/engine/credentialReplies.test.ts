/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { testCredential } from '../../engine/credentialTest';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { HOST_KEEPS_CAUSES } from '../support/host';
import { namesOf, RELAYS, textOf } from '../support/relayBodies';

// The credential's test asks for the list of models: what it says of each real reply to that.

const ACCEPTED = /^Connection successful!$/;
const TOKEN = HOST_KEEPS_CAUSES ? /^The API token was not accepted/ : /^Authorization failed/;
const ACCESS = HOST_KEEPS_CAUSES ? /^The gateway denied access/ : /^Forbidden/;
// of a reply that n8n takes for a good one, the body is read on every host
const BASE_URL = HOST_KEEPS_CAUSES
	? /^The Base URL does not lead to the gateway/
	: /^(The Base URL does not lead|The resource .* could not be found|Request failed with status code 30\d)/;

const SAYS = new Map<string, RegExp>([
	['models-token-group', ACCEPTED],
	['models-token-little', ACCEPTED],
	['models-token-poor', ACCEPTED],
	['models-token-restricted', ACCEPTED],
	['wrong-base-models-root', ACCEPTED],
	['models-token-disabled', TOKEN],
	['models-token-exhausted', TOKEN],
	['models-token-expired', TOKEN],
	['models-token-none', TOKEN],
	['models-token-wrong', TOKEN],
	['models-token-banned', ACCESS],
	['models-token-ip', ACCESS],
	['wrong-base-models-api', BASE_URL],
	['wrong-base-models-console', BASE_URL],
	['wrong-base-models-kling', BASE_URL],
	['wrong-base-models-kling-v1', BASE_URL],
	['wrong-base-models-v1', BASE_URL],
	['wrong-base-redirect-models', BASE_URL],
]);

describe.each(['gateway', 'upstream'] as const)('of the relay "%s"', (relay) => {
	const replies = RELAYS[relay];
	const server = createServer((req, res) => {
		const [, name = ''] = (req.url ?? '').split('/');
		const reply = replies[name];
		if (reply === undefined) return res.writeHead(500).end();
		return res
			.writeHead(reply.status, { 'content-type': reply.contentType ?? '' })
			.end(textOf(reply));
	});
	beforeAll(async () => {
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	test.each(namesOf(relay, 'models'))('%s', async (name) => {
		const { port } = server.address() as AddressInfo;
		const baseUrl = `http://127.0.0.1:${port}/${name}`;
		const { message } = await testCredential(new EzModelApi(), {
			apiToken: SANDBOX_TOKEN,
			baseUrl,
		});
		expect(message).toMatch(SAYS.get(name) ?? 'a row of the table');
	});
});
