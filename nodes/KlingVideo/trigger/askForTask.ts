import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { TaskReply } from '../gateway/checkResult';
import {
	buildStatusRequest,
	CREDENTIAL_TYPE,
	readBaseUrl,
	REQUEST_HEADERS,
} from '../gateway/gatewayRequest';
import { getTaskPhase, type Task } from '../gateway/task';
import { monotonicNowMs } from '../limits/monotonicClock';
import { createTaskItem, writeTaskItem } from '../operations/createTaskItem';
import { findParameterProblem, readItemParameters } from '../operations/itemParameters';
import { createStatusCheck } from '../operations/statusCheck';
import type { Problem } from '../problems/problem';
import type { TaskKind } from '../taskKinds';
import { waitForTask } from '../wait/waitForTask';
import type { StoppedWait, WaitOutcome } from '../wait/waitOutcome';
import type { WaitPlan } from '../wait/waitPlan';
import type { TriggerState } from './triggerState';

/**
 * The gateway mostly knows the end when Kling calls. Where it does not, or cannot be asked, it is asked
 * again for a minute.
 */
const PLAN: WaitPlan = {
	intervalMs: 3000,
	maxWaitMs: 60_000,
	// the time is the limit
	maxFailedChecks: Number.MAX_SAFE_INTEGER,
	onTimeout: 'error',
	onFailure: 'returnTask',
};

export const TRIGGER_EVENTS = ['done', 'failed', 'succeeded'] as const;

export type TriggerEvent = (typeof TRIGGER_EVENTS)[number];

/** A problem with what its texts speak of. */
export interface TaskProblem {
	problem: Problem;
	taskKind: TaskKind;
	lastTask: Task | null;
}

/** What the gateway's word on a task means for the workflow. */
export type Answer =
	/** `withoutFile` is why the file is not there that was to be. */
	| { kind: 'start'; item: INodeExecutionData; withoutFile: TaskProblem | null }
	/** The task has ended in the way that the workflow is not for. */
	| { kind: 'otherEvent' }
	| ({ kind: 'problem' } & TaskProblem);

/**
 * Asks the gateway for a task that a callback has named, and makes the workflow's item from what it says.
 *
 * @throws what n8n throws when a parameter or the credential cannot be read
 */
export async function askForTaskOrThrow(
	context: IWebhookFunctions,
	state: TriggerState,
	taskKind: TaskKind,
	taskId: string,
): Promise<Answer> {
	const event = context.getNodeParameter('event', 'done');
	const parameters = readItemParameters(taskKind, null, (name, fallback) =>
		name === 'taskId' ? taskId : context.getNodeParameter(name, fallback),
	);
	const parameterProblem = findParameterProblem(parameters);
	if (parameterProblem !== null) {
		return { kind: 'problem', problem: parameterProblem, taskKind, lastTask: null };
	}

	const request = {
		...buildStatusRequest(taskKind.path),
		baseURL: readBaseUrl(await context.getCredentials(CREDENTIAL_TYPE)),
		headers: REQUEST_HEADERS,
	};
	const check = await createStatusCheck(context, request, parameters, state.run);
	const outcome = await waitForTask(PLAN, {
		now: monotonicNowMs,
		wallClockNow: Date.now,
		sleep: state.run.sleep,
		check: async (limits) => await check({ ...limits, spreadOverMs: state.countCall() }),
		hasEnded: state.run.hasEnded,
	});
	const ended = readEnd(outcome, taskKind);
	if (ended.kind === 'problem') return ended;

	const known = { reply: ended.reply, wait: null };
	if (!fitsEvent(event, ended.reply.task)) return { kind: 'otherEvent' };
	const created = await createTaskItem(context, state.run, parameters, known, request);
	return created.kind === 'item'
		? { kind: 'start', item: created.item, withoutFile: null }
		: {
				kind: 'start',
				item: writeTaskItem(parameters, known, {}),
				withoutFile: { problem: created, taskKind, lastTask: ended.reply.task },
			};
}

type End = { kind: 'ended'; reply: TaskReply } | ({ kind: 'problem' } & TaskProblem);

function readEnd(outcome: WaitOutcome | StoppedWait, taskKind: TaskKind): End {
	switch (outcome.kind) {
		case 'task':
			return { kind: 'ended', reply: outcome.reply };
		case 'problem': {
			const { problem, lastReply } = outcome;
			// nothing more happens to it, and the workflow can tell by "succeeded"
			if (problem.kind === 'succeededWithoutVideo' && lastReply !== null) {
				return { kind: 'ended', reply: lastReply };
			}
			return { kind: 'problem', problem, taskKind, lastTask: lastReply?.task ?? null };
		}
		case 'stopped':
			return {
				kind: 'problem',
				problem: { kind: 'checkFailed', cause: 'the run has ended' },
				taskKind,
				lastTask: null,
			};
	}
}

/** A task without a video counts as failed, whatever the gateway calls it. */
function fitsEvent(event: unknown, task: Task): boolean {
	const succeeded = getTaskPhase(task) === 'succeeded';
	switch (event) {
		case 'succeeded':
			return succeeded;
		case 'failed':
			return !succeeded;
		default:
			return true;
	}
}
