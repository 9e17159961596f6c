/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createServer, type Server } from 'node:http';
import type { INodeParameters } from 'n8n-workflow';
import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { HOST_CAN_SUSPEND } from '../support/host';
import { continueWithOutput, errorFor, runKling, waiting } from '../support/kling';
import { suspending } from '../support/suspending';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

const OPERATIONS: Array<[string, INodeParameters]> = [
	['a check', {}],
	['a wait', waiting()],
	...(HOST_CAN_SUSPEND
		? ([['a suspended wait', suspending()]] satisfies Array<[string, INodeParameters]>)
		: []),
];

describe.each(OPERATIONS)('%s', (_operation, parameters) => {
	test.each([
		'socks5://127.0.0.1:9',
		'socks4://127.0.0.1:9',
		'SOCKS://u:p@127.0.0.1:9',
		'ftp://h:9',
	])('sends nothing past the proxy %s, which n8n cannot use', async (proxy) => {
		const result = await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: { ...parameters, downloadVideo: true, requestOptions: { proxy } },
			settings: continueWithOutput,
		});
		expect(errorFor(result, 0)).toMatchObject({
			message: expect.stringContaining('n8n cannot use the proxy'),
			description: expect.stringContaining(`"${proxy.split(':')[0]?.toLowerCase()}:"`),
		});
		expect(sandbox.requests).toEqual([]);
	});
});

describe('a proxy that asks for a password at a download is told, for a host by', () => {
	let videoUrl = '';
	let refusals = 0;
	/** Plays the gateway, and refuses all other requests. */
	let proxy: Server;
	beforeEach(async () => {
		refusals = 0;
		proxy = createServer((request, response) => {
			if (request.url?.includes('/kling/')) {
				const data = { task_id: '1', status: 'SUCCESS', url: videoUrl };
				response.end(JSON.stringify({ code: 'success', data }));
			} else {
				refusals++;
				response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('Who are you?');
			}
		});
		proxy.on('connect', (_request, socket) => {
			refusals++;
			socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 50\r\n\r\nWho?');
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	});
	afterEach(() => {
		proxy.closeAllConnections();
		proxy.close();
	});

	test.each(['http', 'https'])('%s', async (protocol) => {
		videoUrl = `${protocol}://videos.example/video.mp4`;
		const { error } = await runKling({
			sandbox,
			tasks: ['1'],
			parameters: {
				downloadVideo: true,
				requestOptions: { proxy: `http://127.0.0.1:${Object(proxy.address()).port}` },
			},
		});
		expect(error).toMatchObject({
			message: expect.stringContaining('The proxy asks for a user name and a password'),
			description: expect.stringContaining('http://USER:PASSWORD@HOST:PORT'),
			httpCode: '407',
		});
		expect(refusals).toBe(1);
	});
});
