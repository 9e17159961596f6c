/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { LoadOptionsContext } from 'n8n-core';
import {
	Workflow,
	type ILoadOptionsFunctions,
	type INode,
	type INodeParameters,
} from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { additionalDataFor, createNodeTypes, onLog } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { searchModels } from '../../nodes/KlingVideo/resources/searchModels';
import { RESTRICTED_TOKEN, SANDBOX_TOKEN } from '../../sandbox/gateway';
import { namesOf, RELAYS, textOf } from '../support/relayBodies';
import { sandboxForEachTest } from '../support/sandbox';

const sandbox = sandboxForEachTest();

interface Search {
	parameters?: INodeParameters;
	filter?: string;
	token?: string;
	baseUrl?: string;
}

/** What n8n does when somebody opens the list in the editor. */
async function search({ parameters = {}, filter, token = SANDBOX_TOKEN, baseUrl }: Search = {}) {
	const node: INode = {
		id: '1',
		name: 'Kling Video',
		type: 'klingVideo',
		typeVersion: 1,
		position: [0, 0],
		parameters: { operation: 'create', ...parameters },
		credentials: { ezModelApi: { id: '1', name: 'credential' } },
	};
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: createNodeTypes({ [node.type]: new KlingVideo() }),
	});
	const credential = { apiToken: token, baseUrl: baseUrl ?? sandbox.url };
	const context = new LoadOptionsContext(
		workflow,
		workflow.getNode(node.name) ?? node,
		additionalDataFor(new EzModelApi(), credential, null, {
			currentNodeParameters: node.parameters,
		}),
		'parameters.model',
	);
	const log: string[] = [];
	const unhear = onLog((line) => log.push(inspect(line, { depth: 20 })));
	// n8n's types of the two differ in whether every workflow has a name
	const result = await searchModels
		.call(context as unknown as ILoadOptionsFunctions, filter)
		.catch((error: unknown) => ({ error }));
	unhear();
	const bareToken = token.replace(/^sk-/, '');
	expect(inspect(result, { depth: 20, showHidden: true })).not.toContain(bareToken);
	expect(log.join('\n')).not.toContain(bareToken);
	return result;
}

const namesIn = (result: Awaited<ReturnType<typeof search>>) =>
	'results' in result ? result.results.map(({ name }) => name) : [];

test('lists the models of the gateway, those of the resource first', async () => {
	const omni = namesIn(await search({ parameters: { resource: 'omniVideo' } }));
	expect(omni.slice(0, 2)).toEqual(['kling-v3-omni', 'kling-video-o1']);
	expect(omni).toHaveLength(10);
	// a default is not among what the editor has stored
	expect(namesIn(await search())[0]).toBe('kling-v1-6 (retired by Kling)');
});

test('lists what matches the text that was typed', async () => {
	const result = await search({ parameters: { resource: 'textToVideo' }, filter: 'V2-5' });
	expect(result).toEqual({ results: [{ name: 'kling-v2-5-turbo', value: 'kling-v2-5-turbo' }] });
});

test('lists what a restricted token may use', async () => {
	const parameters = { resource: 'omniVideo' };
	expect(namesIn(await search({ parameters, token: RESTRICTED_TOKEN }))).toEqual([
		'kling-v3-omni',
		'kling-v1-6 (retired by Kling)',
	]);
});

test('asks once, with the token of the credential, and bears slashes behind the Base URL', async () => {
	await search({ baseUrl: `${sandbox.url}//` });
	expect(sandbox.requests).toMatchObject([
		{ method: 'GET', path: '/v1/models', authorization: `Bearer ${SANDBOX_TOKEN}` },
	]);
});

const TOKEN = /^The list of models could not be loaded: the gateway did not accept the API token/;
const PAGE = /^The list of models could not be loaded: a web page came in its place$/;

test.each<[string, () => Search, RegExp, RegExp]>([
	[
		'a wrong token',
		() => ({ token: `${SANDBOX_TOKEN}-of-another` }),
		TOKEN,
		/API token of the cred/,
	],
	['a web page', () => ({ baseUrl: `${sandbox.url}/console` }), PAGE, /Base URL of the credential/],
	[
		'a redirect, which is not followed,',
		() => ({ baseUrl: `${sandbox.url}/moved` }),
		/the gateway answered with status 301$/,
		/Base URL of the credential/,
	],
	[
		'a gateway that is busy',
		() => ({ baseUrl: `${sandbox.url}/limited` }),
		/the gateway answered with status 429$/,
		/in a minute/,
	],
	[
		'nothing at that address',
		() => ({ baseUrl: 'http://127.0.0.1:9' }),
		/: the connection was refused$/,
		/Base URL/,
	],
	['no Base URL', () => ({ baseUrl: ' ' }), /could not be loaded: /, /Base URL/],
])('%s is told with what to do', async (_, searched, message, advice) => {
	const result = await search(searched());
	expect(result).toMatchObject({
		error: {
			name: 'NodeApiError',
			message: expect.stringMatching(message),
			description: expect.stringMatching(advice),
		},
	});
	expect(result).toMatchObject({
		error: { description: expect.stringMatching(/^Choose "By Name" and write the name/) },
	});
	// n8n itself sends a request again after a 401
	expect(sandbox.requests.length).toBeLessThanOrEqual(1);
});

describe.each(['gateway', 'upstream'] as const)('each real reply of the relay "%s"', (relay) => {
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

	test.each(namesOf(relay, 'models'))('%s is a list, or told', async (name) => {
		const { port } = server.address() as AddressInfo;
		const result = await search({ baseUrl: `http://127.0.0.1:${port}/${name}` });
		if (/-(group|little|poor|restricted|root)$/.test(name)) {
			expect(result).toEqual({ results: expect.any(Array) });
		} else {
			const isToken = name.startsWith('models-token-');
			expect(result).toMatchObject({
				error: {
					message: expect.stringMatching(
						isToken ? TOKEN : /^The list of models could not be loaded/,
					),
					description: expect.stringContaining(isToken ? 'API token' : 'Base URL'),
				},
			});
		}
	});
});
