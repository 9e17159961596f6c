/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { ODD_CALLBACKS } from '../../sandbox/oddCallbacks';
import { ODD_REPLIES } from '../../sandbox/oddReplies';
import { ODD_SUBMITS } from '../../sandbox/oddSubmits';
import { STORIES } from '../../sandbox/taskReplies';
import { VIDEO_NAMES } from '../../sandbox/videoHost';
import { clientOf, failureOf, follow, statusPath, TASKS, textAt } from '../support/client';
import { submission } from '../support/submits';

const root = join(__dirname, '../..');
/** Only so that a busy machine may be slow to compile. */
const PATIENCE_MS = 60_000;

async function textUntil(stream: Readable, end: string): Promise<string> {
	let said = '';
	for await (const chunk of stream) {
		said += String(chunk);
		if (said.includes(end)) return said;
	}
	throw new Error(`It ended after saying: ${said}`);
}

let child: ChildProcessByStdio<null, Readable, null>;
let ended: Promise<unknown>;
function startMain(...flags: string[]): void {
	child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--port', '0', ...flags], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	ended = once(child, 'exit');
}
const saidBy = async () => await textUntil(child.stdout, '(from then on)');
const urlIn = (said: string) => /^Sandbox gateway on (\S+) /m.exec(said)?.[1] ?? '';

// not at the end of the test: one that runs out of patience does not come to its end
afterEach(async () => {
	child.kill();
	await ended;
});

test(
	'the sandbox says what to try, that works, and nothing of it stays behind',
	async () => {
		startMain('--speed', '1000000');
		const said = await saidBy();
		const url = urlIn(said);
		const [, token, address = ''] =
			/^Try: +curl -H "Authorization: Bearer (\S+)" (\S+)$/m.exec(said) ?? [];
		expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
		expect(token).toBe(SANDBOX_TOKEN);
		expect(address.startsWith(`${url}/`)).toBe(true);
		expect(said).toContain(`Base URL to ${url} and the Task ID to success-20s-1`);

		expect(await clientOf({ url }, token).get(address)).toMatchObject({
			status: 200,
			data: { code: 'success', data: { task_id: 'success-20s-1', action: 'omniVideo' } },
		});
		// an hour, were it not for --speed
		expect(await follow(clientOf({ url }), 'success-3600s')).not.toEqual([]);

		for (const name of [
			...Object.keys(STORIES),
			...Object.keys(ODD_REPLIES),
			...VIDEO_NAMES,
			...Object.keys(ODD_SUBMITS),
			...Object.keys(ODD_CALLBACKS),
		]) {
			expect(said).toMatch(new RegExp(` ${name}([,;]|$)`, 'm'));
		}

		child.kill();
		await ended;
		expect(await failureOf(clientOf({ url }).get('/'))).toMatchObject({ code: 'ECONNREFUSED' });
	},
	PATIENCE_MS,
);

test(
	'the flags say how long tasks and replies take, and how many calls and tasks are borne',
	async () => {
		const flags = ['--seconds', '0', '--latency', '60', '--calls-per-second', '1', '--places', '1'];
		startMain(...flags);
		const client = clientOf({ url: urlIn(await saidBy()) });
		const submits = [submission('[never]'), submission('a cat')];
		const statuses: number[] = [];
		for (const body of submits) statuses.push((await client.post(TASKS, body)).status);
		expect(statuses).toEqual([200, 429]);
		const startedAtMs = Date.now();
		const replies = await Promise.all(
			Array.from({ length: 5 }, async () => await client.get<unknown>(statusPath('success'))),
		);
		// a timer may come a millisecond early
		expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(59);
		const accepted = replies.filter(({ status }) => status === 200);
		expect(accepted[0]?.data).toMatchObject({ data: { status: 'SUCCESS' } });
		expect(replies.filter(({ status }) => status === 429)).not.toEqual([]);
	},
	PATIENCE_MS,
);

test.each([
	['--speed', '0'],
	['--port', 'x'],
	['--seconds', '-1'],
	['--latency', 'soon'],
	['--calls-per-second', 'many'],
	['--places', 'few'],
	['--callback-loss', '2'],
	['--seed', 'x'],
])(
	'%s %s is refused',
	async (flag, value) => {
		startMain(`${flag}=${value}`);
		expect(await ended).toEqual([1, null]);
	},
	PATIENCE_MS,
);

test(
	'--help lists the options with their defaults, and starts nothing',
	async () => {
		startMain('--help');
		const help = await text(child.stdout);
		expect(help).toContain('Usage: npm run sandbox -- [options]');
		for (const [option, byDefault] of [
			['port', '8787'],
			['seconds', '90'],
			['speed', '1'],
			['latency', '0'],
			['calls-per-second', 'all'],
			['places', 'all'],
			['callback-loss', '0'],
			['seed', '1'],
			['state-file', 'they end with the sandbox'],
		]) {
			const says = new RegExp(
				`--${option} <[^]*?\\(default:\\s+${byDefault}`.replaceAll(' ', '\\s+'),
			);
			expect(help).toMatch(says);
		}
		expect(await ended).toEqual([0, null]);
	},
	PATIENCE_MS,
);

test(
	'--state-file keeps the tasks, even of a sandbox that was killed',
	async () => {
		const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
		try {
			const flags = ['--state-file', join(folder, 'tasks.json'), '--seconds', '0'];
			startMain(...flags);
			const client = clientOf({ url: urlIn(await saidBy()) });
			const { data } = await client.post<unknown>(TASKS, submission('a cat'));
			child.kill('SIGKILL');
			await ended;
			startMain(...flags);
			const taskId = textAt(data, 'task_id');
			const again = clientOf({ url: urlIn(await saidBy()) });
			expect((await again.get<unknown>(statusPath(taskId))).data).toMatchObject({
				data: { task_id: taskId, status: 'SUCCESS' },
			});
		} finally {
			await rm(folder, { recursive: true });
		}
	},
	PATIENCE_MS,
);
