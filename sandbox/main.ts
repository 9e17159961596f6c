/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { parseArgs } from 'node:util';
import { ODD_REPLIES } from './oddReplies';
import { SANDBOX_TOKEN, startSandbox } from './gateway';
import { STORIES } from './taskReplies';

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '8787' },
		speed: { type: 'string', default: '1' },
		seconds: { type: 'string', default: '90' },
		latency: { type: 'string', default: '0' },
		'calls-per-second': { type: 'string' },
	},
});

async function main() {
	const port = Number(values.port);
	const speed = Number(values.speed);
	const seconds = Number(values.seconds);
	const latencyMs = Number(values.latency);
	const callsPerSecond =
		values['calls-per-second'] === undefined ? null : Number(values['calls-per-second']);
	if (!Number.isInteger(port) || !(speed > 0)) {
		throw new Error('--port has to be a port, and --speed a number above 0');
	}
	if (!(seconds >= 0 && latencyMs >= 0 && (callsPerSecond ?? 0) >= 0)) {
		throw new Error('--seconds, --latency (ms) and --calls-per-second have to be numbers from 0');
	}
	const sandbox = await startSandbox({ port, speed, seconds, latencyMs, callsPerSecond });
	const status = `${sandbox.url}/kling/v1/videos/multi-image2video`;
	process.stdout.write(`
Sandbox gateway on ${sandbox.url} (token ${SANDBOX_TOKEN}). Ctrl+C ends it.

Try:   curl -H "Authorization: Bearer ${SANDBOX_TOKEN}" ${status}/success-20s-1
In n8n: set the credential's Base URL to ${sandbox.url} and the Task ID to success-20s-1.

A task id, or a [word] in a submitted prompt, chooses what happens; "-20s" says how long it takes.
  Tasks:       ${Object.keys(STORIES).join(', ')}
  Odd replies: ${Object.keys(ODD_REPLIES).join(', ')}
  Before an odd reply: blip- (twice, then the task), once- (at the second check), twice- (at the second and third), later- (from then on)
`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
