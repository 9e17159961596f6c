import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getProcessAgeMs } from '../limits/monotonicClock';
import { createOutputItems } from '../operations/createOutputItems';
import { errorItemOrThrow } from '../problems/errorItemOrThrow';
import type { Problem } from '../problems/problem';
import { getTaskId } from '../operations/itemParameters';
import { readErrorMessage } from '../reading/readError';
import { withNodeRun, type NodeRun } from '../run/nodeRun';
import { sendSubmission } from '../submit/sendSubmission';
import type { TaskKind } from '../taskKinds';
import { checkAllTasks } from './checkAllTasks';
import {
	createProgressItems,
	keepRoundTime,
	keepWaits,
	readKeptWaits,
	readMsSinceRound,
	startWaitForItem,
} from './keptWaits';
import { readNetworkSettingsOrThrow } from '../operations/nodeRequest';
import {
	isSuspendStep,
	SECONDS_BETWEEN_CHECKS,
	SUSPEND_STEP_PARAMETER,
	type SuspendStep,
} from './progressWorkflow';
import type { StoredWait } from './storedWait';
import { submitPending, type Submit } from './submitPending';
import { findSuspendBlocker } from './suspendBlocker';
import { createProgressItem, hasEnded } from './suspendedWait';
import { cancelWakeUpCall, planWakeUpCall } from './wakeUpCall';
import { isParentGone, suspendExecutionOrThrow } from './suspendExecution';

/**
 * While n8n starts, it resumes executions whose pause was over while it was off. A moment later it takes
 * all that are running for those that were cut off when it ended, and marks them as crashed: the waiting
 * execution is not to go on before that. Less than the pause between two checks, so that it is over at
 * the next one.
 */
const N8N_START_MS = 60_000;

/** Whoever wakes the execution sooner wakes it in vain: a timer that n8n had set before, or a stranger. */
const MIN_CHECK_GAP_MS = 15_000;

const CHECK_GAP_MS = SECONDS_BETWEEN_CHECKS * 1000;

type RunStep = (context: IExecuteFunctions, kind: TaskKind) => Promise<INodeExecutionData[]>;

const STEPS: Record<SuspendStep, RunStep> = {
	start: startSuspending,
	begin: beginToWait,
	checkAgain,
	handOver: handOverResults,
};

/**
 * "Suspend Until Complete": runs the step that the node's hidden parameter names. The user's own node
 * has the first one, the nodes of the progress workflow the others.
 *
 * @throws what `errorItemOrThrow` throws. For a step that this version does not know as well: it
 * belongs to a wait of another version, and to start a new wait there would be wrong.
 */
export async function runSuspendStep(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	const step: unknown = context.getNodeParameter(SUSPEND_STEP_PARAMETER, 0, 'start');
	return isSuspendStep(step)
		? await STEPS[step](context, kind)
		: refuseAllItems(context, kind, startWaits(context, kind), { kind: 'otherVersion' });
}

/**
 * Checks all tasks once. If they have not all ended, n8n suspends this execution, and goes on with it
 * when the progress workflow has handed over the results.
 */
async function startSuspending(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	const blocker = await findSuspendBlocker(context);
	const waits = startWaits(context, kind);
	if (blocker !== null) return refuseAllItems(context, kind, waits, blocker);
	return await suspendUntilDone(context, kind, waits, sendSubmission);
}

/**
 * Makes the first round of the waits, and suspends the execution if that did not end them all.
 *
 * @param submit sends what is still to be created
 * @throws what `errorItemOrThrow` throws
 */
export async function suspendUntilDone(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	submit: Submit,
): Promise<INodeExecutionData[]> {
	return await withNodeRun(context, waits.length, async (run) => {
		const after = await runRound(context, kind, waits, run, submit);
		if (run.hasEnded()) return [];
		return isOver(context, after)
			? await createResults(context, kind, after, run)
			: await suspend(context, kind, after);
	});
}

function startWaits(context: IExecuteFunctions, kind: TaskKind): StoredWait[] {
	return context.getInputData().map((_, itemIndex) => startWaitForItem(context, kind, itemIndex));
}

/** Checks the tasks that there are, then creates those for which there is a place now. */
async function runRound(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
	submit: Submit,
): Promise<StoredWait[]> {
	const checked = await checkAllTasks(context, kind, waits, run);
	return run.hasEnded() ? checked : await submitPending(context, kind, checked, run, submit);
}

/** In the progress workflow, before the first pause: a call that ends it brings items of its own. */
async function beginToWait(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const waits = readKeptWaits(context);
	// the next step says what is wrong
	return waits === null ? context.getInputData() : pauseAgain(context, waits);
}

