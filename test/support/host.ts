/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createRequire } from 'node:module';
import { ExecuteContext } from 'n8n-core';
import * as workflow from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError, type INodeType } from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { startNode } from '../../engine/n8nEngine';
import { SANDBOX_TOKEN, type Sandbox } from '../../sandbox/gateway';

// The tests run on several n8n engines (`npm run test:hosts`): what the one at hand has is looked up in
// it. What the node does on each is the table "Compatibility" in docs/scaling.md, so that no mistake
// in here goes unseen.

/** Whether a suspended wait gets its results back; the node looks for the same method. */
export const HOST_CAN_SUSPEND = 'isConsoleOutputRedacted' in ExecuteContext.prototype;

/** Whether n8n notes which execution waits for which; the constant came with that. */
export const HOST_WATCHES_SUSPENDED = 'WAIT_FOR_SUB_EXECUTION' in workflow;

const config: object = createRequire(require.resolve('n8n-core'))('@n8n/config');

/** Whether n8n can keep requests from addresses inside its network. */
export const HOST_HAS_SSRF_PROTECTION = 'SsrfProtectionConfig' in config;

const node = {
	id: '1',
	name: 'Node',
	type: 'node',
	typeVersion: 1,
	position: [0, 0] satisfies [number, number],
	parameters: {},
};

/**
 * Whether n8n's errors keep their cause. If not, n8n does not find the HTTP status by which it would
 * choose the text of a credential's test, and shows its own.
 */
export const HOST_KEEPS_CAUSES =
	new NodeOperationError(node, new Error('a cause')).cause !== undefined;

/** The least that a declarative node can be: nothing in it but n8n decides what becomes of an error. */
const plainNode: INodeType = {
	description: {
		displayName: 'Plain',
		name: 'plain',
		group: ['input'],
		version: 1,
		description: 'Lists the models',
		defaults: {},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'ezModelApi', required: true }],
		properties: [
			{
				displayName: 'Text',
				name: 'text',
				type: 'string',
				default: '',
				routing: { request: { url: '/v1/models' } },
			},
		],
	},
};

/**
 * Runs a declarative node with an expression that n8n cannot resolve for one of its items.
 *
 * @returns whether the other items go on with "Continue"; on some hosts it ends any declarative node
 */
export async function continuesPastBadExpression(
	sandbox: Sandbox,
	expression: string,
): Promise<boolean> {
	const { status } = await startNode({
		nodeType: {
			description: { ...plainNode.description, requestDefaults: { baseURL: sandbox.url } },
		},
		credentialType: new EzModelApi(),
		credential: { apiToken: SANDBOX_TOKEN, baseUrl: sandbox.url },
		parameters: { text: expression },
		// it is first, so that no request of another item is left on its way
		items: [{ bad: true }, {}],
		settings: { onError: 'continueRegularOutput' },
	}).finished;
	return status === 'success';
}
