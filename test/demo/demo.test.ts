/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { runOnTerminal, type TerminalRun } from './terminal';

const ROOT = join(__dirname, '../..');

let sandbox: Sandbox;
const runs: TerminalRun[] = [];
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(async () => {
	for (const run of runs) run.kill();
	await Promise.all(runs.map(async ({ ended }) => await ended));
	await sandbox.close();
});

/** The demo with tasks of a gateway that the test can ask. */
const demoArgs = (...tasks: string[]) => [
	'demo/main.ts',
	'--interval',
	'1',
	...(tasks.length > 0 ? ['--task', ...tasks] : []),
];
const env = () => ({ EZMODEL_BASE_URL: sandbox.url, EZMODEL_API_TOKEN: SANDBOX_TOKEN });

function onTerminal(args: string[]): TerminalRun {
	const run = runOnTerminal(args, env());
	runs.push(run);
	return run;
}

async function piped(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
	const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
		cwd: ROOT,
		env: { ...process.env, ...env() },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [said, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
	return { exitCode, lines: said.split('\n') };
}

/** The lines about a task above the table. */
const linesOn = (taskId: string, lines: string[]) =>
	lines.filter((line) => /^[✔✖…·] /.test(line) && line.includes(` ${taskId} `));

const checksOf = (taskId: string) => {
	const { length } = sandbox.checksOf(taskId);
	return `${length} ${length === 1 ? 'check' : 'checks'}`;
};

// side by side, since most of their time is waiting
describe('on a terminal', () => {
	test.concurrent(
		'the demo shows each video from before it is submitted, and links to nothing that has ended',
		async () => {
			const run = onTerminal(['demo/main.ts']);
			const { exitCode, screen } = await run.ended;
			expect(exitCode).toBe(0);
			const shown = screen.filter((line) => /^[✔✖…·] /.test(line));
			expect(shown).toEqual([
				expect.stringMatching(/^✔ quick +\d+ +SUCCESS 100% /),
				expect.stringMatching(/^✔ slow +\d+ +SUCCESS 100% /),
				expect.stringMatching(/^✖ fails +\d+ +FAILURE 100% /),
				expect.stringMatching(/^✖ unclear +not clear +0 checks +\d+\.\d s$/),
				expect.stringMatching(/^✖ refused +not submitted +0 checks +\d+\.\d s$/),
			]);
			// the third waits for a place while the first has one
			const early = await run.untilLine(/^… quick +\d+ +IN_PROGRESS /);
			expect(early).toContainEqual(expect.stringMatching(/^… fails +not submitted yet +0 checks /));
			// what is not clear is shown so while others go on
			const later = await run.untilLine(/^✖ unclear +not clear /);
			expect(later).toContainEqual(expect.stringMatching(/^… slow /));
			const [, after = ''] = screen.join('\n').split('The run ended as');
			expect(after).toContain('charged 4 videos, and paid 1 back');
			expect(after).toContain('{{ $json.videoUrl }}');
			expect(after).toContain('they no longer open');
			expect(after).not.toContain('http');
		},
	);

	test.concurrent('a task that is done is shown as done, with its one check', async () => {
		const { exitCode, screen } = await onTerminal(demoArgs('success-0s')).ended;
		expect(linesOn('success-0s', screen)).toEqual([
			expect.stringMatching(/^✔ task +success-0s +SUCCESS 100% +1 check +\d+\.\d s$/),
		]);
		const videoUrl = `${sandbox.url}/videos/success-0s.mp4`;
		expect(screen.at(-1)).toBe(videoUrl);
		expect(exitCode).toBe(0);
	});

	test.concurrent(
		'every count is that of the checks made, and a refusal that passes is not the end',
		async () => {
			const marks = {
				'success-3s': '✔',
				'failure-2s': '✖',
				'blip-database-0s': '✔',
				'once-bad-token-2s': '✔',
				'no-url-0s': '✖',
				'bad-token': '✖',
			};
			const run = onTerminal(demoArgs(...Object.keys(marks)));
			const { exitCode, screen } = await run.ended;
			for (const [taskId, mark] of Object.entries(marks)) {
				const [line = '', ...more] = linesOn(taskId, screen);
				expect(line).toContain(` ${checksOf(taskId)} `);
				expect(line[0]).toBe(mark);
				expect(more).toEqual([]);
			}
			const refused = run.screens.flatMap((lines) => linesOn('once-bad-token-2s', lines));
			expect(refused).toContainEqual(expect.stringMatching(/^… .* token refused /));
			expect(refused).not.toContainEqual(expect.stringMatching(/^✖/));
			expect(exitCode).toBe(1);
		},
	);

	test.concurrent('Ctrl+C ends the wait', async () => {
		const run = onTerminal(demoArgs('never'));
		await run.untilLine(/^… task +never +IN_PROGRESS/);
		run.type('\x03');
		const { screen } = await run.ended;
		expect(screen.join('\n')).toContain('The run ended as "canceled". There is no video.');
		expect(linesOn('never', screen)).toEqual([expect.stringMatching(/^· task +never /)]);
	});
});

describe('piped', () => {
	test.concurrent('a task has a line only when its status has changed', async () => {
		const { exitCode, lines } = await piped(...demoArgs('success-6s', 'failure-0s'));
		const shown = linesOn('success-6s', lines);
		const statuses = shown.map((line) => /[A-Z_]{4,}/.exec(line)?.[0]);
		expect(statuses).toEqual([...new Set(statuses)]);
		expect(shown.length).toBeLessThan(sandbox.checksOf('success-6s').length);
		expect(shown.at(-1)).toMatch(/^✔ .*SUCCESS 100%/);
		expect(shown.at(-1)).toContain(` ${checksOf('success-6s')} `);
		expect(linesOn('failure-0s', lines)).toEqual([
			expect.stringMatching(/^✖ .*FAILURE 100% +1 check /),
		]);
		// colours and cursor movements are for terminals
		expect(lines.join('\n')).not.toContain('\x1b');
		expect(exitCode).toBe(1);
	});

	test.concurrent('--help says how to use it', async () => {
		const { exitCode, lines } = await piped('demo/main.ts', '--help');
		const help = lines.join('\n');
		expect(help).toContain('Usage: npm run demo -- [options]');
		expect(help).toMatch(/--task <id...> /);
		expect(help).toContain('EZMODEL_API_TOKEN');
		expect(exitCode).toBe(0);
	});
});
