import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';
import type { RequestOptions } from './request';

/**
 * n8n parks an execution for a wait of 65 seconds or more; a shorter one is slept through in the
 * process, and would hold a slot. One more, since timers may be early.
 */
export const SECONDS_BETWEEN_CHECKS = 66;

const START = 'Tasks';
const SUSPENDED = `Suspended for ${SECONDS_BETWEEN_CHECKS} Seconds`;
const CHECK = 'Check Tasks';
const ALL_DONE = 'All Done?';

/** What the node does: started by the user, or in the progress workflow. Set by us, in a hidden parameter. */
export type SuspendPart = 'start' | 'checkAgain' | 'handOver';

export interface ProgressWorkflowParts {
	/** The workflow whose node waits. */
	workflow: { id: string; name: string };
	settings: IWorkflowSettings;
	/** The node that waits: its type, version and credentials count. */
	node: INode;
	requestOptions: RequestOptions;
	/** Whether one task's error is an item, so that the others go on. */
	continueOnFail: boolean;
	createdAt: Date;
}

/**
 * The workflow that n8n parks in place of the node's own execution:
 *
 * Tasks → Suspended → Check Tasks → All Done? → the node's own name, or back to Suspended.
 *
 * People see it in the executions list, where it is the progress display: its names are meant for
 * them.
 */
export function progressWorkflow(parts: ProgressWorkflowParts): IWorkflowBase {
	const { workflow, createdAt } = parts;
	const handOver = handOverName(parts.node);
	return {
		id: workflow.id,
		name: `${workflow.name}: waiting for Kling videos`,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt,
		updatedAt: createdAt,
		settings: settingsFor(parts.settings),
		nodes: [
			{
				...placed(START, 0),
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				parameters: { inputSource: 'passthrough' },
			},
			{
				...placed(SUSPENDED, 1),
				type: 'n8n-nodes-base.wait',
				typeVersion: 1.1,
				parameters: { resume: 'timeInterval', amount: SECONDS_BETWEEN_CHECKS, unit: 'seconds' },
			},
			klingNode(parts, placed(CHECK, 2), 'checkAgain'),
			{
				...placed(ALL_DONE, 3),
				type: 'n8n-nodes-base.if',
				typeVersion: 2.2,
				parameters: {
					conditions: {
						options: { version: 2, caseSensitive: true, leftValue: '', typeValidation: 'strict' },
						combinator: 'and',
						conditions: [
							{
								id: 'all-done',
								leftValue: '={{ $json.allDone }}',
								rightValue: '',
								operator: { type: 'boolean', operation: 'true', singleValue: true },
							},
						],
					},
				},
			},
			klingNode(parts, { ...placed(handOver, 4), id: parts.node.id }, 'handOver'),
		],
		connections: {
			[START]: { main: [[to(SUSPENDED)]] },
			[SUSPENDED]: { main: [[to(CHECK)]] },
			[CHECK]: { main: [[to(ALL_DONE)]] },
			[ALL_DONE]: { main: [[to(handOver)], [to(SUSPENDED)]] },
		},
	};
}

/** The node's own name: an error at the end is shown as one of the node that waits. */
function handOverName({ name }: INode): string {
	return [START, SUSPENDED, CHECK, ALL_DONE].includes(name) ? `${name} (Result)` : name;
}

/**
 * Saving, redaction and the like are as the user set them for the workflow. The error workflow is
 * not: the waiting execution calls it. Nor is the time limit: n8n leaves the waiting execution alone
 * for ever if it ends this one. And whoever may not call the user's workflow, this is a part of it.
 */
function settingsFor(settings: IWorkflowSettings): IWorkflowSettings {
	return {
		...settings,
		executionOrder: 'v1',
		errorWorkflow: undefined,
		executionTimeout: -1,
		callerPolicy: 'workflowsFromSameOwner',
	};
}

function klingNode(
	{ node, requestOptions, continueOnFail }: ProgressWorkflowParts,
	place: Pick<INode, 'id' | 'name' | 'position'>,
	suspendPart: Exclude<SuspendPart, 'start'>,
): INode {
	return {
		...place,
		type: node.type,
		typeVersion: node.typeVersion,
		credentials: node.credentials,
		// with an error output of its own, what goes there would not come back to the waiting node
		onError: continueOnFail ? 'continueRegularOutput' : 'stopWorkflow',
		parameters: {
			resource: 'multiImageVideo',
			operation: 'suspendUntilComplete',
			taskId: '={{ $json.taskId }}',
			suspendPart,
			requestOptions: { ...requestOptions },
		},
	};
}

function placed(name: string, column: number): Pick<INode, 'id' | 'name' | 'position'> {
	return { id: name, name, position: [column * 220, 0] };
}

function to(node: string) {
	return { node, type: 'main', index: 0 } as const;
}
