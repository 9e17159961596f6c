import { ExecuteContext, RoutingNode } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type INode,
	type INodeType,
} from 'n8n-workflow';
import { additionalDataFor, createNodeTypes } from './n8nEngine';

export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

/** What lodash's `get` gives, which n8n uses. */
function valueAt(body: unknown, path: string): unknown {
	return path
		.split('.')
		.reduce<unknown>((value, key) => (value ?? undefined) && Object(value)[key], body);
}

/**
 * Does what n8n does when a credential is tested: its request is sent by the engine's RoutingNode,
 * and its rules are read in order, those on the status if it was refused, those on the body if not.
 */
export async function testCredential(
	type: ICredentialType,
	data: ICredentialDataDecryptedObject,
): Promise<CredentialTestResult> {
	const { test } = type;
	if (test === undefined) throw new Error(`${type.name} has no test`);

	const nodeType: INodeType = {
		description: {
			displayName: 'Temp',
			name: 'temp',
			group: ['input'],
			version: 1,
			description: '',
			defaults: {},
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: type.name, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					routing: { request: test.request },
				},
			],
		},
	};
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: 'temp',
		typeVersion: 1,
		position: [0, 0],
		parameters: { temp: '' },
		credentials: { [type.name]: { id: '1', name: 'credential' } },
	};
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: createNodeTypes({ [node.type]: nodeType }),
	});
	const input = { main: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalDataFor(type, data, null, { executionId: '1' }),
		'internal',
		createRunExecutionData(),
		0,
		[],
		input,
		{ node, data: input, source: null },
		[],
	);
	const credential = { id: '1', name: 'credential', type: type.name, data };
	const rules = test.rules ?? [];
	try {
		const [output] = (await new RoutingNode(context, nodeType, credential).runNode()) ?? [];
		const body = output?.[0]?.json;
		for (const { type: kind, properties } of rules) {
			if (kind !== 'responseSuccessBody') continue;
			const value = valueAt(body, properties.key);
			if (value === properties.value) return { status: 'Error', message: properties.message };
		}
		return { status: 'OK', message: 'Connection successful!' };
	} catch (error) {
		const { cause } = error as { cause?: { code?: string; response?: { status: number } } };
		for (const { type: kind, properties } of rules) {
			if (kind === 'responseCode' && properties.value === cause?.response?.status) {
				return { status: 'Error', message: properties.message };
			}
		}
		return { status: 'Error', message: cause?.code ?? (error as Error).message };
	}
}
