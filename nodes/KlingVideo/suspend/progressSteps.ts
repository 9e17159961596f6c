import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readCallback, type Callback } from '../gateway/callback';
import { getProcessAgeMs } from '../limits/monotonicClock';
import { isJsonObject } from '../reading/readJson';
import { withNodeRun } from '../run/nodeRun';
import { noteParentExecution } from '../submit/customData';
import { sendSubmission } from '../submit/sendSubmission';
import type { TaskKind } from '../taskKinds';
import {
	addCallback,
	getNextWakeUpMs,
	getUrgencies,
	planChecks,
	readCheckTimes,
	type CheckTimes,
} from './checkTimes';
import {
	createProgressItems,
	keepWaits,
	readKeptTimes,
	readKeptWaits,
	startWaitForItem,
	STORED_WAIT_FIELD,
} from './keptWaits';
import { MIN_TIMER_SECONDS, PAUSE_FIELD } from './progressWorkflow';
import { runRound } from './round';
import type { StoredWait } from './storedWait';
import { createProgressItem, endWait, isSubmittedByProgress } from './suspendedWait';
import { readParentState } from './suspendExecution';
import { createUnclearProblem } from './submitPending';
import { createResults, isOver, refuseAllItems } from './waitResults';
import { cancelWakeUpCall, OWN_CALL, planWakeUpCall } from './wakeUpCall';

/**
 * While n8n starts, it resumes executions whose pause was over while it was off. A moment later it takes
 * all that are running for those that were cut off when it ended, and marks them as crashed: the waiting
 * execution is not to go on before that.
 */
const N8N_START_MS = 60_000;

/** A pause that is not much shorter than n8n's shortest is left to its timer. */
const MAX_CALL_AFTER_MS = 61_000;

/** n8n saves the waiting execution after this one: until then, it could not be resumed. */
const PARENT_SAVED_WITHIN_MS = 60_000;
const PARENT_CHECK_GAP_MS = 2000;

/** Who has woken the execution, as people read it in its items. */
type WokenBy = 'Kling' | 'timer' | 'unknown call';

/**
 * The first step in the progress workflow. Keeps the waits before the first pause, since a call that ends
 * it brings items of its own; and submits the tasks that Kling is to call about, which need the address of
 * this execution.
 */
export async function beginToWait(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	const waits = readKeptWaits(context);
	// a later step says what is wrong
	if (waits === null) return context.getInputData();
	const [wait] = waits;
	if (wait !== undefined) noteParentExecution(context, wait.parentExecutionId);
	const times = { ...readCheckTimes(undefined, waits), begunAtMs: Date.now() };
	if (!isSubmittedByProgress(waits)) return pause(context, waits, planAll(times, waits));

	return await withNodeRun(context, waits.length, async (run) => {
		const before = endUnclearSubmits(context, waits);
		const after = await runRound(context, kind, before, run, sendSubmission);
		if (run.hasEnded()) return [];
		if (!isOver(context, after)) return pause(context, after, planAll(times, after));
		keepWaits(context, after, times);
		// the execution that waits has not been suspended: it makes the output
		return createProgressItems(
			after.map((wait) => ({ ...describe(wait, true, null), [STORED_WAIT_FIELD]: wait })),
		);
	});
}

