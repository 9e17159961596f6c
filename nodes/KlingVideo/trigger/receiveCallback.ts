import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { asSentence } from '../problems/advice';
import { createProblemError } from '../problems/errorItemOrThrow';
import type { DescribedProblem } from '../problems/problemTable';
import { describeTriggerProblem } from '../problems/triggerProblems';
import { readErrorMessage } from '../reading/readError';
import { sanitizeText } from '../reading/untrustedText';
import { findKindByResource, type TaskKind } from '../taskKinds';
import { askForTaskOrThrow, type Answer, type TaskProblem } from './askForTask';
import { readCallback } from '../gateway/callback';
import { getTriggerState, isBeingTested, type TriggerState } from './triggerState';

/** The node answers by itself, and the workflow is not started. */
const NO_START: IWebhookResponseData = { noWebhookResponse: true };

const OK = 200;
const SERVICE_UNAVAILABLE = 503;

/**
 * Receives a callback of Kling's: answers it at once, asks the gateway for its task, and starts the
 * workflow if the task is done, as wanted, and was not there before.
 *
 * @throws in the editor's test alone, where there is somebody to read it: what the gateway or n8n says
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { logger } = context;
	const callback = readCallback(readBody(context));
	if (callback.kind !== 'mayBeDone') {
		logger.debug(`Kling Video Trigger: nothing to do for a callback (${callback.kind})`);
		return endCall(context, OK);
	}
	const taskKind = findKindByResource(context.getNodeParameter('resource', ''));
	if (taskKind === null) {
		logger.warn('Kling Video Trigger: its Resource is not known to this version of the node');
		return endCall(context, OK);
	}
	const { taskId } = callback;
	const name = sanitizeText(taskId);
	const state = getTriggerState(context);
	if (state.isAsking(taskId)) {
		logger.debug(`Kling Video Trigger: task ${name} is being asked for already`);
		return endCall(context, OK);
	}
	if (isBeingTested(context)) return await receiveInTest(context, state, taskKind, taskId);

	state.startedTasks.load(context.getWorkflowStaticData('node'));
	if (state.startedTasks.has(taskId)) {
		logger.debug(`Kling Video Trigger: task ${name} has started its workflow already`);
		storeStartedTasks(context, state);
		return endCall(context, OK);
	}
	if (state.isFull()) {
		logger.warn(
			`Kling Video Trigger: a callback for task ${name} was refused, since the gateway is being asked for many others. Kling may call again. If not, get the task by its ID.`,
		);
		return endCall(context, SERVICE_UNAVAILABLE);
	}
	// before the gateway is asked: Kling does not say how long it waits
	endCall(context, OK);
	return await state.whileAsking(taskId, async () => {
		const answer = await askForTask(context, state, taskKind, taskId);
		switch (answer.kind) {
			case 'otherEvent':
				logger.debug(`Kling Video Trigger: task ${name} has ended otherwise than wanted`);
				return NO_START;
			case 'problem':
				logger.warn(write(taskId, answer, 'The workflow was not started'));
				return NO_START;
			case 'start':
				if (answer.withoutFile !== null) {
					logger.warn(
						write(taskId, answer.withoutFile, 'The workflow was started without the file'),
					);
				}
				state.startedTasks.add(taskId);
				storeStartedTasks(context, state);
				return { ...NO_START, workflowData: [[answer.item]] };
		}
	});
}

/**
 * The editor listens for one callback that starts the workflow. A task can be tried out as often as one
 * likes, and what goes wrong is shown as the node's error.
 */
async function receiveInTest(
	context: IWebhookFunctions,
	state: TriggerState,
	taskKind: TaskKind,
	taskId: string,
): Promise<IWebhookResponseData> {
	return await state.whileAsking(taskId, async () => {
		const answer = await askForTask(context, state, taskKind, taskId);
		// n8n answers where this throws
		if (answer.kind === 'problem') {
			throw createProblemError(context.getNode(), describe(taskId, answer));
		}
		endCall(context, OK);
		return answer.kind === 'start' ? { ...NO_START, workflowData: [[answer.item]] } : NO_START;
	});
}

/** Never throws. */
async function askForTask(
	context: IWebhookFunctions,
	state: TriggerState,
	taskKind: TaskKind,
	taskId: string,
): Promise<Answer> {
	try {
		return await askForTaskOrThrow(context, state, taskKind, taskId);
	} catch (error) {
		const problem = { kind: 'unreadableParameters', cause: readErrorMessage(error) } as const;
		return { kind: 'problem', problem, taskKind, lastTask: null };
	}
}

/** As it came: n8n's own reading of it loses the last digits of large numbers. */
function readBody(context: IWebhookFunctions): string {
	const { rawBody } = context.getRequestObject();
	return rawBody === undefined
		? JSON.stringify(context.getBodyData() ?? null)
		: new TextDecoder().decode(rawBody);
}

function endCall(context: IWebhookFunctions, statusCode: number): IWebhookResponseData {
	context
		.getResponseObject()
		.status(statusCode)
		.json({ received: statusCode === OK });
	return NO_START;
}

function storeStartedTasks(context: IWebhookFunctions, { startedTasks }: TriggerState): void {
	startedTasks.store(context.getWorkflowStaticData('node'));
}

function describe(taskId: string, { problem, taskKind, lastTask }: TaskProblem): DescribedProblem {
	const continuesOnFail = false;
	const context = { taskId, creates: false, taskKind, lastTask, continuesOnFail };
	return describeTriggerProblem(problem, context);
}

/** For n8n's log. */
function write(taskId: string, taskProblem: TaskProblem, effect: string): string {
	const { message, description } = describe(taskId, taskProblem);
	return `Kling Video Trigger: ${asSentence(message)} ${effect}. ${description}`;
}
