import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readAsked } from '../input/asked';
import { outputItems } from '../output/outputItems';
import { errorItem, report } from '../output/report';
import type { Situation } from '../output/situation';
import { inOneRun, type Run } from '../run/run';
import { readPlan } from '../wait/plan';
import {
	deadlineMs,
	isDone,
	park,
	parkUnreadable,
	progressOf,
	readParked,
	type ParkedTask,
} from './parkedTask';
import { progressWorkflow } from './progressWorkflow';
import { networkOf, requestOptionsOf } from './request';
import { checkRound } from './round';
import { whyNotHere } from './whyNotHere';

/** Longer than n8n is ever switched off: when it is back, what is parked goes on as if nothing was. */
const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Checks all tasks once. If they have not all ended, n8n parks this execution, and goes on with it
 * when the progress workflow has handed over what came of them.
 *
 * @throws what `report` throws
 */
export async function startToSuspend(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const whyNot = await whyNotHere(context);
	if (whyNot !== null) return refuse(context, whyNot);

	const tasks = context.getInputData().map((_, itemIndex) => readTask(context, itemIndex));
	return await inOneRun(context, tasks.length, async (run) => {
		const checked = await checkRound(context, tasks, run);
		if (run.hasEnded()) return [];
		return isOver(context, checked)
			? await handOverAll(context, checked, run)
			: await suspend(context, checked);
	});
}

/** In the progress workflow, after each pause: the tasks as they are now. */
export async function checkAgain(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const tasks = readTasks(context);
	if (tasks === null) {
		// the hand-over says what is wrong
		return progressItems(context.getInputData().map(({ json }) => ({ ...json, allDone: true })));
	}
	if (await isForsaken(context, tasks)) return [];

	return await inOneRun(context, tasks.length, async (run) => {
		const checked = await checkRound(context, tasks, run);
		if (run.hasEnded()) return [];
		const over = isOver(context, checked);
		keepTasks(context, checked);
		return progressItems(checked.map((task) => progressOf(task, over)));
	});
}

/** In the progress workflow, at its end: the output for the node that waits. */
export async function handOver(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const tasks = readTasks(context);
	if (tasks === null) return refuse(context, { kind: 'parkedByOtherVersion' });
	return await inOneRun(context, tasks.length, (run) => handOverAll(context, tasks, run));
}

/** Whether nothing more is to be found out: one task's error ends all, unless the node continues. */
function isOver(context: IExecuteFunctions, tasks: ParkedTask[]): boolean {
	return tasks.every(isDone) || (!context.continueOnFail() && tasks.some(endedWithError));
}

function endedWithError({ outcome }: ParkedTask): boolean {
	return outcome?.kind === 'situation';
}

/**
 * Makes the output of all tasks, one item each, in their order.
 *
 * @throws what `report` throws, for the first task that ended with an error
 */
async function handOverAll(
	context: IExecuteFunctions,
	tasks: ParkedTask[],
	run: Run,
): Promise<INodeExecutionData[]> {
	const failed = context.continueOnFail() ? -1 : tasks.findIndex(endedWithError);
	const network = tasks.some(({ outcome }) => outcome?.kind === 'task') ? networkOf(context) : {};
	const outputs = await Promise.all(
		tasks.map(async ({ asked, outcome }, itemIndex) =>
			outcome === null || (failed !== -1 && failed !== itemIndex)
				? []
				: await outputItems({ context, itemIndex }, asked, outcome, network, run),
		),
	);
	return outputs.flat();
}

