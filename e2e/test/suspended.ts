/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode, INodeParameters } from 'n8n-workflow';
import { CREDENTIAL_TYPE, KLING_TYPE } from '../sandboxWorkflows';
import type { Credential, Execution, Rest, SavedWorkflow } from '../rest';
import { chain, manualTrigger, newNode, START } from './workflows';

export const SUSPEND = 'Wait for the Videos';
export const TASKS = 'One Item for Each Task';

const POLL_MS = 200;

/** @param taskId an expression or a task's id */
export function suspendFor(
	taskId: string,
	credential: Credential,
	options: INodeParameters = {},
	more: Partial<INode> = {},
): INode {
	const { parameters, ...settings } = more;
	return {
		...newNode(SUSPEND, KLING_TYPE, 1, {
			operation: 'suspendUntilComplete',
			taskId,
			options,
			...parameters,
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
		...settings,
	};
}

/** Nodes that give an item for each task. */
export function tasks(...taskIds: string[]): INode[] {
	const jsonOutput = JSON.stringify({ task_id: taskIds });
	return [
		newNode('Task IDs', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput }),
		newNode(TASKS, 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'task_id' }),
	];
}

export interface Started {
	workflow: SavedWorkflow;
	executionId: string;
}

/** Saves a workflow that begins with a click, and runs it. */
export async function start(
	rest: Rest,
	name: string,
	nodes: INode[],
	settings: object = {},
): Promise<Started> {
	const workflow = await rest.createWorkflow({
		...chain(name, [manualTrigger(), ...nodes]),
		settings: { executionOrder: 'v1', ...settings },
	});
	return { workflow, executionId: await rest.run(workflow, START) };
}

/** Waits until the execution is parked in n8n's database. */
export async function parked(rest: Rest, executionId: string): Promise<Execution> {
	for (;;) {
		const execution = await rest.execution(executionId);
		if (execution.status === 'waiting') return execution;
		if (!['new', 'running'].includes(execution.status)) {
			throw new Error(`Execution ${executionId} is ${execution.status}`);
		}
		await sleep(POLL_MS);
	}
}

/** The execution in which n8n shows the progress. */
export async function progressOf(rest: Rest, { workflow, executionId }: Started) {
	const other = (await rest.executionsOf(workflow)).find(({ id }) => id !== executionId);
	if (other === undefined) throw new Error(`Execution ${executionId} has no sub-execution`);
	return await rest.ended(other.id);
}
