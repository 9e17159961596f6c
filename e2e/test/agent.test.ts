import type { INode } from 'n8n-workflow';
import type { Credential, Execution, WorkflowToCreate } from '../rest';
import { CREDENTIAL_TYPE, KLING_TYPE } from '../sandboxWorkflows';
import { startLanguageModel, type LanguageModel } from '../standIns/languageModel';
import { startHost, type Host } from './host';
import { jsonOf, manualTrigger, newNode, START } from './workflows';

const AGENT = 'AI Agent';
const MODEL = 'OpenAI Chat Model';
const TOOL = 'Look at a Kling task';

let model: LanguageModel;
let host: Host;
let modelCredential: Credential;

beforeAll(async () => {
	model = await startLanguageModel();
	host = await startHost('agent');
	modelCredential = await host.rest.createCredential('model', 'openAiApi', model.credentialData);
});

afterEach(() => {
	model.questions.length = 0;
});

afterAll(async () => {
	await host?.close();
	await model?.close();
});

test.each([
	['getStatus', 'success-0s-agent'],
	['waitUntilComplete', 'success-1s-agent'],
])('with %s as its tool, an agent reads status and URL', async (operation, taskId) => {
	const execution = await ask(`What became of task ${taskId} ?`, operation);
	expect(execution.status).toBe('success');
	expect(toolsOffered()).toEqual([
		expect.objectContaining({
			name: expect.stringMatching(/^[\w-]{1,64}$/),
			description: expect.stringContaining('omni video'),
			parameters: expect.objectContaining({
				properties: {
					Task_ID: { type: 'string', description: 'The id that the submit call gave' },
				},
			}),
		}),
	]);

	const [task] = JSON.parse(toolSaid());
	expect(task).toMatchObject({
		taskId,
		status: 'SUCCESS',
		succeeded: true,
		videoUrl: `${host.sandbox.url}/videos/${taskId}.mp4`,
	});
	expect(jsonOf(execution, AGENT)).toEqual([{ output: `It says: ${toolSaid()}` }]);
});

test('an agent reads why there is no video', async () => {
	const taskId = 'failure-0s-agent';
	await ask(`What became of task ${taskId} ?`, 'waitUntilComplete');
	expect(toolSaid()).toContain(
		`Task ${taskId} (Omni Video) ended without a video: Image pixel is invalid`,
	);
});

test('an agent reads that its tool cannot suspend the workflow, and the gateway is not asked', async () => {
	const taskId = 'success-0s-agent-suspends';
	await ask(`What became of task ${taskId} ?`, 'suspendUntilComplete');
	expect(toolSaid()).toContain('a tool of an AI agent cannot suspend the workflow');
	expect(host.sandbox.checksOf(taskId)).toHaveLength(0);
});

test('with create as its tool, an agent has a video made, and it is paid once', async () => {
	await ask('Please do the task a-cat-in-a-hat[success-1s] ?', 'create');
	const [task] = JSON.parse(toolSaid());
	expect(task).toMatchObject({ status: 'SUCCESS', succeeded: true });
	expect(host.sandbox.submits).toMatchObject([
		{ taskId: task.taskId, body: { prompt: 'a-cat-in-a-hat[success-1s]' } },
	]);
	expect(host.sandbox.ledger).toMatchObject([{ kind: 'charge', taskId: task.taskId }]);
});

async function ask(text: string, operation: string): Promise<Execution> {
	const { rest } = host;
	const workflow = await rest.createWorkflow(agentWorkflow(text, operation));
	return await rest.ended(await rest.run(workflow, START));
}

function agentWorkflow(text: string, operation: string): WorkflowToCreate {
	const { credential } = host;
	const agent = newNode(AGENT, '@n8n/n8n-nodes-langchain.agent', 3, {
		promptType: 'define',
		text,
		options: {},
	});
	const chatModel: INode = {
		...newNode(MODEL, '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, {
			model: { __rl: true, mode: 'id', value: 'gpt-4.1-mini' },
			options: {},
		}),
		credentials: { openAiApi: { id: modelCredential.id, name: modelCredential.name } },
	};
	const tool: INode = {
		...newNode(TOOL, `${KLING_TYPE}Tool`, 1, {
			resource: 'omniVideo',
			operation,
			// what the button beside the field puts in
			...(operation === 'create'
				? {
						prompt:
							"={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Prompt', `What the video shows`, 'string') }}",
					}
				: {
						taskId:
							"={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Task_ID', `The id that the submit call gave`, 'string') }}",
					}),
			options: ['waitUntilComplete', 'create'].includes(operation) ? { pollingInterval: 1 } : {},
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
	};
	return {
		name: text,
		nodes: [manualTrigger(), agent, chatModel, tool],
		connections: {
			[START]: { main: [[{ node: AGENT, type: 'main', index: 0 }]] },
			[MODEL]: { ai_languageModel: [[{ node: AGENT, type: 'ai_languageModel', index: 0 }]] },
			[TOOL]: { ai_tool: [[{ node: AGENT, type: 'ai_tool', index: 0 }]] },
		},
	};
}

function toolsOffered(): object[] {
	return (model.questions[0]?.tools ?? []).map((tool) => tool.function);
}

/** What the agent handed its model as the tool's answer. */
function toolSaid(): string {
	const message = model.questions.at(-1)?.messages.findLast(({ role }) => role === 'tool');
	return message?.content ?? '';
}