/** After each pause: checks the tasks that are due. */
export async function checkAgain(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	cancelWakeUpCall(context);
	const waits = readKeptWaits(context);
	const startingForMs = N8N_START_MS - getProcessAgeMs();
	if (waits === null) {
		// the next step says what is wrong
		return createProgressItems(
			context.getInputData().map(({ json }) => ({ ...json, allDone: startingForMs <= 0 })),
		);
	}
	const wakeUp = readWakeUp(context);
	const nowMs = Date.now();
	const keptTimes = readCheckTimes(readKeptTimes(context), waits);
	const times = addCallback(keptTimes, wakeUp.callback, waits, nowMs);
	const pauseAgain = (minMs: number) => pause(context, waits, times, minMs, wakeUp.wokenBy);
	const parent = await readParentState(context, waits);
	const isNew = nowMs - times.begunAtMs < PARENT_SAVED_WITHIN_MS;
	if (parent === 'ended' || (parent === 'running' && !isNew)) return [];
	if (parent === 'running') return pauseAgain(PARENT_CHECK_GAP_MS);
	// no check either: n8n would take this execution, too, for one that was cut off
	if (startingForMs > 0) return pauseAgain(startingForMs);
	const urgencies = getUrgencies(times, waits, nowMs);
	if (urgencies.every((urgency) => urgency === 'notDue')) return pauseAgain(0);

	return await withNodeRun(context, waits.length, async (run) => {
		const before = endUnclearSubmits(context, waits);
		const urgencyOf = (index: number) => urgencies[index] ?? 'due';
		const after = await runRound(context, kind, before, run, sendSubmission, urgencyOf);
		if (run.hasEnded()) return [];
		const needsTime = (index: number) =>
			urgencyOf(index) !== 'notDue' || after[index] !== before[index];
		const planned = planChecks(times, after, needsTime, Date.now());
		if (!isOver(context, after)) return pause(context, after, planned, 0, wakeUp.wokenBy);
		keepWaits(context, after, planned);
		return createProgressItems(after.map((wait) => describe(wait, true, wakeUp.wokenBy)));
	});
}

/** At its end: makes the output of the node that waits. */
export async function handOverResults(
	context: IExecuteFunctions,
	kind: TaskKind,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.some(({ json }) => STORED_WAIT_FIELD in json)) return items;
	const waits = readKeptWaits(context);
	if (waits === null) {
		const started = items.map((_, itemIndex) => startWaitForItem(context, kind, itemIndex));
		return refuseAllItems(context, kind, started, { kind: 'otherVersion' });
	}
	return await withNodeRun(context, waits.length, (run) =>
		createResults(context, kind, waits, run),
	);
}

/**
 * Leaves the execution to be suspended until the next check is due. A call of this process wakes it for
 * one that comes sooner than n8n's timer can.
 */
function pause(
	context: IExecuteFunctions,
	waits: StoredWait[],
	times: CheckTimes,
	minMs = 0,
	wokenBy: WokenBy | null = null,
): INodeExecutionData[] {
	keepWaits(context, waits, times);
	const pauseMs = Math.max(minMs, getNextWakeUpMs(times, waits) - Date.now());
	const isBeforeTimer = pauseMs < MAX_CALL_AFTER_MS;
	if (isBeforeTimer) planWakeUpCall(context, pauseMs);
	const pauseSeconds = Math.ceil(pauseMs / 1000);
	const isLong = pauseSeconds > MIN_TIMER_SECONDS;
	return createProgressItems(
		waits.map((wait) => ({
			...describe(wait, false, wokenBy),
			...(isLong && { [PAUSE_FIELD]: pauseSeconds }),
		})),
	);
}

function describe(wait: StoredWait, allDone: boolean, wokenBy: WokenBy | null): IDataObject {
	return { ...createProgressItem(wait, allDone), ...(wokenBy !== null && { wokenBy }) };
}

function planAll(times: CheckTimes, waits: StoredWait[]): CheckTimes {
	return planChecks(times, waits, () => true, Date.now());
}

/** When n8n's "Retry" runs a step again, the first time may have submitted what is not submitted by its data. */
function endUnclearSubmits(context: IExecuteFunctions, waits: StoredWait[]): StoredWait[] {
	if (context.getMode() !== 'retry') return waits;
	const cause = 'n8n was cut off while it was submitted';
	return waits.map((wait) =>
		wait.pendingSubmit === null
			? wait
			: endWait(wait, createUnclearProblem(wait.pendingSubmit, cause)),
	);
}

/** Reads what has woken the execution: n8n's Wait node gives one item of a call, and its input after a timer. */
function readWakeUp(context: IExecuteFunctions): { wokenBy: WokenBy; callback: Callback } {
	const json = context.getInputData()[0]?.json ?? {};
	const body = isJsonObject(json.body) ? json.body : {};
	const isCall = 'webhookUrl' in json && 'headers' in json;
	if (!isCall || body.wokenBy === OWN_CALL.wokenBy) {
		return { wokenBy: 'timer', callback: { kind: 'noTask' } };
	}
	const callback = readCallback(JSON.stringify(body));
	return { wokenBy: callback.kind === 'noTask' ? 'unknown call' : 'Kling', callback };
}
