import {
	NodeApiError,
	NodeOperationError,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { Task } from '../gateway/task';
import type { NodeContext } from '../nodeContext';
import type { TaskKind } from '../taskKinds';
import type { Problem } from './problem';
import { describeProblem, type DescribedProblem } from './problemTable';

/** A problem with the item that it is about. */
export interface ItemProblem {
	itemIndex: number;
	problem: Problem;
	/** As it was asked for, or as it was given if nothing could be asked; null if nothing was created. */
	taskId: string | null;
	/** Whether the node's operation submits the task itself: then to run it again would submit again. */
	creates: boolean;
	/** What the node takes the task for. */
	taskKind: TaskKind;
	/** The task in its last good reply, if there was one. */
	lastTask: Task | null;
}

/**
 * @returns an item for the error output. Its one key keeps the task id there on every n8n; an error
 * in `item.error` would lose it
 */
export function createErrorItem(
	{ itemIndex, problem, taskId, creates, taskKind, lastTask }: ItemProblem,
	continuesOnFail: boolean,
): INodeExecutionData {
	const { message, description } = describeProblem(problem, {
		taskId,
		creates,
		taskKind,
		lastTask,
		continuesOnFail,
	});
	const error = { message, description, taskId, status: lastTask?.status ?? null };
	return { json: { error }, pairedItem: { item: itemIndex } };
}

/**
 * Gives a problem to the user: the one place where errors are thrown.
 *
 * @returns an item for the error output, if the node continues on error
 * @throws NodeOperationError or NodeApiError, as the table of problems says
 */
export function errorItemOrThrow(context: NodeContext, item: ItemProblem): INodeExecutionData {
	if (context.continueOnFail()) return createErrorItem(item, true);

	const { itemIndex, problem, taskId, creates, taskKind, lastTask } = item;
	const described = describeProblem(problem, {
		taskId,
		creates,
		taskKind,
		lastTask,
		continuesOnFail: false,
	});
	throw createProblemError(context.getNode(), described, itemIndex);
}

/** @param itemIndex of the input item; a trigger has none */
export function createProblemError(
	node: INode,
	{ error: about, message, description, httpCode }: DescribedProblem,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	const ofItem = itemIndex === undefined ? {} : { itemIndex };
	const options = { message, description, ...ofItem, ...(httpCode !== null && { httpCode }) };
	const error =
		about === 'node'
			? new NodeOperationError(node, message, { ...ofItem, description })
			: new NodeApiError(node, {}, options);
	// n8n puts a text of its own in place of any message in which it finds a word like ENOENT: a
	// task id or the gateway's words may hold one
	error.message = message;
	return error;
}