async function suspend(
	context: IExecuteFunctions,
	tasks: ParkedTask[],
): Promise<INodeExecutionData[]> {
	const { id, name } = context.getWorkflow();
	const workflow = { id: String(id), name: name ?? 'Workflow' };
	const progress = tasks.map((task) => progressOf(task, false));
	const items = progressItems(progress.map((json, index) => ({ ...json, parked: tasks[index] })));
	const code = progressWorkflow({
		workflow,
		settings: context.getWorkflowSettings(),
		node: context.getNode(),
		requestOptions: requestOptionsOf(context),
		continueOnFail: context.continueOnFail(),
		createdAt: new Date(),
	});
	try {
		const { executionId } = await context.executeWorkflow({ code }, items, undefined, {
			parentExecution: {
				executionId: context.getExecutionId(),
				workflowId: workflow.id,
				shouldResume: true,
			},
			executionMode: context.getMode(),
		});
		// the editor makes a link of it
		context.setMetadata({ subExecution: { executionId, workflowId: workflow.id } });
	} catch (error) {
		return refuse(context, { kind: 'notSuspended', cause: messageOf(error) });
	}
	if (!isWatchedOver(context)) await setLastResort(context, tasks);
	// shown while it is parked; then n8n puts the results in their place
	return items;
}

/** From 2.41 on, n8n notes whom an execution waits for, and sees to it that none waits in vain. */
function isWatchedOver(context: IExecuteFunctions): boolean {
	return context.getExecuteData().metadata?.waitingChildExecutionIds !== undefined;
}

/**
 * Has n8n go on without the progress workflow, a week after the last task's time is up: without it, a
 * sub-execution that is cut off in the middle of a check leaves the one that waits alone for ever.
 *
 * n8n then puts out what the node had as its input: there is no other way to say something.
 */
async function setLastResort(context: IExecuteFunctions, tasks: ParkedTask[]): Promise<void> {
	const items = tasks.map(({ asked, tally }, itemIndex) =>
		errorItem(itemIndex, { kind: 'progressLost' }, asked.id.taskId, tally.seen?.task ?? null),
	);
	context.getExecuteData().data.main = [items];
	const lastDeadlineMs = Math.max(...tasks.map(deadlineMs));
	await context.putExecutionToWait(new Date(lastDeadlineMs + WEEK_MS));
}

/**
 * Whether the execution that waits has been stopped, has ended or was deleted: n8n tells the progress
 * workflow nothing of that.
 */
async function isForsaken(context: IExecuteFunctions, tasks: ParkedTask[]): Promise<boolean> {
	const [parentExecutionId] = tasks.map((task) => task.parentExecutionId);
	if (parentExecutionId === undefined) return false;
	const parent = await context.getExecutionDataById(parentExecutionId);
	return parent?.waitTill === undefined || parent.resultData.error !== undefined;
}

function readTask(context: IExecuteFunctions, itemIndex: number): ParkedTask {
	const parameter = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const waiting = { parentExecutionId: context.getExecutionId(), startedAtMs: Date.now() };
	try {
		return park({
			...waiting,
			asked: readAsked(parameter),
			plan: readPlan(parameter('options', {})),
		});
	} catch (error) {
		return parkUnreadable({ ...waiting, cause: messageOf(error) });
	}
}

/** n8n keeps this with the progress execution, once, and not with what each check puts out. */
function keepTasks(context: IExecuteFunctions, tasks: ParkedTask[]): void {
	context.getContext('flow').tasks = tasks;
}

/**
 * The tasks as they were last kept, or, before the first check, as they came along.
 *
 * @returns null if one of them cannot be read
 */
function readTasks(context: IExecuteFunctions): ParkedTask[] | null {
	const kept: unknown = context.getContext('flow').tasks;
	const written = Array.isArray(kept)
		? kept
		: context.getInputData().map(({ json }) => json.parked);
	const tasks = written.map(readParked);
	return tasks.every((task) => task !== null) ? tasks : null;
}

function progressItems(jsons: IDataObject[]): INodeExecutionData[] {
	return jsons.map((json, item) => ({ json, pairedItem: { item } }));
}

/** Says the same of all items. */
function refuse(context: IExecuteFunctions, situation: Situation): INodeExecutionData[] {
	return context.getInputData().map((_, itemIndex) => {
		const { taskId } = readTask(context, itemIndex).asked.id;
		return report({ context, itemIndex }, situation, taskId, null);
	});
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
