/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import '../support/ssrfProtection';
import { createServer, type Server } from 'node:http';
import { type Sandbox, startSandbox } from '../../sandbox/gateway';
import { dictate } from '../../sandbox/oddReplies';
import { HOST_HAS_SSRF_PROTECTION } from '../support/host';
import { continueWithOutput, errorFor, itemFor, runKling } from '../support/kling';

let sandbox: Sandbox;
/** Redirects each request to the address in its path. */
let redirector: Server;
let redirects = 0;
beforeAll(async () => {
	sandbox = await startSandbox();
	redirector = createServer((request, response) => {
		redirects++;
		response.writeHead(302, { location: decodeURIComponent(request.url?.slice(1) ?? '') }).end();
	});
	await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	await sandbox.close();
	redirector.close();
});

beforeEach(() => {
	redirects = 0;
});

const BLOCKED_URL = encodeURIComponent('http://127.0.0.2:9/video.mp4');

const portOfRedirector = (): number => Object(redirector.address()).port;

/** A finished task whose video is there. */
function taskWith(url: string): string {
	const text = JSON.stringify({ code: 'success', data: { task_id: '1', status: 'SUCCESS', url } });
	return dictate({ statusCode: 200, headers: {}, text });
}

describe("n8n's SSRF protection", () => {
	if (!HOST_HAS_SSRF_PROTECTION) {
		test('on this n8n, which has none: every address is asked', async () => {
			const { error } = await runKling({
				sandbox,
				tasks: [taskWith(`http://127.0.0.1:${portOfRedirector()}/${BLOCKED_URL}`)],
				parameters: { downloadVideo: true },
			});
			expect(error).toMatchObject({ message: expect.not.stringContaining('does not allow') });
			// it is tried again, since its host may be back
			expect(redirects).toBeGreaterThan(1);
		});
		return;
	}

	test.each([
		['an address', 'http://127.0.0.2:9/video.mp4', '127.0.0.2'],
		['a host name', 'http://metadata.internal/latest', 'metadata.internal'],
	])('%s that it blocks is told at once, with its settings', async (_what, url, host) => {
		const result = await runKling({
			sandbox,
			tasks: [taskWith(url), 'success-0s'],
			parameters: { downloadVideo: true },
			settings: continueWithOutput,
		});
		const settings = ['PROTECTION_ENABLED', 'ALLOWED_HOSTNAMES', 'ALLOWED_IP_RANGES'];
		const words = [host, ...settings.map((name) => `N8N_SSRF_${name}`)].join('.*');
		expect(errorFor(result, 0)).toMatchObject({
			message: expect.stringContaining('n8n does not allow requests to its host'),
			description: expect.stringMatching(new RegExp(words)),
		});
		expect(itemFor(result, 1).binary).toBeDefined();
	});

	test('so is a redirect to such an address, which is not tried again', async () => {
		const { error } = await runKling({
			sandbox,
			tasks: [taskWith(`http://127.0.0.1:${portOfRedirector()}/${BLOCKED_URL}`)],
			parameters: { downloadVideo: true },
		});
		expect(error).toMatchObject({
			message: expect.stringContaining('n8n does not allow requests to its host'),
		});
		expect(redirects).toBe(1);
	});
});
