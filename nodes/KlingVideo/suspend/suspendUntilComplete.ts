import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { wordsOf } from '../gateway/answer';
import { outputItems } from '../output/outputItems';
import { report } from '../output/report';
import type { Situation } from '../output/situation';
import { inOneRun, type Run } from '../run/run';
import { isForsaken, parkExecution } from './execution';
import { isDone, progressOf, type ParkedTask } from './parkedTask';
import { networkOf } from './request';
import { checkRound } from './round';
import { keepTasks, progressItems, readTasks, taskOf } from './tasks';
import { whyNotHere } from './whyNotHere';

/**
 * Checks all tasks once. If they have not all ended, n8n parks this execution, and goes on with it
 * when the progress workflow has handed over what came of them.
 *
 * @throws what `report` throws
 */
export async function startToSuspend(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const whyNot = await whyNotHere(context);
	if (whyNot !== null) return refuse(context, whyNot);

	const tasks = context.getInputData().map((_, itemIndex) => taskOf(context, itemIndex));
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
	const progress = tasks.map((task) => progressOf(task, false));
	const begin = progress.map((json, index) => ({ ...json, parked: tasks[index] }));
	try {
		await parkExecution(context, tasks, progressItems(begin));
	} catch (error) {
		return refuse(context, { kind: 'notSuspended', cause: wordsOf(error) });
	}
	// shown while it is parked; then n8n puts the results in their place
	return progressItems(progress);
}

/** Says the same of all items. */
function refuse(context: IExecuteFunctions, situation: Situation): INodeExecutionData[] {
	return context.getInputData().map((_, itemIndex) => {
		const { taskId } = taskOf(context, itemIndex).asked.id;
		return report({ context, itemIndex }, situation, taskId, null);
	});
}
