import { randomUUID } from 'node:crypto';
import type {
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import type { Credential, Execution, WorkflowToCreate } from '../rest';
import { CREDENTIAL_TYPE, KLING_TYPE } from '../sandboxWorkflows';

/** As n8n names them. */
export const START = 'When clicking ‘Execute workflow’';
export const WEBHOOK = 'Webhook';
export const WAIT = 'Kling Video';
export const CREATE = 'Create Video';

/** It begins as a JPEG does, which is what the node looks at. */
export const JPEG = Buffer.concat([
	Buffer.from('ffd8ffe000104a464946', 'hex'),
	Buffer.alloc(5000, 7),
]);

/** A workflow whose nodes stand one behind the other. */
export function chain(name: string, nodes: INode[]): WorkflowToCreate {
	const connections: IConnections = {};
	nodes.forEach((node, index) => {
		const next = nodes[index + 1];
		if (next === undefined) return;
		connections[node.name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	});
	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, position: [index * 220, 0] })),
		connections,
	};
}

export function newNode(
	name: string,
	type: string,
	typeVersion: number,
	parameters: INodeParameters = {},
): INode {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters };
}

export function manualTrigger(): INode {
	return newNode(START, 'n8n-nodes-base.manualTrigger', 1);
}

export function webhook(path: string): INode {
	return {
		...newNode(WEBHOOK, 'n8n-nodes-base.webhook', 2, {
			httpMethod: 'POST',
			path,
			responseMode: 'lastNode',
		}),
		webhookId: randomUUID(),
	};
}

/** @param taskId an expression or a task's id */
export function waitFor(
	taskId: string,
	credential: Credential,
	options: INodeParameters = {},
): INode {
	return {
		...newNode(WAIT, KLING_TYPE, 1, {
			operation: 'waitUntilComplete',
			taskId,
			options: { pollingInterval: 1, ...options },
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
	};
}

/** Creates an Omni video from a text. */
export function create(
	prompt: string,
	credential: Credential,
	options: INodeParameters = {},
	more: Partial<INode> = {},
): INode {
	const { parameters, ...settings } = more;
	return {
		...newNode(CREATE, KLING_TYPE, 1, {
			resource: 'omniVideo',
			operation: 'create',
			prompt,
			options,
			...parameters,
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
		...settings,
	};
}

export function jsonOf(execution: Execution, nodeName: string, output = 0): IDataObject[] {
	const items: INodeExecutionData[] =
		execution.data.resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
	return items.map(({ json }) => json);
}
