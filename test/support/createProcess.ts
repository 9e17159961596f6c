/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IExecuteContextData, INodeExecutionData, INodeParameters } from 'n8n-workflow';

/** What a process is to run. */
export interface CreateProcessOrder {
	url: string;
	parameters: INodeParameters;
	/** One input item each. */
	prompts: string[];
	/** What the execution has kept before, if it is retried. */
	contextData: IExecuteContextData;
}

/** What it has saved. */
export interface SavedExecution {
	status: string;
	contextData: IExecuteContextData;
	items: INodeExecutionData[];
}

const ROOT = join(__dirname, '..', '..');

export function readCreateProcess(text = ''): CreateProcessOrder & { savesTo: string } {
	return JSON.parse(text);
}

/** n8n in a process of its own, with the node's run in it. */
export class CreateProcess {
	private constructor(
		private readonly child: ChildProcess,
		private readonly folder: string,
		private readonly ended: Promise<unknown>,
	) {}

	static async start(order: CreateProcessOrder): Promise<CreateProcess> {
		const folder = await mkdtemp(join(tmpdir(), 'kling-create-'));
		const savesTo = join(folder, 'execution.json');
		const child = spawn(
			process.execPath,
			[
				...['--import', 'tsx', 'test/support/createProcessMain.ts'],
				JSON.stringify({ ...order, savesTo }),
			],
			{ cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
		);
		return new CreateProcess(child, folder, once(child, 'exit'));
	}

	/** Resolves when the node has ended and its execution is saved. */
	async saved(): Promise<SavedExecution> {
		const { stdout } = this.child;
		if (stdout !== null) await Promise.race([once(stdout, 'data'), this.ended]);
		return JSON.parse(await readFile(join(this.folder, 'execution.json'), 'utf8'));
	}

	/** At once, whatever it does: nothing is saved any more. */
	async kill(): Promise<void> {
		this.child.kill('SIGKILL');
		await this.ended;
		await rm(this.folder, { recursive: true });
	}
}
