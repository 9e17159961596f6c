import type { NodeContext } from '../nodeContext';
import type { NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';

/** One input item of a node run. */
export interface RunItem {
	context: NodeContext;
	itemIndex: number;
	taskKind: TaskKind;
	run: NodeRun;
	/** How long its task may be waited for; 0 for a single check. */
	maxWaitMs: number;
}
