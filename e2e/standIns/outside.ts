/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { dirname } from 'node:path';
import { generate } from 'selfsigned';

export interface Outside {
	/** What an n8n has to be started with to be led here. */
	env: Record<string, string>;
	/** The hosts that were asked for and are not played here. */
	refused: string[];
	close(): Promise<void>;
}

/**
 * Hosts of the world outside, played on this machine. n8n gets to them as it gets out of a company:
 * through a proxy, with a certificate authority that it is told to trust. Its nodes and credentials
 * stay as they are. Nothing gets out.
 *
 * @param certificateFile where the certificate is put for n8n
 */
export async function startOutside(
	hosts: Record<string, RequestListener>,
	certificateFile: string,
): Promise<Outside> {
	const names = Object.keys(hosts);
	const { cert, private: key } = await generate([{ name: 'commonName', value: 'Stand-ins' }], {
		algorithm: 'sha256',
		extensions: [
			{ name: 'basicConstraints', cA: true },
			{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
		],
	});
	await mkdir(dirname(certificateFile), { recursive: true });
	await writeFile(certificateFile, cert);

	const tls = createTlsServer({ key, cert }, (req, res) => {
		const play = hosts[req.headers.host ?? ''];
		if (play !== undefined) return play(req, res);
		res.statusCode = 421;
		res.end();
	});
	const refused: string[] = [];
	const proxy = createServer((req, res) => {
		refused.push(req.url ?? '');
		res.statusCode = 403;
		res.end();
	});
	proxy.on('connect', (req, socket, head) => {
		const [name = ''] = (req.url ?? '').split(':');
		socket.on('error', () => socket.destroy());
		if (!names.includes(name)) {
			refused.push(name);
			socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			return;
		}
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		if (head.length > 0) socket.unshift(head);
		tls.emit('connection', socket);
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');

	const proxyUrl = `http://127.0.0.1:${portOf(proxy)}`;
	const direct = '127.0.0.1,localhost';
	return {
		env: {
			HTTPS_PROXY: proxyUrl,
			https_proxy: proxyUrl,
			NO_PROXY: direct,
			no_proxy: direct,
			NODE_EXTRA_CA_CERTS: certificateFile,
		},
		refused,
		close: async () => {
			tls.closeAllConnections();
			proxy.closeAllConnections();
			await new Promise((resolve) => proxy.close(resolve));
			await rm(certificateFile);
		},
	};
}

export function portOf(server: Server): number {
	const address: AddressInfo | string | null = server.address();
	if (address === null || typeof address === 'string') throw new Error('It does not listen');
	return address.port;
}
