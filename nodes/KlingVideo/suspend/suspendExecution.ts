import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getTaskId } from '../operations/itemParameters';
import { createErrorItem } from '../problems/errorItemOrThrow';
import type { TaskKind } from '../taskKinds';
import { createStoredRequestOptionsOrThrow } from '../operations/nodeRequest';
import { createProgressWorkflow } from './progressWorkflow';
import type { StoredWait } from './storedWait';
import { getDeadlineMs } from './suspendedWait';

/** Longer than n8n is ever switched off: a wait that can still go on is not cut short by it. */
const WEEK_MS = 7 * 24 * 60 * 60_000;

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
): Promise<void> {
	const { id, name } = context.getWorkflow();
	const workflow = { id: String(id), name: name ?? 'Workflow' };
	const code = createProgressWorkflow({
		workflow,
		settings: context.getWorkflowSettings(),
		node: context.getNode(),
		kind,
		requestOptions: createStoredRequestOptionsOrThrow(context),
		continueOnFail: context.continueOnFail(),
		createdAt: new Date(),
	});
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
	if (!isParentWatched(context)) await setFallbackWakeUp(context, kind, waits);
}

/**
 * Whether the execution that waits has been stopped, has ended or was deleted: n8n does not tell the
 * progress workflow.
 */
export async function isParentGone(
	context: IExecuteFunctions,
	waits: StoredWait[],
): Promise<boolean> {
	const [wait] = waits;
	if (wait === undefined) return false;
	try {
		const parent = await context.getExecutionDataById(wait.parentExecutionId);
		return parent?.waitTill === undefined || parent.resultData.error !== undefined;
	} catch {
		// n8n's database cannot be read now: the next round asks it again
		return false;
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
