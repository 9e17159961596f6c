import type { IExecuteFunctions } from 'n8n-workflow';

/** Why n8n cannot suspend the execution that the node runs in. */
export type CannotSuspend =
	| { kind: 'hostTooOld' }
	| { kind: 'insideTool' }
	| { kind: 'workflowNotSaved' }
	| { kind: 'callerDoesNotWait' };

const NO_ID = new Set(['', '__EMPTY__', '__UNKNOWN__', 'undefined', 'null']);

/** @returns null where it can */
export async function whyNotHere(context: IExecuteFunctions): Promise<CannotSuspend | null> {
	if (!handsOverResults(context)) return { kind: 'hostTooOld' };
	if (isTool(context)) return { kind: 'insideTool' };
	const executionId = context.getExecutionId();
	if (isNoId(context.getWorkflow().id) || isNoId(executionId)) return { kind: 'workflowNotSaved' };
	return context.getMode() === 'integrated' && !(await isResumable(context, executionId))
		? { kind: 'callerDoesNotWait' }
		: null;
}

/**
 * n8n hands a waiting execution what came of its sub-execution since 2.0, also an error since 2.27;
 * before, it goes on with its input as if that were the result. A node is not told n8n's version,
 * and the n8n-workflow that it finds may be another one than n8n's: this method came with 2.35.
 */
function handsOverResults(context: Partial<IExecuteFunctions>): boolean {
	return context.isConsoleOutputRedacted !== undefined;
}

function isTool(context: IExecuteFunctions): boolean {
	// n8n gives the tool of a node this name; its newest agents run it like any node
	return context.getNode().type.endsWith('Tool') || context.isToolExecution();
}

function isNoId(id: string | undefined): boolean {
	return NO_ID.has(String(id));
}

/**
 * Whoever calls a sub-workflow and can wait says so, or says that it does not wait at all. Who says
 * nothing would be parked and never go on.
 */
async function isResumable(context: IExecuteFunctions, executionId: string): Promise<boolean> {
	const own = await context.getExecutionDataById(executionId);
	return own?.parentExecution?.shouldResume !== undefined;
}
