import type { IExecutePaginationFunctions } from 'n8n-workflow';

/** What the items of one node run share: the end of the run, for each of them. */
export interface Run {
	/** Aborts when "Stop" is pressed, or when an item ends the run for all. */
	signal: AbortSignal;
	/** Ends the other items' waits: n8n reports an item's end only after all have ended. */
	endForAll(): void;
	/** Every item that joined has to leave. */
	leave(): void;
}

interface SharedRun {
	controller: AbortController;
	lastItemIndex: number;
}

/**
 * n8n gives all items of a run the same execute data, but also all tools of one agent and all tries
 * of "Retry On Fail". Nodes are told apart by name, and tries by the items: within one, their
 * indexes only go up.
 */
const runsByExecuteData = new WeakMap<object, Map<string, SharedRun>>();

/** Called once for each item, before anything else is done for it. */
export function joinRun(context: IExecutePaginationFunctions): Run {
	const { controller } = sharedRun(
		context.getExecuteData(),
		context.getNode().name,
		context.getItemIndex(),
	);
	const endForAll = () => controller.abort();

	const stop = context.getExecutionCancelSignal();
	if (stop?.aborted) endForAll();
	stop?.addEventListener('abort', endForAll);

	return {
		signal: controller.signal,
		endForAll,
		leave: () => stop?.removeEventListener('abort', endForAll),
	};
}

function sharedRun(executeData: object, nodeName: string, itemIndex: number): SharedRun {
	const runs = runsByExecuteData.get(executeData) ?? new Map<string, SharedRun>();
	runsByExecuteData.set(executeData, runs);

	const current = runs.get(nodeName);
	if (current !== undefined && itemIndex > current.lastItemIndex) {
		current.lastItemIndex = itemIndex;
		return current;
	}
	const next = { controller: new AbortController(), lastItemIndex: itemIndex };
	runs.set(nodeName, next);
	return next;
}
