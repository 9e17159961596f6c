import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';
import { isOneOf, type Guard } from '../reading/guards';
import type { TaskKind } from '../taskKinds';
import type { RequestOptions } from '../operations/nodeRequest';
import { createProgressNote, PROGRESS_NOTE } from './progressNote';

/** How long an execution is suspended at least that nobody wakes before: n8n's timers take a minute. */
export const MIN_TIMER_SECONDS = 66;

/** The field of the items that go into the pause: how long it may be, if that is longer. */
export const PAUSE_FIELD = 'pauseSeconds';

const START = 'Tasks';
const BEGIN = 'Begin to Wait';
const SUSPENDED = 'Suspended Until the Next Check';
const CHECK = 'Check Tasks';
const ALL_DONE = 'All Done?';

/** The hidden parameter that says which step a node runs. Stored in progress workflows: never renamed. */
export const SUSPEND_STEP_PARAMETER = 'suspendPart';

const SUSPEND_STEPS = ['start', 'begin', 'checkAgain', 'handOver'] as const;

/** The first step is that of the user's own node, the others are those of the progress workflow. */
export type SuspendStep = (typeof SUSPEND_STEPS)[number];

export const isSuspendStep: Guard<SuspendStep> = isOneOf(...SUSPEND_STEPS);

export interface ProgressWorkflowParts {
	/** The workflow whose node waits. */
	workflow: { id: string; name: string };
	/** The execution whose node waits, and the path of its page in n8n. */
	parent: { executionId: string; path: string };
	settings: IWorkflowSettings;
	/** The node that waits: its type, version and credentials count. */
	node: INode;
	kind: TaskKind;
	requestOptions: RequestOptions;
	/** Whether its first step submits: that may end all waits. */
	submits: boolean;
	/** Whether one task's error is an item, so that the others go on. */
	continueOnFail: boolean;
	createdAt: Date;
}

/**
 * The workflow that waits in place of the node's own execution:
 *
 * Tasks → Begin to Wait → Suspended → Check Tasks → All Done? → the node's own name, or back to Suspended.
 *
 * People see it in the executions list, where it is the progress display: its names are meant for
 * them.
 */
export function createProgressWorkflow(parts: ProgressWorkflowParts): IWorkflowBase {
	const { workflow, parent, createdAt } = parts;
	const handOver = getHandOverName(parts.node);
	return {
		id: workflow.id,
		name: `${workflow.name}: waiting for Kling videos`,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt,
		updatedAt: createdAt,
		settings: createSettings(parts.settings),
		nodes: [
			{
				...createNodeBase(START, 0),
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				parameters: { inputSource: 'passthrough' },
			},
			createKlingNode(parts, createNodeBase(BEGIN, 1), 'begin'),
			{
				...createNodeBase(SUSPENDED, 2),
				type: 'n8n-nodes-base.wait',
				typeVersion: 1.1,
				// n8n suspends it at once, however short the time is, since a call may wake it
				parameters: {
					resume: 'webhook',
					httpMethod: 'POST',
					responseMode: 'onReceived',
					limitWaitTime: true,
					limitType: 'afterTimeInterval',
					resumeAmount: `={{ $json.${PAUSE_FIELD} || ${MIN_TIMER_SECONDS} }}`,
					resumeUnit: 'seconds',
					options: {},
				},
			},
			createKlingNode(parts, createNodeBase(CHECK, 3), 'checkAgain'),
			{
				...createNodeBase(ALL_DONE, 4),
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
			createKlingNode(parts, { ...createNodeBase(handOver, 5), id: parts.node.id }, 'handOver'),
			createProgressNote(parent, createdAt),
		],
		connections: {
			[START]: { main: [[connectTo(BEGIN)]] },
			[BEGIN]: { main: [[connectTo(parts.submits ? ALL_DONE : SUSPENDED)]] },
			[SUSPENDED]: { main: [[connectTo(CHECK)]] },
			[CHECK]: { main: [[connectTo(ALL_DONE)]] },
			[ALL_DONE]: { main: [[connectTo(handOver)], [connectTo(SUSPENDED)]] },
		},
	};
}

/** The node's own name: an error at the end is shown as one of the node that waits. */
function getHandOverName({ name }: INode): string {
	const taken = [START, BEGIN, SUSPENDED, CHECK, ALL_DONE, PROGRESS_NOTE];
	return taken.includes(name) ? `${name} (Result)` : name;
}

/**
 * Saving, redaction and the like are as the user set them for the workflow. Three settings differ:
 * the error workflow, which the waiting execution calls; the time limit, since n8n would never resume
 * the waiting execution if it ended this one by it; and the caller policy, since a workflow that
 * nobody may call can still start this part of itself.
 */
function createSettings(userSettings: IWorkflowSettings): IWorkflowSettings {
	const settings = { ...userSettings };
	delete settings.errorWorkflow;
	return {
		...settings,
		executionOrder: 'v1',
		executionTimeout: -1,
		callerPolicy: 'workflowsFromSameOwner',
	};
}

function createKlingNode(
	{ node, kind, requestOptions, continueOnFail }: ProgressWorkflowParts,
	base: Pick<INode, 'id' | 'name' | 'position'>,
	step: Exclude<SuspendStep, 'start'>,
): INode {
	return {
		...base,
		type: node.type,
		typeVersion: node.typeVersion,
		...(node.credentials !== undefined && { credentials: node.credentials }),
		// with an error output of its own, what goes there would not come back to the waiting node
		onError: continueOnFail ? 'continueRegularOutput' : 'stopWorkflow',
		parameters: {
			resource: kind.resource,
			operation: 'suspendUntilComplete',
			taskId: '={{ $json.taskId }}',
			...(kind.path === null && { taskPath: '={{ $json.taskPath }}' }),
			[SUSPEND_STEP_PARAMETER]: step,
			requestOptions: { ...requestOptions },
		},
	};
}

function createNodeBase(name: string, column: number): Pick<INode, 'id' | 'name' | 'position'> {
	// short, since n8n writes it to its database with each check
	return { id: String(column), name, position: [column * 220, 0] };
}

function connectTo(node: string) {
	return { node, type: 'main', index: 0 } as const;
}
