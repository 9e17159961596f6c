/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import Ajv, { type JSONSchemaType } from 'ajv';
import writeFileAtomic from 'write-file-atomic';
import {
	readCallbackScenario,
	readScenario,
	type CallbackScenario,
	type Scenario,
} from './scenario';

export interface SandboxTask {
	scenario: Scenario;
	/** The kind that Kling got it as, or the path that it was first asked for at. */
	kindPath: string;
	/** The client's own name for it. */
	externalTaskId: string | null;
	/** Whether it came by a submit call; others begin when they are first asked for. */
	isSubmitted: boolean;
	/** Whether the gateway tells its status; if not, only Kling has it. */
	isKnown: boolean;
	/** What was charged for it, in the gateway's own unit; 0 for nothing. */
	quota: number;
	/** Where Kling tells its statuses, or null for nowhere. */
	callbackUrl: string | null;
	/** What goes wrong with that, or null for nothing. */
	oddCallback: CallbackScenario | null;
	/** Milliseconds since 1970. */
	createdAtMs: number;
	checks: number;
	checksSinceDone: number;
	downloads: number;
	/** How many of its calls back are made, or were lost. */
	callbacksMade: number;
}

export interface SubmittedTask {
	scenario: Scenario;
	kindPath: string;
	externalTaskId: string | null;
	isKnown: boolean;
	quota: number;
	callbackUrl: string | null;
	oddCallback: CallbackScenario | null;
}

/** A task as the file has it; an empty text stands for none. */
type SavedTask = Omit<
	SandboxTask,
	'scenario' | 'externalTaskId' | 'callbackUrl' | 'oddCallback'
> & {
	scenario: string;
	externalTaskId: string;
	callbackUrl: string;
	oddCallback: string;
};

const COUNT = { type: 'integer', minimum: 0 } as const;

const SAVED_TASKS: JSONSchemaType<Record<string, SavedTask>> = {
	type: 'object',
	required: [],
	additionalProperties: {
		type: 'object',
		required: [
			'scenario',
			'kindPath',
			'externalTaskId',
			'isSubmitted',
			'isKnown',
			'quota',
			'callbackUrl',
			'oddCallback',
			'createdAtMs',
			'checks',
			'checksSinceDone',
			'downloads',
			'callbacksMade',
		],
		properties: {
			scenario: { type: 'string' },
			kindPath: { type: 'string' },
			externalTaskId: { type: 'string', default: '' },
			isSubmitted: { type: 'boolean', default: false },
			isKnown: { type: 'boolean', default: true },
			quota: { ...COUNT, default: 0 },
			callbackUrl: { type: 'string', default: '' },
			oddCallback: { type: 'string', default: '' },
			createdAtMs: COUNT,
			checks: COUNT,
			checksSinceDone: COUNT,
			downloads: COUNT,
			callbacksMade: { ...COUNT, default: 0 },
		},
	},
};

// files of before do not have all of it: their tasks cost nothing, and call nobody back
const isSavedTasks = new Ajv({ useDefaults: true }).compile(SAVED_TASKS);

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

	get all(): ReadonlyMap<string, SandboxTask> {
		return this.tasks;
	}

	/** @returns an id which no task had before: not in this file, nor in a sandbox before this one */
	newId(): string {
		const nowMs = this.now();
		let taskId: string;
		let number = this.tasks.size;
		do {
			// as long as Kling's own, which no JavaScript number holds
			taskId = `${nowMs}${String(number++ % 100_000).padStart(5, '0')}`;
		} while (this.tasks.has(taskId));
		return taskId;
	}

	async submit(taskId: string, submitted: SubmittedTask): Promise<SandboxTask> {
		return await this.add(taskId, { ...submitted, isSubmitted: true });
	}

	/** A task that nobody submitted: it begins when it is first asked for. */
	async begin(taskId: string, scenario: Scenario, kindPath: string): Promise<SandboxTask> {
		return await this.add(taskId, {
			scenario,
			kindPath,
			externalTaskId: null,
			isSubmitted: false,
			isKnown: true,
			quota: 0,
			callbackUrl: null,
			oddCallback: null,
		});
	}

	private async add(
		taskId: string,
		begun: SubmittedTask & Pick<SandboxTask, 'isSubmitted'>,
	): Promise<SandboxTask> {
		const task: SandboxTask = {
			...begun,
			createdAtMs: this.now(),
			checks: 0,
			checksSinceDone: 0,
			downloads: 0,
			callbacksMade: 0,
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
			saved[taskId] = {
				...task,
				scenario: task.scenario.text,
				externalTaskId: task.externalTaskId ?? '',
				callbackUrl: task.callbackUrl ?? '',
				oddCallback: task.oddCallback?.text ?? '',
			};
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
		const oddCallback = readCallbackScenario(task.oddCallback);
		if (scenario === null || (oddCallback === null && task.oddCallback !== '')) {
			throw new Error(refusal);
		}
		return [
			taskId,
			{
				...task,
				scenario,
				externalTaskId: task.externalTaskId || null,
				callbackUrl: task.callbackUrl || null,
				oddCallback,
			},
		];
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
