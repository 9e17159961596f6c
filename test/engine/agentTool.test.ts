import { DirectoryLoader, RoutingNode, WorkflowExecute, type ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type IExecuteFunctions,
	type INode,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import {
	additionalDataFor,
	createHooks,
	createNodeTypes,
	SOME_PLACE,
} from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { waiting } from '../support/kling';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => await sandbox.close());

/** The node as the tool that n8n makes of it. */
function createTool(): INodeType {
	const node = new KlingVideo();
	DirectoryLoader.applyDeclarativeNodeOptionParameters(node);
	return {
		...node,
		description: { ...node.description, inputs: [], outputs: [NodeConnectionTypes.AiTool] },
		async execute(this: IExecuteFunctions) {
			return (await new RoutingNode(this as unknown as ExecuteContext, node).runNode()) ?? [];
		},
	};
}

interface Tool {
	invoke(input: object): Promise<string>;
}

/** An agent that has several items, and calls its tool once. */
function createAgent(taskId: string): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Calls its tool once',
			defaults: {},
			inputs: [
				NodeConnectionTypes.Main,
				{ type: NodeConnectionTypes.AiTool, displayName: 'Tool', required: true },
			],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const tools = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
			const [tool] = tools as Tool[];
			const said = await tool?.invoke({ Task_ID: taskId }).catch((error: Error) => error.message);
			return [[{ json: { said } }]];
		},
	};
}

async function runAgent(taskId: string, parameters: INodeParameters = {}): Promise<string> {
	const types: Record<string, INodeType> = {
		agent: createAgent(taskId),
		klingVideoTool: createTool(),
	};
	const agent: INode = {
		id: 'a',
		name: 'Agent',
		type: 'agent',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const tool: INode = {
		id: 't',
		name: 'Kling Video',
		type: 'klingVideoTool',
		typeVersion: 1,
		position: [0, 200],
		parameters: { ...waiting(), ...parameters, taskId: "={{ $fromAI('Task_ID', '', 'string') }}" },
		credentials: { ezModelApi: { id: '1', name: 'credential' } },
	};
	const workflow = new Workflow({
		nodes: [agent, tool],
		connections: {
			[tool.name]: {
				[NodeConnectionTypes.AiTool]: [
					[{ node: agent.name, type: NodeConnectionTypes.AiTool, index: 0 }],
				],
			},
		},
		active: false,
		nodeTypes: createNodeTypes(types),
	});
	const hooks = createHooks(SOME_PLACE, [agent, tool], {});
	const credential = { apiToken: SANDBOX_TOKEN, baseUrl: sandbox.url };
	const items = { main: [[{ json: { a: 1 } }, { json: { a: 2 } }, { json: { a: 3 } }]] };
	const { data } = await new WorkflowExecute(
		additionalDataFor(new EzModelApi(), credential, hooks, { executionId: '1' }),
		'manual',
		createRunExecutionData({
			executionData: { nodeExecutionStack: [{ node: agent, data: items, source: null }] },
		}),
	).processRunExecutionData(workflow);
	if (data.resultData.error !== undefined) throw data.resultData.error;
	return String(data.resultData.runData.Agent?.[0]?.data?.main?.[0]?.[0]?.json.said);
}

test('an agent that has several items is told the error of its tool', async () => {
	expect(await runAgent('unknown')).toContain('Task unknown is unknown to this token');
});

test('an agent that has several items gets the video of its tool', async () => {
	expect(await runAgent('success-2s')).toContain('"succeeded":true');
});

test('a host that runs tools by the routing alone submits nothing', async () => {
	const said = await runAgent('a cat', {
		resource: 'omniVideo',
		operation: 'create',
		prompt: "={{ $fromAI('Task_ID', '', 'string') }}",
	});
	expect(said).toContain('Nothing was submitted');
	expect(sandbox.requests).toEqual([]);
});

test.each(TASK_KINDS)('an agent gets the video of its tool: $resource', async (kind) => {
	await sandbox.close();
	sandbox = await startSandbox({ relay: 'any' });
	const { resource, path } = kind;
	const said = await runAgent('success-0s', {
		resource,
		...(path === null && { taskPath: 'effects' }),
	});
	expect(said).toContain('"succeeded":true');
	expect(sandbox.requests[0]?.path).toBe(`/kling/v1/videos/${path ?? 'effects'}/success-0s`);
});
