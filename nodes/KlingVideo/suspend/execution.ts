import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { errorItem } from '../output/report';
import { deadlineMs, type ParkedTask } from './parkedTask';
import { progressWorkflow } from './progressWorkflow';
import { requestOptionsOf } from './request';

/** Longer than n8n is ever switched off: when it is back, what is parked goes on as if nothing was. */
const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Has n8n park the execution until the progress workflow has handed over what came of the tasks.
 *
 * @param items what the progress workflow begins with
 * @throws what n8n throws when it does not start that
 */
export async function parkExecution(
	context: IExecuteFunctions,
	tasks: ParkedTask[],
	items: INodeExecutionData[],
): Promise<void> {
	const { id, name } = context.getWorkflow();
	const workflow = { id: String(id), name: name ?? 'Workflow' };
	const code = progressWorkflow({
		workflow,
		settings: context.getWorkflowSettings(),
		node: context.getNode(),
		requestOptions: requestOptionsOf(context),
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
	if (!isWatchedOver(context)) await setLastResort(context, tasks);
}

/**
 * Whether the execution that waits has been stopped, has ended or was deleted: n8n tells the progress
 * workflow nothing of that.
 */
export async function isForsaken(
	context: IExecuteFunctions,
	tasks: ParkedTask[],
): Promise<boolean> {
	const [parentExecutionId] = tasks.map((task) => task.parentExecutionId);
	if (parentExecutionId === undefined) return false;
	const parent = await context.getExecutionDataById(parentExecutionId);
	return parent?.waitTill === undefined || parent.resultData.error !== undefined;
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
