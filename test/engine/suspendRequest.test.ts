/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Socket, type Server } from 'node:net';
import { join } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { continueWithOutput, errorFor, runKling } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { Database, suspending } from '../support/suspending';

// What n8n's routing does for the declarative operations, ours does by itself: whoever gets the
// request, be it a gateway or a proxy, is not to see a difference.

const TASK = { code: 'success', data: { task_id: '1', status: 'SUCCESS', url: 'http://a/b.mp4' } };

interface Seen {
	method: string | undefined;
	url: string | undefined;
	headers: string[];
}

/** Has every task done, and sees its requests to the letter. */
class Observer {
	readonly seen: Seen[] = [];

	private readonly answer: RequestListener = ({ method, url, rawHeaders }, response) => {
		this.seen.push({ method, url, headers: rawHeaders });
		response.setHeader('content-type', 'application/json').end(JSON.stringify(TASK));
	};

	private readonly server: Server;

	constructor(pem?: Buffer) {
		this.server =
			pem === undefined
				? createServer(this.answer)
				: createTlsServer({ key: pem, cert: pem }, this.answer);
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `127.0.0.1:${Object(this.server.address()).port}`;
	}

	async close(): Promise<void> {
		await new Promise((resolve) => this.server.close(resolve));
	}
}

const operations: INodeParameters[] = [{}, suspending()];

interface Way {
	baseUrl: string;
	requestOptions?: IDataObject;
	token?: string;
}

/** Asks by either operation, for a task id that has to be encoded. */
async function askBothWays({ baseUrl, requestOptions = {}, token }: Way) {
	const results = [];
	for (const parameters of operations) {
		results.push(
			await runKling({
				sandbox: { url: '' },
				tasks: ['a/b ü'],
				baseUrl,
				token,
				parameters: { ...parameters, requestOptions } as INodeParameters,
				settings: continueWithOutput,
				otherExecutions: new Database(),
			}),
		);
	}
	return results;
}

describe('the status call', () => {
	let observer: Observer;
	let host: string;
	beforeEach(async () => {
		observer = new Observer();
		host = await observer.listen();
	});
	afterEach(async () => await observer.close());

	/** What was seen of either operation, which is the same. */
	async function seenOfBoth(way: Way): Promise<Seen> {
		const results = await askBothWays(way);
		for (const { items } of results) expect(items[0]?.json).toMatchObject({ succeeded: true });
		const [declarative, ours, ...more] = observer.seen;
		if (declarative === undefined) throw new Error('Nothing was seen');
		expect(ours).toEqual(declarative);
		expect(more).toEqual([]);
		return declarative;
	}

	test.each<[string, (host: string) => Way]>([
		['plain', (at) => ({ baseUrl: `http://${at}` })],
		['with slashes behind the base URL', (at) => ({ baseUrl: `http://${at}///` })],
		['with spaces around it', (at) => ({ baseUrl: ` http://${at}/\n` })],
		['with both', (at) => ({ baseUrl: ` http://${at}// ` })],
		['with a path of its own', (at) => ({ baseUrl: `http://${at}/relay/` })],
		['with a pasted token', (at) => ({ baseUrl: `http://${at}`, token: ' Bearer sk-pasted-one ' })],
		['with a time limit', (at) => ({ baseUrl: `http://${at}`, requestOptions: { timeout: 9000 } })],
	])('is the same as that of the declarative operations: %s', async (_what, way) => {
		const { method, url } = await seenOfBoth(way(host));
		expect(method).toBe('GET');
		expect(url).toMatch(/^(\/relay)?\/kling\/v1\/videos\/multi-image2video\/a%2Fb%20%C3%BC$/);
	});

	test.each([
		['', null],
		['us%40er:p%2Fw@', 'us@er:p/w'],
		['user@', 'user:'],
	])('goes by the proxy http://%shost:port', async (login, credentials) => {
		const { url, headers } = await seenOfBoth({
			baseUrl: 'http://gateway.invalid/',
			requestOptions: { proxy: `http://${login}${host}` },
		});
		expect(url).toMatch(/^http:\/\/gateway\.invalid(:80)?\/kling\/v1\//);
		const place = headers.findIndex((name) => name.toLowerCase() === 'proxy-authorization');
		const sent = place === -1 ? null : headers[place + 1];
		expect(sent).toBe(
			credentials === null ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
		);
	});
});

test.each([
	[undefined, false],
	[false, false],
	[true, true],
])('a certificate of its own, with "Ignore SSL Issues" %s', async (allowed, taken) => {
	// for tests only: anybody may know the key
	const observer = new Observer(readFileSync(join(__dirname, 'selfSigned.pem')));
	const baseUrl = `https://${await observer.listen()}`;
	const requestOptions = allowed === undefined ? {} : { allowUnauthorizedCerts: allowed };
	const results = await askBothWays({ baseUrl, requestOptions });
	await observer.close();
	expect(results.map(({ items }) => items.length === 1)).toEqual([taken, taken]);
	expect(observer.seen).toHaveLength(taken ? 2 : 0);
});

describe('a proxy', () => {
	const sandbox = sandboxForEachTest();

	test.each(['localhost:8080', 'proxy.example:8080', '127.0.0.1:8080', 'http://', 'somewhere'])(
		'that is none, "%s", is told, and the call does not go past it',
		async (proxy) => {
			const [declarative, ours] = await askBothWays({
				baseUrl: sandbox.url,
				requestOptions: { proxy },
			});
			if (declarative === undefined || ours === undefined) throw new Error('They were not run');
			expect(errorFor(declarative, 0)).toBe('The proxy is not valid');
			expect(errorFor(ours, 0)).toMatchObject({
				message: 'Task a/b ü could not be checked: the request could not be sent',
				description: expect.stringMatching(/^The proxy is not valid\./),
			});
			expect(sandbox.requests).toEqual([]);
		},
	);

	test('without a port has that of its protocol', async () => {
		const ports: unknown[] = [];
		const hear = (message: unknown) => {
			const socket: unknown = Object(message).socket;
			if (socket instanceof Socket) {
				socket.on('connectionAttempt', (_address: string, to: number) => ports.push(to));
			}
		};
		subscribe('net.client.socket', hear);
		await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: {
				...suspending(),
				requestOptions: { proxy: 'http://127.0.0.1', timeout: 1000 },
			},
			otherExecutions: new Database(),
		});
		unsubscribe('net.client.socket', hear);
		expect(ports).toEqual([80]);
		expect(sandbox.requests).toEqual([]);
	});
});
