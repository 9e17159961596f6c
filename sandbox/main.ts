/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { Option } from '@commander-js/extra-typings';
import {
	npmCommand,
	readNumberAboveZero,
	readNumberFromZero,
	readPort,
	readShare,
} from './commandLine';
import { SANDBOX_TOKEN, startSandbox } from './gateway';
import { ODD_CALLBACKS } from './oddCallbacks';
import { ODD_REPLIES } from './oddReplies';
import { ODD_SUBMITS } from './oddSubmits';
import { RELAYS } from './taskPaths';
import { STORIES } from './taskReplies';
import { VIDEO_NAMES } from './videoHost';

const DEFAULT_PORT = 8787;
const DEFAULT_SECONDS = 90;

const SCENARIOS = `A task id, or a [word] in a submitted prompt, chooses what happens; "-20s" says how long it takes.
  Tasks:       ${Object.keys(STORIES).join(', ')}
  Odd replies: ${Object.keys(ODD_REPLIES).join(', ')}
  Odd videos:  ${VIDEO_NAMES.join(', ')}; video-25mb is one of 25 MB
  Odd submits: ${Object.keys(ODD_SUBMITS).join(', ')}
               in a prompt only; "[submit-cut] [failure-5s]" says what becomes of the task, too
  Odd callbacks: ${Object.keys(ODD_CALLBACKS).join(', ')}
               in the prompt of a submit with a callback_url; callback-late-20s is 20 seconds late
  Before an odd reply or callback: blip- (twice, then the task), first-5- (five times), once- (at the second check), twice- (at the second and third), later- (from then on)`;

async function main() {
	const options = npmCommand('sandbox')
		.description(
			'Starts a small gateway on this machine that answers as the real one does: submitting, status ' +
				'calls, the videos, and on request everything that can go wrong. No token of yours is needed.',
		)
		.option('--port <port>', 'where it listens; 0 for any free port', readPort, DEFAULT_PORT)
		.option(
			'--seconds <seconds>',
			'how long a task takes that does not say so itself',
			readNumberFromZero,
			DEFAULT_SECONDS,
		)
		.option(
			'--speed <factor>',
			'how fast its clock runs: with 60, a task of a minute takes a second',
			readNumberAboveZero,
			1,
		)
		.option('--latency <ms>', 'how long each status reply takes', readNumberFromZero, 0)
		.option(
			'--calls-per-second <number>',
			'how many status calls are answered; the rest get HTTP status 429 (default: all)',
			readNumberFromZero,
		)
		.option(
			'--places <number>',
			'how many unfinished tasks are taken; a submit beyond them gets HTTP status 429 (default: all)',
			readNumberFromZero,
		)
		.addOption(
			new Option(
				'--relay <relay>',
				'which paths of tasks it knows: those of the gateway, those of a newer relay (which sends a web page for others), or any',
			)
				.choices(RELAYS)
				.default('gateway' as const),
		)
		.option(
			'--callback-loss <share>',
			'which share of the calls to a callback_url is lost, from 0 to 1',
			readShare,
			0,
		)
		.option('--seed <number>', 'says which of them are lost', readNumberFromZero, 1)
		.option(
			'--state-file <file>',
			'keeps the tasks in this file from one start to the next (default: they end with the sandbox)',
		)
		.addHelpText('after', `\n${SCENARIOS}`)
		.parse()
		.opts();
	const sandbox = await startSandbox({
		...options,
		latencyMs: options.latency,
	});
	const status = `${sandbox.url}/kling/v1/videos/omni-video`;
	process.stdout.write(`
Sandbox gateway on ${sandbox.url} (token ${SANDBOX_TOKEN}). Ctrl+C ends it.

Try:   curl -H "Authorization: Bearer ${SANDBOX_TOKEN}" ${status}/success-20s-1
In n8n: set the credential's Base URL to ${sandbox.url} and the Task ID to success-20s-1.

What was submitted is at ${sandbox.url}/sandbox/submits, what was charged at ${sandbox.url}/sandbox/ledger,
and what was called back at ${sandbox.url}/sandbox/callbacks.

${SCENARIOS}
`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
