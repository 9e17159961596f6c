/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import Ajv, { type JSONSchemaType } from 'ajv';
import writeFileAtomic from 'write-file-atomic';
import { readScenario, type Scenario } from './scenario';

export interface SandboxTask {
	scenario: Scenario;
	/** The path that it was submitted to, or first asked for at. */
	kindPath: string;
	/** Milliseconds since 1970. */
	createdAtMs: number;
	checks: number;
	checksSinceDone: number;
	downloads: number;
}

/** A task as the file has it. */
type SavedTask = Omit<SandboxTask, 'scenario'> & { scenario: string };

const COUNT = { type: 'integer', minimum: 0 } as const;

const SAVED_TASKS: JSONSchemaType<Record<string, SavedTask>> = {
	type: 'object',
	required: [],
	additionalProperties: {
		type: 'object',
		required: ['scenario', 'kindPath', 'createdAtMs', 'checks', 'checksSinceDone', 'downloads'],
		properties: {
			scenario: { type: 'string' },
			kindPath: { type: 'string' },
			createdAtMs: COUNT,
			checks: COUNT,
			checksSinceDone: COUNT,
			downloads: COUNT,
		},
	},
};

const isSavedTasks = new Ajv().compile(SAVED_TASKS);

/** The tasks of a sandbox, kept in a file if there is one. */
export class TaskStore {
	private lastSave: Promise<void> = Promise.resolve();

	private constructor(
		private readonly tasks: Map<string, SandboxTask>,
		private readonly file: string | null,
		private readonly now: () => number,
	) {}

	/** @param file null for tasks that end with the sandbox; else made when there is a task */
	static async open(file: string | null, now: () => number): Promise<TaskStore> {
		return new TaskStore(new Map(file === null ? [] : await readTasks(file)), file, now);
	}

	get(taskId: string): SandboxTask | undefined {
		return this.tasks.get(taskId);
	}

	/** @returns its id, which no task had before: not in this file, nor in a sandbox before this one */
	async submit(scenario: Scenario, kindPath: string): Promise<string> {
		const nowMs = this.now();
		let taskId: string;
		let number = this.tasks.size;
		do {
			// as long as Kling's own, which no JavaScript number holds
			taskId = `${nowMs}${String(number++ % 100_000).padStart(5, '0')}`;
		} while (this.tasks.has(taskId));
		await this.add(taskId, scenario, kindPath);
		return taskId;
	}

	async add(taskId: string, scenario: Scenario, kindPath: string): Promise<SandboxTask> {
		const task: SandboxTask = {
			scenario,
			kindPath,
			createdAtMs: this.now(),
			checks: 0,
			checksSinceDone: 0,
			downloads: 0,
		};
		this.tasks.set(taskId, task);
		await this.save();
		return task;
	}

	/** To be called whenever a task has changed, before anybody is told. */
	async save(): Promise<void> {
		if (this.file === null) return;
		const saved: Record<string, SavedTask> = {};
		for (const [taskId, task] of this.tasks) {
			saved[taskId] = { ...task, scenario: task.scenario.text };
		}
		// one after another, each written beside the file first: it is whole whenever somebody reads it
		this.lastSave = writeFileAtomic(this.file, JSON.stringify(saved, null, '\t'));
		await this.lastSave;
	}

	/** Resolves when all that was to be saved is. */
	async untilSaved(): Promise<void> {
		await this.lastSave;
	}
}

async function readTasks(file: string): Promise<Array<[string, SandboxTask]>> {
	if (!existsSync(file)) return [];
	const saved = parse(await readFile(file, 'utf8'));
	const refusal = `${file} does not hold tasks of this sandbox. Delete it to begin without any.`;
	if (!isSavedTasks(saved)) throw new Error(refusal);
	return Object.entries(saved).map(([taskId, task]) => {
		const scenario = readScenario(task.scenario);
		if (scenario === null) throw new Error(refusal);
		return [taskId, { ...task, scenario }];
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
