/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { runKling, waiting } from '../support/kling';
import { SUCCESS, TASK_ID, VIDEO_URL } from '../support/bodies';

const MEGABYTE = 1_000_000;
/** What the buffers of a connection on one machine hold at most. */
const BUFFERS = 24 * MEGABYTE;

const servers: Server[] = [];
afterEach(async () => {
	await Promise.all(
		servers.splice(0).map(async (server) => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}),
	);
});

async function listen(server: Server): Promise<string> {
	server.listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	servers.push(server);
	const { port } = server.address() as AddressInfo;
	return `${'cert' in server ? 'https' : 'http'}://127.0.0.1:${port}`;
}

const serve = async (listener: RequestListener) => ({ url: await listen(createServer(listener)) });

/** The whole reply of a task that is done, and as many blanks behind it. */
function* paddedReply(paddingBytes: number): Generator<string> {
	yield SUCCESS;
	const blanks = ' '.repeat(MEGABYTE / 10);
	for (let bytes = 0; bytes < paddingBytes; bytes += blanks.length) yield blanks;
}

const counting = (count: (bytes: number) => void) =>
	new Transform({
		transform(chunk: Buffer, _encoding, done) {
			count(chunk.length);
			done(null, chunk);
		},
	});

describe('a reply of any size', () => {
	test('is read up to 8 MB', async () => {
		const sandbox = await serve((_req, res) => {
			void pipeline(Readable.from(paddedReply(7 * MEGABYTE)), res).catch(() => undefined);
		});
		const { items } = await runKling({ sandbox, tasks: [TASK_ID] });
		expect(items[0]?.json).toMatchObject({ succeeded: true, videoUrl: VIDEO_URL });
	});

	test('is not taken from the gateway beyond that', async () => {
		let sentBytes = 0;
		const sandbox = await serve((_req, res) => {
			const counted = counting((bytes) => (sentBytes += bytes));
			void pipeline(Readable.from(paddedReply(300 * MEGABYTE)), counted, res).catch(
				() => undefined,
			);
		});
		const { error } = await runKling({ sandbox, tasks: [TASK_ID] });
		expect(error).toMatchObject({ message: expect.stringContaining('more than 8 MB') });
		expect(sentBytes).toBeLessThan(8 * MEGABYTE + BUFFERS);
	});

	test('is not unpacked beyond that', async () => {
		let packedBytes = 0;
		const sandbox = await serve((_req, res) => {
			res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
			void pipeline(
				Readable.from(paddedReply(300 * MEGABYTE)),
				// each chunk is sent as soon as it is packed
				createGzip({ level: 9, flush: constants.Z_SYNC_FLUSH }),
				counting((bytes) => (packedBytes += bytes)),
				res,
			).catch(() => undefined);
		});
		const { error } = await runKling({ sandbox, tasks: [TASK_ID] });
		expect(error).toMatchObject({ message: expect.stringContaining('more than 8 MB') });
		// so small that a connection's buffers take all of it: what was unpacked shows in the message
		expect(packedBytes).toBeLessThan(MEGABYTE);
	});

	test('ends with the time limit of a request, and with Max Wait, when it drips', async () => {
		const sandbox = await serve((_req, res) => {
			const timer = setInterval(() => res.write(' '), 20);
			res.on('close', () => clearInterval(timer));
		});
		const single = await runKling({
			sandbox,
			tasks: [TASK_ID],
			parameters: { requestOptions: { timeout: 300 } },
		});
		expect(single.error).toMatchObject({
			message: expect.stringContaining('no reply within 0.3 seconds'),
		});
		const { error } = await runKling({
			sandbox,
			tasks: [TASK_ID],
			parameters: {
				...waiting({ maxFailedChecks: 1 }),
				requestOptions: { timeout: 300 },
			},
		});
		expect(error).toMatchObject({ message: expect.stringContaining('2 times in a row') });
	});
});

describe('a proxy that asks for a password', () => {
	const asksForPassword: RequestListener = (_req, res) => {
		res.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }).end('<h1>407</h1>');
	};

	test.each(['http://api.ezmodel.example', 'https://api.ezmodel.example'])(
		'is told as that: %s',
		async (baseUrl) => {
			const server = createServer(asksForPassword);
			server.on('connect', (_req, socket) => {
				socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
			});
			const proxy = await listen(server);
			const { error } = await runKling({
				sandbox: { url: baseUrl },
				tasks: [TASK_ID],
				parameters: { requestOptions: { proxy } },
			});
			expect(error).toMatchObject({
				message: `The proxy asks for a user name and a password (request for task ${TASK_ID})`,
				httpCode: '407',
			});
		},
	);
});

describe('a certificate that is not trusted', () => {
	const pem = readFileSync(join(__dirname, 'selfSigned.pem'));

	test('is told as that', async () => {
		const url = await listen(createSecureServer({ key: pem, cert: pem }, (_req, res) => res.end()));
		const { error } = await runKling({ sandbox: { url }, tasks: [TASK_ID] });
		expect(error).toMatchObject({
			message: `Task ${TASK_ID} could not be checked: the certificate of the gateway is not trusted`,
		});
	});
});

describe('a submit reply whose id was lost', () => {
	const lost = { id: '', object: 'video', model: 'kling-v1-6', status: '', progress: 0 };

	test.each([
		['a check', {}],
		['a wait', waiting()],
	])('is told as that by %s, before any request', async (_what, parameters) => {
		let requests = 0;
		const sandbox = await serve((_req, res) => {
			requests++;
			res.end();
		});
		const { error } = await runKling({ sandbox, tasks: [lost], parameters });
		expect(error).toMatchObject({
			message: 'The submit call was accepted and charged, but the gateway gave no task id',
		});
		expect(requests).toBe(0);
	});
});
