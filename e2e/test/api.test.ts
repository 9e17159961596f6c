/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import axios from 'axios';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { freePort } from '../n8n';
import { exampleFilesThatRunHere, KLING_TYPE, readExample } from '../sandboxWorkflows';
import type { WorkflowToCreate } from '../rest';
import { startHost, type Host } from './host';
import { chain, jsonOf, manualTrigger, START, waitFor, webhook } from './workflows';

/** What comes out of an example's last nodes, if there is a video and if there is none. */
const HANDED_ON: Record<string, Array<[nodeName: string, good: object[], bad: object[]]>> = {
	'submit-and-wait.json': [
		[
			'Hand On the URL',
			[{ videoUrl: expect.stringMatching(/\/videos\/\d+\.mp4$/), seconds: 5.1 }],
			[],
		],
		[
			'Say What Happened',
			[],
			[
				{
					whatHappened: expect.stringContaining('Image pixel is invalid'),
					whatToDo: expect.stringContaining('submit a new task'),
					taskId: expect.stringMatching(/^\d+$/),
				},
			],
		],
	],
};

let host: Host;

beforeAll(async () => {
	host = await startHost('api');
});

afterAll(async () => {
	await host?.close();
});

test('n8n has the node under the name of its package, as a node and as a tool', async () => {
	const names = (await host.rest.nodeTypes()).map(({ name }) => name);
	expect(names).toEqual(expect.arrayContaining([KLING_TYPE, `${KLING_TYPE}Tool`]));
	expect(KLING_TYPE).toBe('n8n-nodes-ezmodel-kling.klingVideo');
});

describe("the credential's test", () => {
	const tested = async (data: { apiToken?: string; baseUrl?: string }) =>
		await host.rest.testCredential(host.credential, {
			apiToken: SANDBOX_TOKEN,
			baseUrl: host.sandbox.url,
			...data,
		});

	test('accepts a good token', async () => {
		expect(await tested({})).toMatchObject({ status: 'OK' });
	});

	test('says that a bad token was not accepted', async () => {
		expect(await tested({ apiToken: 'sk-wrong' })).toEqual({
			status: 'Error',
			message: expect.stringContaining('token was not accepted'),
		});
	});

	test.each(['console', 'moved', 'v2/nothing'])(
		'says that a Base URL with /%s is wrong',
		async (path) => {
			expect(await tested({ baseUrl: `${host.sandbox.url}/${path}` })).toEqual({
				status: 'Error',
				message: expect.stringContaining('Base URL does not lead to the gateway'),
			});
		},
	);

	test('does not pass where nobody listens', async () => {
		const baseUrl = `http://127.0.0.1:${await freePort()}`;
		expect(await tested({ baseUrl })).toMatchObject({ status: 'Error' });
	});
});

test.each(exampleFilesThatRunHere())(
	'examples/%s runs from its trigger to its end, whether there is a video or not',
	async (file) => {
		const example = readExample(file, host.credential, host.sandbox.url);
		// side by side: automatic checking hardly asks while no video can be ready
		const [good, bad] = await Promise.all([
			runExample(withPrompt(example, '[success-1s]')),
			runExample(withPrompt(example, '[failure-1s]')),
		]);
		expect([good.status, bad.status]).toEqual(['success', 'success']);
		const ran = new Set([good, bad].flatMap(({ data }) => Object.keys(data.resultData.runData)));
		const toRun = example.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		expect([...ran].sort()).toEqual(toRun.map(({ name }) => name).sort());

		const waits = example.nodes.filter(({ type }) => type === KLING_TYPE);
		expect(waits.length).toBeGreaterThan(0);
		for (const { name } of waits) {
			const videoUrl = expect.stringContaining(`${host.sandbox.url}/videos/`);
			expect(jsonOf(good, name)).toEqual([expect.objectContaining({ succeeded: true, videoUrl })]);
		}
		for (const [name, ifGood, ifBad] of HANDED_ON[file] ?? []) {
			expect([name, jsonOf(good, name)]).toEqual([name, ifGood]);
			expect([name, jsonOf(bad, name)]).toEqual([name, ifBad]);
		}
	},
);

test('a failed task ends the run with its message', async () => {
	const workflow = await host.rest.createWorkflow(
		chain('fails', [manualTrigger(), waitFor('failure-1s-message', host.credential)]),
	);
	const execution = await host.rest.ended(await host.rest.run(workflow, START));
	expect(execution.status).toBe('error');
	expect(execution.data.resultData.error).toMatchObject({
		message: 'Task failure-1s-message ended without a video: Image pixel is invalid',
		description: expect.stringContaining('submit a new task'),
	});
});

test('Stop ends a wait, and the gateway is asked no more', async () => {
	const { rest, sandbox, credential } = host;
	const workflow = await rest.createWorkflow(
		chain('never', [manualTrigger(), waitFor('never-stopped', credential)]),
	);
	const executionId = await rest.run(workflow, START);
	await checked('never-stopped', 2);
	await rest.stop(executionId);
	const { status } = await rest.ended(executionId);
	expect(status).toBe('canceled');

	const checks = sandbox.checksOf('never-stopped').length;
	// as long as this takes, the stopped one would have been checked three times more
	const other = await rest.createWorkflow(
		chain('other', [manualTrigger(), waitFor('success-3s-other', credential)]),
	);
	await rest.ended(await rest.run(other, START));
	expect(sandbox.checksOf('success-3s-other').length).toBeGreaterThan(1);
	expect(sandbox.checksOf('never-stopped')).toHaveLength(checks);
});

test('a published workflow answers ten calls at once, each with its own video', async () => {
	const { rest, n8n, sandbox, credential } = host;
	const workflow = await rest.createWorkflow(
		chain('webhook', [webhook('ten'), waitFor('={{ $json.body.task_id }}', credential)]),
	);
	await rest.publish(workflow);
	const taskIds = Array.from(
		{ length: 10 },
		(_, index) => `success-${2 + (index % 3)}s-webhook${index}`,
	);
	const answers = await Promise.all(
		taskIds.map(async (taskId) => {
			const { data } = await axios.post(
				`${n8n.url}/webhook/ten`,
				{ task_id: taskId },
				{ proxy: false },
			);
			return data;
		}),
	);
	expect(answers).toEqual(
		taskIds.map((taskId) =>
			expect.objectContaining({
				taskId,
				status: 'SUCCESS',
				videoUrl: `${sandbox.url}/videos/${taskId}.mp4`,
			}),
		),
	);
	const executions = await rest.executionsOf(workflow);
	expect(executions.map(({ status }) => status)).toEqual(taskIds.map(() => 'success'));
});

async function checked(taskId: string, times: number): Promise<void> {
	const { sandbox } = host;
	while (sandbox.checksOf(taskId).length < times) {
		await sandbox.untilSeen(sandbox.requests.length + 1);
	}
}

async function runExample(example: WorkflowToCreate) {
	const trigger = example.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	// one with another trigger has to be started in another way
	if (trigger === undefined) throw new Error(`${example.name}: no trigger that can be clicked`);
	const workflow = await host.rest.createWorkflow(example);
	return await host.rest.ended(await host.rest.run(workflow, trigger.name));
}

/** The sandbox reads from the prompt what becomes of a video. */
function withPrompt(example: WorkflowToCreate, scenario: string): WorkflowToCreate {
	const prompt = 'The cat puts on the hat and looks into the camera';
	const text = JSON.stringify(example);
	if (!text.includes(prompt)) throw new Error(`${example.name}: another prompt than was expected`);
	return JSON.parse(text.replaceAll(prompt, `${prompt} ${scenario}`));
}
