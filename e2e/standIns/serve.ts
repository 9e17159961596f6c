/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { portOf } from './outside';

/** Serves on a free port of this machine. */
export async function serve(
	listener: RequestListener,
): Promise<{ url: string; close(): Promise<void> }> {
	const server = createServer(listener).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${portOf(server)}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
