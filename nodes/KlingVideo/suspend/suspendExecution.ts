import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getTaskId, nameCreatedTask } from '../operations/itemParameters';
import { createErrorItem } from '../problems/errorItemOrThrow';
import { noteProgressExecution } from '../submit/customData';
import type { TaskKind } from '../taskKinds';
import { createStoredRequestOptionsOrThrow } from '../operations/nodeRequest';
import { readWaitsInItems } from './keptWaits';
import { createProgressWorkflow } from './progressWorkflow';
import type { StoredWait } from './storedWait';
import { getDeadlineMs, isSubmittedByProgress } from './suspendedWait';

/** Longer than n8n is ever switched off: a wait that can still go on is not cut short by it. */
const WEEK_MS = 7 * 24 * 60 * 60_000;

export type SuspendResult =
	/** With the ids of the tasks that the progress workflow has submitted by now. */
	| { kind: 'suspended'; waits: StoredWait[] }
	/** There was nothing to wait for. Null where the progress workflow does not say what has become of them. */
	| { kind: 'ended'; waits: StoredWait[] | null };

/**
 * Has n8n suspend the execution until the progress workflow has handed over the results.
 *
 * @param items what the progress workflow begins with
 * @throws what n8n throws when it does not start that
 */
export async function suspendExecutionOrThrow(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	items: INodeExecutionData[],
): Promise<SuspendResult> {
	const { id, name } = context.getWorkflow();
	const workflow = { id: String(id), name: name ?? 'Workflow' };
	const code = createProgressWorkflow({
		workflow,
		parent: getParent(context, workflow.id),
		settings: context.getWorkflowSettings(),
		node: context.getNode(),
		kind,
		submits: isSubmittedByProgress(waits),
		requestOptions: createStoredRequestOptionsOrThrow(context),
		continueOnFail: context.continueOnFail(),
		createdAt: new Date(),
	});
	const { executionId, data, waitTill } = await context.executeWorkflow(
		{ code },
		items,
		undefined,
		{
			parentExecution: {
				executionId: context.getExecutionId(),
				workflowId: workflow.id,
				shouldResume: true,
			},
			executionMode: context.getMode(),
		},
	);
	noteProgressExecution(context, executionId);
	// the editor makes a link of it
	context.setMetadata({ subExecution: { executionId, workflowId: workflow.id } });
	const given = data[0] ?? [];
	if (waitTill === undefined || waitTill === null) {
		const ended = readWaitsInItems(given);
		return { kind: 'ended', waits: ended?.length === waits.length ? ended : null };
	}
	const suspended = waits.map((wait, index) => nameSubmittedTask(wait, given[index]?.json.taskId));
	if (!isParentWatched(context)) await setFallbackWakeUp(context, kind, suspended);
	return { kind: 'suspended', waits: suspended };
}

/** What the progress workflow has submitted before its first pause, its items name. */
function nameSubmittedTask(wait: StoredWait, taskId: unknown): StoredWait {
	return wait.pendingSubmit !== null && typeof taskId === 'string'
		? {
				...wait,
				parameters: { ...wait.parameters, ...nameCreatedTask(taskId) },
				pendingSubmit: null,
			}
		: wait;
}

/** The path is below the one at which n8n is served, which may be behind a proxy. */
function getParent(context: IExecuteFunctions, workflowId: string) {
	const executionId = context.getExecutionId();
	const url = context.getInstanceBaseUrl();
	const basePath = URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : '';
	return { executionId, path: `${basePath}/workflow/${workflowId}/executions/${executionId}` };
}

/**
 * What has become of the execution that waits: n8n does not tell the progress workflow. `running` are as
 * well those that have ended or were deleted: by what n8n gives, they cannot be told from one that is not
 * suspended yet.
 */
export async function readParentState(
	context: IExecuteFunctions,
	waits: StoredWait[],
): Promise<'waiting' | 'running' | 'ended'> {
	const [wait] = waits;
	if (wait === undefined) return 'waiting';
	try {
		const parent = await context.getExecutionDataById(wait.parentExecutionId);
		if (parent?.resultData.error !== undefined) return 'ended';
		return parent?.waitTill === undefined ? 'running' : 'waiting';
	} catch {
		// n8n's database cannot be read now: the next round asks it again
		return 'waiting';
	}
}

/** From 2.41 on, n8n notes which execution waits for which, and ends a wait that nothing can end. */
function isParentWatched(context: IExecuteFunctions): boolean {
	return context.getExecuteData().metadata?.waitingChildExecutionIds !== undefined;
}

/**
 * Has n8n go on without the progress workflow, a week after the last deadline. Without that, the
 * execution would be suspended for ever when its progress workflow is cut off in a check.
 *
 * n8n then gives the node's input as its output, so the input is replaced by what there is to say.
 */
async function setFallbackWakeUp(
	context: IExecuteFunctions,
	taskKind: TaskKind,
	waits: StoredWait[],
): Promise<void> {
	const continuesOnFail = context.continueOnFail();
	const items = waits.map(({ parameters, history }, itemIndex) =>
		createErrorItem(
			{
				itemIndex,
				problem: { kind: 'progressLost' },
				taskId: getTaskId(parameters),
				creates: parameters.creates,
				taskKind,
				lastTask: history.lastReply?.task ?? null,
			},
			continuesOnFail,
		),
	);
	context.getExecuteData().data.main = [items];
	const lastDeadlineMs = Math.max(...waits.map(getDeadlineMs));
	await context.putExecutionToWait(new Date(lastDeadlineMs + WEEK_MS));
}
