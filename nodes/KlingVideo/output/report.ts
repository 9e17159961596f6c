import { NodeApiError, NodeOperationError, type INodeExecutionData } from 'n8n-workflow';
import type { NodeContext } from '../gateway/statusRequest';
import type { Task } from '../gateway/task';
import { tell, type Situation } from './situation';

/** A situation as an item. */
export function errorItem(
	itemIndex: number,
	situation: Situation,
	taskId: string,
	lastSeen: Task | null,
): INodeExecutionData {
	const { message, description } = tell(situation, taskId, lastSeen);
	const error = { message, description, taskId, status: lastSeen?.status ?? null };
	return { json: { error }, pairedItem: { item: itemIndex } };
}

const NODE_SITUATIONS = new Set<Situation['kind']>([
	'noTaskId',
	'taskIdLostDigits',
	'unusableTaskId',
	'unreadableParameters',
	'hostTooOld',
	'insideTool',
	'workflowNotSaved',
	'callerDoesNotWait',
	'notSuspended',
	'parkedByOtherVersion',
]);

/** The input item that an output item is for. */
export interface Place {
	context: NodeContext;
	itemIndex: number;
}

/**
 * Gives a situation to the user: the one place where errors are made.
 *
 * @param taskId as it was asked for, or as it was given if nothing could be asked
 * @param lastSeen the task in its last good reply, if there was one
 * @returns an item for the error output, if the node continues on failure. Its one key keeps the
 * task id there on every n8n; an error in `item.error` would lose it
 * @throws NodeOperationError if the Task ID is of no use or n8n cannot suspend the workflow,
 * NodeApiError for everything else
 */
export function report(
	{ context, itemIndex }: Place,
	situation: Situation,
	taskId: string,
	lastSeen: Task | null,
): INodeExecutionData {
	if (context.continueOnFail()) return errorItem(itemIndex, situation, taskId, lastSeen);

	const { message, description } = tell(situation, taskId, lastSeen);
	const error = isAboutNode(situation)
		? new NodeOperationError(context.getNode(), message, { itemIndex, description })
		: new NodeApiError(
				context.getNode(),
				{},
				{ message, description, itemIndex, httpCode: httpCodeOf(situation) },
			);
	// n8n puts a text of its own in place of any message in which it finds a word like ENOENT: a
	// task id or the gateway's words may hold one
	error.message = message;
	throw error;
}

/** Whether the node, rather than the gateway, has something to say. */
function isAboutNode({ kind }: Situation): boolean {
	return NODE_SITUATIONS.has(kind);
}

/** The status that n8n shows beside the message, where the gateway's reply had a telling one. */
function httpCodeOf(situation: Situation): string | undefined {
	switch (situation.kind) {
		case 'taskUnknown':
			return '400';
		case 'tokenRefused':
			return '401';
		case 'tokenRestricted':
		case 'accessRefused':
			return '403';
		case 'requestRefused':
			return String(situation.statusCode);
		default:
			return undefined;
	}
}