/** In the progress workflow, after each pause: checks the tasks again. */
async function checkAgain(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	cancelWakeUpCall(context);
	const waits = readKeptWaits(context);
	const isN8nStarting = getProcessAgeMs() < N8N_START_MS;
	if (waits === null) {
		// the next step says what is wrong
		return createProgressItems(
			context.getInputData().map(({ json }) => ({ ...json, allDone: !isN8nStarting })),
		);
	}
	if (await isParentGone(context, waits)) return [];
	// no check either: n8n would take this execution, too, for one that was cut off
	if (isN8nStarting || readMsSinceRound(context) < MIN_CHECK_GAP_MS) {
		return pauseAgain(context, waits);
	}

	return await withNodeRun(context, waits.length, async (run) => {
		const after = await runRound(context, kind, waits, run, sendSubmission);
		if (run.hasEnded()) return [];
		const allDone = isOver(context, after);
		keepWaits(context, after);
		keepRoundTime(context);
		if (!allDone) planWakeUpCall(context, CHECK_GAP_MS);
		return createProgressItems(after.map((wait) => createProgressItem(wait, allDone)));
	});
}

/** Leaves the waits as they are until the next round. */
function pauseAgain(context: IExecuteFunctions, waits: StoredWait[]): INodeExecutionData[] {
	keepWaits(context, waits);
	const sinceRoundMs = readMsSinceRound(context);
	planWakeUpCall(context, sinceRoundMs < CHECK_GAP_MS ? CHECK_GAP_MS - sinceRoundMs : CHECK_GAP_MS);
	return createProgressItems(waits.map((wait) => createProgressItem(wait, false)));
}

/** In the progress workflow, at its end: makes the output of the node that waits. */
async function handOverResults(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	const waits = readKeptWaits(context);
	if (waits === null) {
		return refuseAllItems(context, kind, startWaits(context, kind), { kind: 'otherVersion' });
	}
	return await withNodeRun(context, waits.length, (run) =>
		createResults(context, kind, waits, run),
	);
}

/** Whether no check is needed any more: one task's error ends all waits, unless the node continues. */
function isOver(context: IExecuteFunctions, waits: StoredWait[]): boolean {
	return waits.every(hasEnded) || (!context.continueOnFail() && waits.some(endedWithProblem));
}

function endedWithProblem({ outcome }: StoredWait): boolean {
	return outcome?.kind === 'problem';
}

/**
 * Makes the output of all tasks, one item each, in their order.
 *
 * @throws what `errorItemOrThrow` throws, for the first task that ended with a problem
 */
async function createResults(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
): Promise<INodeExecutionData[]> {
	const failedIndex = context.continueOnFail() ? null : findIndex(waits, endedWithProblem);
	const needsNetwork = waits.some(({ outcome }) => outcome?.kind === 'task');
	const request = needsNetwork ? readNetworkSettingsOrThrow(context) : {};
	const outputs = await Promise.all(
		waits.map(async ({ parameters, plan, outcome }, itemIndex) =>
			outcome === null || (failedIndex !== null && failedIndex !== itemIndex)
				? []
				: await createOutputItems(
						{ context, itemIndex, taskKind, run, maxWaitMs: plan.maxWaitMs },
						parameters,
						outcome,
						request,
					),
		),
	);
	return outputs.flat();
}

function findIndex<T>(list: T[], matches: (entry: T) => boolean): number | null {
	const index = list.findIndex(matches);
	return index === -1 ? null : index;
}

async function suspend(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
): Promise<INodeExecutionData[]> {
	const progress = waits.map((wait) => createProgressItem(wait, false));
	const firstItems = progress.map((json, index) => ({ ...json, storedWait: waits[index] }));
	try {
		await suspendExecutionOrThrow(context, kind, waits, createProgressItems(firstItems));
	} catch (error) {
		const problem = { kind: 'notSuspended', cause: readErrorMessage(error) } as const;
		return refuseAllItems(context, kind, waits, problem);
	}
	// shown while the execution is suspended; then n8n puts the results in their place
	return createProgressItems(progress);
}

/** Gives the same problem to all items. */
function refuseAllItems(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	waits: StoredWait[],
	problem: Problem,
): INodeExecutionData[] {
	return waits.map(({ parameters }, itemIndex) =>
		errorItemOrThrow(context, {
			itemIndex,
			problem,
			taskId: getTaskId(parameters),
			creates: parameters.creates,
			taskKind,
			lastTask: null,
		}),
	);
}
