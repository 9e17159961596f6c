/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import axios from 'axios';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { freePort } from '../n8n';
import { KLING_TYPE } from '../sandboxWorkflows';
import { startHost, type Host } from './host';
import { chain, manualTrigger, START, waitFor, webhook } from './workflows';

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

test('a failed task ends the run with its message', async () => {
	const workflow = await host.rest.createWorkflow(
		chain('fails', [manualTrigger(), waitFor('failure-1s-message', host.credential)]),
	);
	const execution = await host.rest.ended(await host.rest.run(workflow, START));
	expect(execution.status).toBe('error');
	expect(execution.data.resultData.error).toMatchObject({
		message:
			'Task failure-1s-message (Multi-Image Video) ended without a video: Image pixel is invalid',
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
