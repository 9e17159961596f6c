import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getTaskPhase, type Task } from '../gateway/task';
import { monotonicNowMs } from '../limits/monotonicClock';
import { createOutputItems } from '../operations/createOutputItems';
import { nameCreatedTask, type ItemParameters } from '../operations/itemParameters';
import { createStatusRequestOrThrow } from '../operations/nodeRequest';
import type { RunItem } from '../operations/runItem';
import { createStatusCheck } from '../operations/statusCheck';
import { readErrorMessage } from '../reading/readError';
import { withNodeRun } from '../run/nodeRun';
import { readSubmitLimits } from '../submit/createParameters';
import type { CreatableTaskKind } from '../submit/prepareSubmission';
import type { CreatedVideo } from '../submit/sendSubmission';
import { SubmitLine } from '../submit/submitLine';
import { forgetVideo, submitVideo } from '../submit/submitVideo';
import { nextCheckGapMs } from '../wait/schedule';
import { waitForTask } from '../wait/waitForTask';
import { createProblemOutcome, type StoppedWait, type WaitOutcome } from '../wait/waitOutcome';
import { readWaitPlan, type WaitPlan } from '../wait/waitPlan';
import { readCreateItem, readFirstOptions, type CreateItem } from './createItem';
import { suspendCreating } from './suspendCreating';

/** What a submit call's reply says of a task. */
const SUBMITTED_TASK: Task = {
	status: 'SUBMITTED',
	action: null,
	progress: 0,
	videos: [],
	imagesAndAudio: [],
	failureReason: null,
	submittedAtMs: null,
};

/**
 * "Create": submits the video of each input item, then waits for it, suspends the execution until it is
 * there, or gives the task's id at once.
 *
 * @throws what `errorItemOrThrow` throws
 */
export async function createVideos(
	context: IExecuteFunctions,
	taskKind: CreatableTaskKind,
): Promise<INodeExecutionData[]> {
	const afterSubmit: unknown = context.getNodeParameter('afterSubmit', 0, 'wait');
	if (afterSubmit === 'suspend') return await suspendCreating(context, taskKind);

	const waits = afterSubmit !== 'returnTask';
	const itemCount = context.getInputData().length;
	return await withNodeRun(context, itemCount, async (run) => {
		const options = readFirstOptions(context);
		const maxFailedConnections = readWaitPlan(options).maxFailedChecks;
		const limits = { ...readSubmitLimits(options), maxFailedConnections };
		const line = new SubmitLine(limits, run.timers, run.hasEnded);
		const results: Array<Promise<ItemResult>> = [];
		// one after another, since each may have megabytes of images; what is read gets into the line
		for (let itemIndex = 0; itemIndex < itemCount && !run.hasEnded(); itemIndex++) {
			const item = { context, itemIndex, taskKind, run };
			const created = await readCreateItem(context, taskKind, itemIndex);
			results.push(settle(createVideo(item, created, line, waits)));
		}
		return collectOrThrow(await Promise.all(results));
	});
}

interface ItemToCreate extends Omit<RunItem, 'maxWaitMs'> {
	context: IExecuteFunctions;
	taskKind: CreatableTaskKind;
}

async function createVideo(
	started: ItemToCreate,
	created: CreateItem,
	line: SubmitLine,
	waits: boolean,
): Promise<INodeExecutionData[]> {
	const { context, itemIndex, taskKind, run } = started;
	const { parameters, plan } = created;
	const item = { ...started, maxWaitMs: plan.maxWaitMs };
	const submitted =
		created.kind === 'problem'
			? created
			: await submitVideo(context, {
					submission: created.submission,
					itemIndex,
					label: taskKind.label,
					timeoutMs: parameters.timeoutMs,
					run,
					line,
				});
	if (submitted.kind === 'problem') {
		const outcome = createProblemOutcome(submitted.problem, null);
		return await createOutputItems(item, parameters, outcome, {});
	}
	if (submitted.kind !== 'created') return [];

	const named = { ...parameters, ...nameCreatedTask(submitted.taskId) };
	if (!waits) {
		const reply = { kind: 'task', task: SUBMITTED_TASK, body: submitted.body } as const;
		return await createOutputItems(item, named, { kind: 'task', reply, wait: null }, {});
	}
	const { outcome, request } = await waitForVideo(item, named, plan, submitted);
	line.release();
	if (hasFailed(outcome)) forgetVideo(context, itemIndex);
	return await createOutputItems(item, named, outcome, request);
}

/** Waits as "Wait Until Complete" does; the time counts from when the task was submitted. Never throws. */
async function waitForVideo(
	{ context, taskKind, run }: ItemToCreate,
	parameters: ItemParameters,
	plan: WaitPlan,
	{ submittedAtMs, isNew }: CreatedVideo,
) {
	try {
		const request = await createStatusRequestOrThrow(context, taskKind);
		const check = await createStatusCheck(context, request, parameters, run);
		const { intervalMs, maxWaitMs } = plan;
		// one that was just created is not looked at at once; one of an earlier try may long be done
		const firstGapMs = isNew ? nextCheckGapMs({ intervalMs, ageMs: 0, failedChecks: 0 }) : 0;
		await run.sleep(Math.min(firstGapMs, maxWaitMs));
		const elapsedMs = Math.max(0, Date.now() - submittedAtMs);
		const dependencies = {
			now: monotonicNowMs,
			wallClockNow: Date.now,
			sleep: run.sleep,
			check,
			hasEnded: run.hasEnded,
		};
		return { outcome: await waitForTask(plan, dependencies, elapsedMs), request };
	} catch (error) {
		const problem = { kind: 'notSent', cause: readErrorMessage(error) } as const;
		return { outcome: createProblemOutcome(problem, null), request: {} };
	}
}

function hasFailed(outcome: WaitOutcome | StoppedWait): boolean {
	switch (outcome.kind) {
		case 'task':
			return getTaskPhase(outcome.reply.task) === 'failed';
		case 'problem':
			return outcome.problem.kind === 'taskFailed';
		case 'stopped':
			return false;
	}
}

type ItemResult =
	| { kind: 'items'; items: INodeExecutionData[] }
	| { kind: 'error'; error: unknown };

/** An error that nobody listens to yet would end n8n's process. */
async function settle(items: Promise<INodeExecutionData[]>): Promise<ItemResult> {
	try {
		return { kind: 'items', items: await items };
	} catch (error) {
		return { kind: 'error', error };
	}
}

/** All items have ended: what was on its way when the first error came is kept by now. */
function collectOrThrow(results: ItemResult[]): INodeExecutionData[] {
	return results.flatMap((result) => {
		if (result.kind === 'error') throw result.error;
		return result.items;
	});
}
