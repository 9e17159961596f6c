import type { IExecuteFunctions } from 'n8n-workflow';
import { isTool } from '../run/n8nRun';
import type { ProblemOf } from '../problems/problem';

/** Why n8n cannot suspend the execution that the node runs in. */
export type SuspendBlocker = ProblemOf<
	'hostTooOld' | 'insideTool' | 'workflowNotSaved' | 'callerDoesNotWait'
>;

/** What n8n gives as the id of a workflow or an execution that has none. */
const NO_ID = new Set(['', '__EMPTY__', '__UNKNOWN__', 'undefined', 'null']);

/** @returns null where n8n can suspend it */
export async function findSuspendBlocker(
	context: IExecuteFunctions,
): Promise<SuspendBlocker | null> {
	if (!canHandOverResults(context)) return { kind: 'hostTooOld' };
	// the newest agents run a tool like any node, and say so
	if (isTool(context) || context.isToolExecution()) return { kind: 'insideTool' };
	const executionId = context.getExecutionId();
	if (isNoId(context.getWorkflow().id) || isNoId(executionId)) return { kind: 'workflowNotSaved' };
	return context.getMode() === 'integrated' && !(await canBeResumed(context, executionId))
		? { kind: 'callerDoesNotWait' }
		: null;
}

/**
 * n8n hands a waiting execution the results of its sub-execution since 2.0, also an error since 2.27;
 * before, it goes on with its input as if that were the result. A node is not told n8n's version,
 * and the n8n-workflow that it finds may be another one than n8n's: this method came with 2.35.
 */
function canHandOverResults(context: Partial<IExecuteFunctions>): boolean {
	return context.isConsoleOutputRedacted !== undefined;
}

function isNoId(id: string | undefined): boolean {
	return NO_ID.has(String(id));
}

/**
 * A caller of a sub-workflow that can wait for it says so, and one that never waits says that. If it
 * says neither, the sub-workflow would be suspended and never go on.
 */
async function canBeResumed(context: IExecuteFunctions, executionId: string): Promise<boolean> {
	const own = await context.getExecutionDataById(executionId);
	return own?.parentExecution?.shouldResume !== undefined;
}
