/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a command to its end, and shows what it said if it goes wrong. */
export async function run(
	command: string,
	args: string[],
	{ cwd, env = process.env }: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
	const child = spawn(command, args, {
		cwd,
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
		// npm is a script there
		shell: process.platform === 'win32',
	});
	let said = '';
	let out = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		said += text;
		out += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		said += text;
	});
	const [code] = await once(child, 'close');
	if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`);
	return out;
}
