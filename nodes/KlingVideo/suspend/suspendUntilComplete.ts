import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getTaskId } from '../operations/itemParameters';
import type { Problem } from '../problems/problem';
import { readErrorMessage } from '../reading/readError';
import { withNodeRun, type NodeRun } from '../run/nodeRun';
import { addToCustomData } from '../submit/customData';
import { sendSubmission } from '../submit/sendSubmission';
import { forgetVideo, rememberVideo } from '../submit/submitVideo';
import type { TaskKind } from '../taskKinds';
import { createProgressItems, startWaitForItem, STORED_WAIT_FIELD } from './keptWaits';
import { beginToWait, checkAgain, handOverResults } from './progressSteps';
import { isSuspendStep, SUSPEND_STEP_PARAMETER, type SuspendStep } from './progressWorkflow';
import { runRound } from './round';
import type { StoredWait } from './storedWait';
import { createUnclearProblem, type Submit } from './submitPending';
import { findSuspendBlocker } from './suspendBlocker';
import {
	createProgressItem,
	createWaitingItem,
	endWait,
	hasEnded,
	isSubmittedByProgress,
} from './suspendedWait';
import { suspendExecutionOrThrow, type SuspendResult } from './suspendExecution';
import { createResults, isOver, refuseAllItems } from './waitResults';

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

function startWaits(context: IExecuteFunctions, kind: TaskKind): StoredWait[] {
	return context.getInputData().map((_, itemIndex) => startWaitForItem(context, kind, itemIndex));
}

/**
 * Makes the first round of the waits, and suspends the execution if that did not end them all.
 *
 * @param submit sends what is still to be created here
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
			: await suspend(context, kind, after, run);
	});
}

async function suspend(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
): Promise<INodeExecutionData[]> {
	// until it says what became of it, a retry of this execution is not to submit it again
	const isSubmittedThere = isSubmittedByProgress(waits);
	if (isSubmittedThere) rememberAsUnclear(context, waits);
	const result = await startProgress(context, kind, waits, isSubmittedThere);
	for (const [itemIndex, wait] of result.waits.entries()) {
		const taskId = getTaskId(wait.parameters);
		const isNew = waits[itemIndex]?.pendingSubmit !== null && taskId !== null;
		if (isNew) addToCustomData(context, taskId);
	}
	// shown while the execution is suspended; then n8n puts the results in their place
	if (result.kind === 'suspended') {
		return createProgressItems(result.waits.map(createWaitingItem));
	}
	if (isSubmittedThere) rememberResults(context, waits, result.waits);
	return await createResults(context, kind, result.waits, run);
}

/** Never throws: where n8n does not suspend this execution, that ends the waits. */
async function startProgress(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	isSubmittedThere: boolean,
): Promise<{ kind: SuspendResult['kind']; waits: StoredWait[] }> {
	const items = waits.map((wait) => ({
		...createProgressItem(wait, false),
		[STORED_WAIT_FIELD]: wait,
	}));
	let cause = 'it did not say why';
	try {
		const progress = createProgressItems(items);
		const result = await suspendExecutionOrThrow(context, kind, waits, progress);
		if (result.waits !== null) return { kind: result.kind, waits: result.waits };
	} catch (error) {
		cause = readErrorMessage(error);
	}
	const problemOf = ({ pendingSubmit }: StoredWait): Problem =>
		isSubmittedThere && pendingSubmit !== null
			? createUnclearProblem(pendingSubmit, `n8n could not suspend the workflow (${cause})`)
			: { kind: 'notSuspended', cause };
	const ended = waits.map((wait) => (hasEnded(wait) ? wait : endWait(wait, problemOf(wait))));
	return { kind: 'ended', waits: ended };
}

function rememberAsUnclear(context: IExecuteFunctions, waits: StoredWait[]): void {
	const cause = 'n8n did not get to know what became of it';
	for (const [itemIndex, { pendingSubmit }] of waits.entries()) {
		if (pendingSubmit === null) continue;
		const result = { kind: 'unclear', isAccepted: false, cause } as const;
		rememberVideo(context, itemIndex, pendingSubmit.submission, result);
	}
}

function rememberResults(
	context: IExecuteFunctions,
	before: StoredWait[],
	after: StoredWait[],
): void {
	for (const [itemIndex, { parameters, outcome }] of after.entries()) {
		const pending = before[itemIndex]?.pendingSubmit ?? null;
		if (pending === null) continue;
		const taskId = getTaskId(parameters);
		const problem = outcome?.kind === 'problem' ? outcome.problem : null;
		if (taskId !== null) {
			rememberVideo(context, itemIndex, pending.submission, { kind: 'created', taskId, body: '' });
		} else if (problem?.kind === 'submitUnclear') {
			const { isAccepted, cause } = problem;
			rememberVideo(context, itemIndex, pending.submission, { kind: 'unclear', isAccepted, cause });
		} else {
			forgetVideo(context, itemIndex);
		}
	}
}
