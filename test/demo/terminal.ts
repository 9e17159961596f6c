/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';

const ROOT = join(__dirname, '../..');
/** Wide enough for the table, and high enough that nothing scrolls away. */
const SIZE = { cols: 120, rows: 60 };

export interface TerminalRun {
	/** Every screen that somebody in front of the terminal has seen, in order; each its lines. */
	screens: string[][];
	/** Resolves with the first screen that has such a line. */
	untilLine(pattern: RegExp): Promise<string[]>;
	/** Types, as on the keyboard. */
	type(keys: string): void;
	ended: Promise<{ exitCode: number; screen: string[] }>;
	kill(): void;
}

/** Runs a TypeScript file of this repository on a terminal of its own, as `npm run` does. */
export function runOnTerminal(
	args: string[],
	env: Record<string, string | undefined> = {},
): TerminalRun {
	const terminal = new Terminal({ ...SIZE, allowProposedApi: true });
	const screens: string[][] = [];
	const watchers = new Set<() => void>();
	const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
		...SIZE,
		name: 'xterm-256color',
		cwd: ROOT,
		env: { ...process.env, ...env },
	});
	let drawn = Promise.resolve();
	child.onData((data) => {
		drawn = new Promise((resolve) => {
			terminal.write(data, () => {
				screens.push(linesOf(terminal));
				for (const watcher of watchers) watcher();
				resolve();
			});
		});
	});
	let running = true;
	const ended = new Promise<{ exitCode: number; screen: string[] }>((resolve) => {
		child.onExit(({ exitCode }) => {
			running = false;
			void drawn.then(() => resolve({ exitCode, screen: linesOf(terminal) }));
		});
	});
	return {
		screens,
		untilLine: async (pattern) =>
			await new Promise((resolve, reject) => {
				const look = () => {
					const found = screens.find((lines) => lines.some((line) => pattern.test(line)));
					if (found === undefined) return;
					watchers.delete(look);
					resolve(found);
				};
				watchers.add(look);
				look();
				void ended.then(({ screen }) =>
					reject(new Error(`It ended without ${pattern}:\n${screen.join('\n')}`)),
				);
			}),
		type: (keys) => child.write(keys),
		ended,
		kill: () => {
			if (running) child.kill();
		},
	};
}

function linesOf({ buffer, rows }: Terminal): string[] {
	const lines = Array.from(
		{ length: rows },
		(_, row) => buffer.active.getLine(row)?.translateToString(true) ?? '',
	);
	while (lines.at(-1) === '') lines.pop();
	return lines;
}
