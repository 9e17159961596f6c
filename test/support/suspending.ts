/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { inspect } from 'node:util';
import type {
	ExecuteWorkflowOptions,
	IDataObject,
	IExecuteContextData,
	INodeExecutionData,
	INodeParameters,
	IRunExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import type { NodeRunResult, OtherExecutions } from '../../engine/n8nEngine';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { throughDatabase } from './database';
import { runKling, startKling, type KlingRun } from './kling';

export const suspending = (options: IDataObject = {}): INodeParameters => ({
	operation: 'suspendUntilComplete',
	options: options as INodeParameters,
});

/** The pause between two rounds. */
export const ROUND_MS = 66_000;

const PARENT_ID = '1';
const CHILD_ID = 'progress';

/** What the database holds is never to hold the token. */
function throughSafeDatabase<T>(value: T): T {
	const read = throughDatabase(value);
	expect(JSON.stringify(read)).not.toContain(SANDBOX_TOKEN.replace('sk-', ''));
	return read;
}

/** A sub-workflow that the node has started. */
export interface Started {
	code: IWorkflowBase;
	items: INodeExecutionData[];
	options: ExecuteWorkflowOptions;
}

/** n8n's database, as far as a suspended wait needs it. */
export class Database implements OtherExecutions {
	readonly started: Started[] = [];

	/** By their ids. */
	readonly executions = new Map<string, IRunExecutionData>();

	/** Whether it cannot be read at the moment. */
	isAway = false;

	/** Where suspended executions are called; nobody serves the one that is there at first. */
	webhookWaitingBaseUrl = 'none://localhost';

	executeWorkflow: OtherExecutions['executeWorkflow'] = async ({ code }, _more, options) => {
		if (code === undefined) throw new Error('Only inline workflows are known here');
		const items = throughSafeDatabase(options.inputData ?? []);
		const started = { code: throughSafeDatabase(code), items, options };
		this.started.push(started);
		const data = await this.onStarted(started);
		const waitTill = new Date(Date.now() + ROUND_MS);
		return { executionId: CHILD_ID, data: [data.items], ...(data.isSuspended && { waitTill }) };
	};

	/** What becomes of a sub-workflow; at first it is suspended at once. */
	onStarted: (started: Started) => Promise<{ items: INodeExecutionData[]; isSuspended: boolean }> =
		async ({ items }) => ({ items, isSuspended: true });

	readonly getRunExecutionData: OtherExecutions['getRunExecutionData'] = async (id) => {
		if (this.isAway) throw new Error('SQLITE_BUSY: database is locked');
		return this.executions.get(id);
	};
}

/**
 * A wait that n8n has suspended. The progress workflow's own nodes are n8n's and not here: what they do
 * between two runs of this node is done by hand, on n8n's engine for this node.
 */
export class SuspendedRun {
	/** What the progress workflow hands from node to node. */
	items: INodeExecutionData[];

	/** What it keeps beside them. */
	private contextData: IExecuteContextData = {};

	private parent: NodeRunResult | null = null;

	rounds = 0;

	/** What the node "Begin to Wait" has made, if there is one. */
	begun: NodeRunResult | null = null;

	/** How n8n runs the progress workflow; `retry` for its button "Retry". */
	mode: 'integrated' | 'retry' = 'integrated';

	constructor(
		private readonly run: KlingRun,
		readonly database: Database,
		readonly started: Started,
	) {
		this.items = started.items;
	}

	/** Of the execution that waits. */
	get shown(): NodeRunResult {
		if (this.parent === null) throw new Error('It is not suspended yet');
		return this.parent;
	}

	/** Has n8n save the execution that waits. */
	saveParent(parent: NodeRunResult): void {
		this.parent = parent;
		this.database.executions.set(PARENT_ID, parent.saved);
	}

	/** The node "Begin to Wait", which progress workflows of early versions have not. */
	async begin(): Promise<{ items: INodeExecutionData[]; isSuspended: boolean }> {
		if (this.started.code.nodes.some(({ name }) => name === 'Begin to Wait')) {
			this.begun = await startKling(this.runOf('Begin to Wait')).finished;
			this.keep(this.begun);
		}
		if (!this.allDone) return { items: this.items, isSuspended: true };
		const { items } = await this.handOver();
		return { items: throughSafeDatabase(items), isSuspended: false };
	}

	/** Changes what is kept of a task. */
	changeKept(index: number, change: (kept: unknown) => unknown): void {
		const flow = this.contextData.flow;
		if (!Array.isArray(flow?.tasks)) throw new Error('Nothing is kept');
		flow.tasks[index] = change(flow.tasks[index]);
	}

	/** What n8n's Wait node hands on when a call has woken the execution. */
	call(body: IDataObject = {}): void {
		const headers = { 'user-agent': 'somebody' };
		this.items = [
			{
				json: { headers, params: {}, query: {}, body, webhookUrl: '', executionMode: 'production' },
			},
		];
	}

	/** The node "Check Tasks", as it stands in the progress workflow. */
	startRound() {
		this.rounds++;
		return startKling(this.runOf('Check Tasks'));
	}

	/** A round, and what n8n's database makes of it. */
	async checkAgain(): Promise<NodeRunResult> {
		const result = await this.startRound().finished;
		this.keep(result);
		return result;
	}

	/** What n8n's database makes of what a node has put out. */
	private keep({ items, saved }: NodeRunResult): void {
		this.items = throughSafeDatabase(items);
		this.contextData = throughSafeDatabase(saved.executionData?.contextData ?? {});
	}

	/** What the node "All Done?" asks. */
	get allDone(): boolean {
		const [said, ...others] = new Set(this.items.map(({ json }) => json.allDone));
		// else n8n's IF would send some items on and others back
		expect(others).toEqual([]);
		return said === true;
	}

	/** The last node, which has the name of the one that waits. */
	startHandingOver() {
		return startKling(this.runOf('Kling Video'));
	}

	async handOver(): Promise<NodeRunResult> {
		return await this.startHandingOver().finished;
	}

	/** The whole loop. */
	async resume(pass: (ms: number) => void): Promise<NodeRunResult> {
		do {
			if (this.rounds > 100) throw new Error('An endless wait');
			pass(ROUND_MS);
			await this.checkAgain();
		} while (!this.allDone);
		return await this.handOver();
	}

	private runOf(name: string): KlingRun {
		const { code } = this.started;
		const node = code.nodes.find((one) => one.name === name);
		if (node === undefined) throw new Error(`There is no node ${name}`);
		return {
			...this.run,
			tasks: this.items.map(({ json }) => json),
			typeName: node.type,
			parameters: node.parameters,
			settings: node.onError === undefined ? {} : { onError: node.onError },
			place: {
				id: CHILD_ID,
				mode: this.mode,
				workflow: { id: code.id, name: code.name, settings: code.settings ?? {} },
			},
			otherExecutions: this.database,
			contextData: this.contextData,
		};
	}
}

export interface SuspendingRun extends KlingRun {
	/** Where n8n says that suspended executions are called; it is no address of the web at first. */
	webhookWaitingBaseUrl?: string;
}

/** Runs the node, which may have something to wait for. */
async function startSuspending(run: SuspendingRun): Promise<NodeRunResult | SuspendedRun> {
	const database = new Database();
	const runs: SuspendedRun[] = [];
	database.onStarted = async (started) => {
		const suspended = new SuspendedRun(run, database, started);
		runs.push(suspended);
		return await suspended.begin();
	};
	// the address is known by the process in which both executions run
	database.webhookWaitingBaseUrl = run.webhookWaitingBaseUrl ?? database.webhookWaitingBaseUrl;
	const shown = await runKling({ ...run, otherExecutions: database });
	const suspended = runs.at(-1);
	// only the last one is suspended, those of earlier tries have ended
	expect(runs.slice(0, -1).map(({ allDone }) => allDone)).not.toContain(false);
	if (suspended === undefined || shown.status !== 'waiting') return shown;

	suspended.saveParent(shown);
	return suspended;
}

/** Runs the node, which has to have something to wait for. */
export async function suspend(run: SuspendingRun): Promise<SuspendedRun> {
	const started = await startSuspending(run);
	if (started instanceof SuspendedRun) return started;
	throw new Error(`There was nothing to wait for: ${inspect(started)}`);
}

/** Runs the node, and all rounds if there is something to wait for. */
export async function suspendToEnd(
	run: SuspendingRun,
	pass: (ms: number) => void,
): Promise<NodeRunResult> {
	const started = await startSuspending(run);
	return started instanceof SuspendedRun ? await started.resume(pass) : started;
}

/** What the tests of suspended waits do with the file's sandbox. */
export function suspendIn(sandbox: KlingRun['sandbox']) {
	return {
		/** A run that is not to suspend anything, and the sub-workflows that it started all the same. */
		async runAtOnce(run: Omit<KlingRun, 'sandbox'>) {
			const database = new Database();
			const result = await runKling({
				sandbox,
				parameters: suspending(),
				otherExecutions: database,
				...run,
			});
			return { result, started: database.started };
		},

		async suspendTasks(tasks: KlingRun['tasks'], more: Partial<KlingRun> = {}) {
			return await suspend({ sandbox, tasks, parameters: suspending(), ...more });
		},
	};
}

/** The same without the figures of the waits, which depend on the moment. */
export function withoutFigures(items: INodeExecutionData[]) {
	return items.map(({ json, ...item }) => ({ ...item, json: { ...json, wait: 'wait' in json } }));
}

/** What a thrown error says. */
export function wordsOf({ status, error }: NodeRunResult) {
	const { name, message, description, httpCode, context } = Object(error);
	return { status, name, message, description, httpCode, itemIndex: context?.itemIndex };
}
