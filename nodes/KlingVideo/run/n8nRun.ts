import type { IExecutePaginationFunctions } from 'n8n-workflow';
import type { NodeContext } from '../nodeContext';
import { isJsonObject, readNumber } from '../reading/readJson';

// What can be found out about the node run of n8n that an item is part of.

/** n8n can take longer than its batching says. */
const ITEM_START_SLACK_MS = 1000;

/** @returns how many items n8n starts */
export function readItemCount(context: IExecutePaginationFunctions): number {
	// a tool is run for one call of its agent; the execute data are those of the agent, with all items
	if (isTool(context) || context.getNode().executeOnce === true) return 1;
	return context.getExecuteData().data.main?.[0]?.length ?? 1;
}

/**
 * n8n starts all items in one go, unless its option "Batching" puts pauses between them.
 *
 * @returns the time from the start of the first item to that of the last, in milliseconds
 */
export function readItemStartMs(context: IExecutePaginationFunctions, itemCount: number): number {
	const { batchSize, batchInterval } = readBatching(context);
	const pauses = Math.floor((itemCount - 1) / batchSize);
	return pauses > 0 && batchInterval > 0 ? pauses * batchInterval + ITEM_START_SLACK_MS : 0;
}

function readBatching(context: IExecutePaginationFunctions) {
	const options = readRequestOptions(context);
	const batching = isJsonObject(options) ? options.batching : null;
	const batch = isJsonObject(batching) && isJsonObject(batching.batch) ? batching.batch : {};
	return {
		batchSize: Math.max(1, readNumber(batch.batchSize) ?? 1),
		batchInterval: readNumber(batch.batchInterval) ?? 0,
	};
}

function readRequestOptions(context: IExecutePaginationFunctions): unknown {
	try {
		return context.getNodeParameter('requestOptions', {});
	} catch {
		// an expression in it cannot be resolved: n8n says so itself
		return {};
	}
}

/**
 * @returns how many runs of the node n8n has recorded in this execution; null where that says nothing:
 * n8n records the run of an agent's tool when it begins
 */
export function readRecordedRuns(context: IExecutePaginationFunctions): number | null {
	if (isTool(context)) return null;
	const { name } = context.getNode();
	try {
		const nodes: unknown = context.getWorkflowDataProxy(context.getItemIndex()).$node;
		const node: unknown = isJsonObject(nodes) ? nodes[name] : null;
		const lastRunIndex: unknown = isJsonObject(node) ? node.runIndex : null;
		return typeof lastRunIndex === 'number' ? lastRunIndex + 1 : null;
	} catch {
		return null;
	}
}

/** The type of a node that is used as a tool of an agent ends in "Tool". */
export function isTool(context: NodeContext): boolean {
	return context.getNode().type.endsWith('Tool');
}
