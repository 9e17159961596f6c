/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createHash } from 'node:crypto';
import axios, { type AxiosResponse } from 'axios';
import type { INode, INodeParameters } from 'n8n-workflow';
import type { Page } from 'playwright-core';
import type { Execution } from '../rest';
import { openNode, openWorkflow, startBrowser, type EditorBrowser } from './browser';
import { startHost, type Host } from './host';
import { takePicture } from './pictures';
import {
	progressOf,
	start,
	SUSPEND,
	suspendFor,
	tasks,
	TASKS,
	parked,
	type Started,
} from './suspended';
import { chain, jsonOf, manualTrigger, newNode, webhook } from './workflows';

let host: Host;
let browser: EditorBrowser;
let answer: Promise<AxiosResponse>;
let clicked: Page;

/** Each takes a minute or two: all wait at the same time. */
const started = new Map<string, Started>();

/** In pictures. */
const SEVERAL = 'Product clips of the week';

/** At once, then every 33 seconds; a slow machine may be late once. */
const CHECKS_IN_120_S = [4, 5];

const OF_ITEM = '={{ $json.task_id }}';

beforeAll(async () => {
	host = await startHost('suspend');
	browser = await startBrowser();
	const called = await host.rest.createWorkflow(
		chain('called', [
			newNode('When Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
				inputSource: 'passthrough',
			}),
			suspend('success-30s-called'),
		]),
	);
	clicked = await clickExecute('success-30s-clicked');
	const alarm = await host.rest.createWorkflow(
		chain('alarm', [
			newNode('When Something Fails', 'n8n-nodes-base.errorTrigger', 1),
			// what the gateway hears is counted
			{ ...suspend('success-0s-alarm'), name: 'Alarm' },
		]),
	);
	await host.rest.publish(alarm);
	const failing = await host.rest.createWorkflow({
		...chain('failing', [webhook('failing'), suspend('failure-30s-alarm')]),
		settings: { executionOrder: 'v1', errorWorkflow: alarm.id },
	});
	await host.rest.publish(failing);
	await axios.post(`${host.n8n.url}/webhook/failing`, {}, { proxy: false });
	const answers = await host.rest.createWorkflow(
		chain('answers', [webhook('answers'), suspend('={{ $json.body.task_id }}')]),
	);
	await host.rest.publish(answers);
	answer = axios.post(
		`${host.n8n.url}/webhook/answers`,
		{ task_id: 'success-30s-answer' },
		{ proxy: false },
	);
	for (const [name, { nodes, settings = {} }] of Object.entries(runs(called.id))) {
		started.set(name, await start(host.rest, name, nodes, settings));
	}
});

afterAll(async () => {
	await browser?.close();
	await host?.close();
});

/** As somebody does it in the editor, who then looks on. */
async function clickExecute(taskId: string): Promise<Page> {
	const { rest, n8n } = host;
	const { id } = await rest.createWorkflow(chain('clicked', [manualTrigger(), suspend(taskId)]));
	const page = await browser.openPage(n8n.url, rest);
	await openWorkflow(page, n8n.url, id);
	await page.getByTestId('execute-workflow-button').click();
	while (host.sandbox.checksOf(taskId).length === 0) {
		await host.sandbox.untilSeen(host.sandbox.requests.length + 1);
	}
	return page;
}

function suspend(taskId: string, options: INodeParameters = {}, more: Partial<INode> = {}): INode {
	return suspendFor(taskId, host.credential, options, more);
}

/** @param calledId of a workflow that suspends itself */
function runs(calledId: string): Record<string, { nodes: INode[]; settings?: object }> {
	return {
		stopped: { nodes: [suspend('never-stopped')] },
		done: { nodes: [...tasks('success-0s-done', 'success-0s-too'), suspend(OF_ITEM)] },
		one: { nodes: [suspend('success-30s-one')] },
		[SEVERAL]: {
			nodes: [
				...tasks('success-120s-c', 'success-0s-a', 'success-30s-b'),
				suspend(OF_ITEM),
				newNode('Linked', 'n8n-nodes-base.set', 3.4, {
					mode: 'raw',
					jsonOutput: `={{ { asked: $('${TASKS}').item.json.task_id, got: $json.taskId } }}`,
				}),
			],
		},
		failure: { nodes: [...tasks('success-30s-fine', 'failure-30s-bad'), suspend(OF_ITEM)] },
		'error output': {
			nodes: [
				...tasks('failure-30s-e', 'success-30s-f', 'unknown-g'),
				suspend(OF_ITEM, {}, { onError: 'continueErrorOutput' }),
			],
		},
		continue: {
			nodes: [
				...tasks('success-30s-h', 'failure-30s-i'),
				suspend(OF_ITEM, {}, { onError: 'continueRegularOutput' }),
			],
		},
		timeout: { nodes: [suspend('never-timeout', { maxWaitMinutes: 0.5 })] },
		'last status': {
			nodes: [suspend('never-last', { maxWaitMinutes: 0.5, onTimeout: 'returnLastStatus' })],
		},
		trouble: { nodes: [suspend('blip-unavailable-1s-trouble')] },
		download: {
			nodes: [suspend('video-25mb-30s', {}, { parameters: { downloadVideo: true } })],
		},
		raw: { nodes: [suspend('native-30s-raw', {}, { parameters: { simplify: false } })] },
		'not saved': {
			nodes: [
				suspend('success-30s-unsaved'),
				// the gateway is told, since nothing else is left of the execution
				suspendFor(
					'={{ $json.succeeded ? "success-0s-went-on" : "success-0s-went-wrong" }}',
					host.credential,
					{},
					{ name: 'Afterwards' },
				),
			],
			settings: {
				saveDataSuccessExecution: 'none',
				saveDataErrorExecution: 'none',
				saveManualExecutions: false,
				saveExecutionProgress: false,
			},
		},
		'time limit': { nodes: [suspend('success-120s-limit')], settings: { executionTimeout: 30 } },
		'calls another': {
			nodes: [
				newNode('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
					workflowId: { __rl: true, mode: 'id', value: calledId },
				}),
			],
		},
		'not to be called': {
			nodes: [suspend('success-30s-policy')],
			settings: { callerPolicy: 'none' },
		},
	};
}

function of(name: string): Started {
	const one = started.get(name);
	if (one === undefined) throw new Error(`${name} was not started`);
	return one;
}

const ended = async (name: string): Promise<Execution> =>
	await host.rest.ended(of(name).executionId);

/** What each check has shown to somebody who looks at the execution. */
function linesOf(progress: Execution): unknown[] {
	return (progress.data.resultData.runData['Check Tasks'] ?? []).map((run) =>
		run.data?.main?.[0]?.map(({ json }) => json.progress),
	);
}

test('Stop while it is parked: the execution ends as canceled, and the gateway is asked no more', async () => {
	const stopped = of('stopped');
	await parked(host.rest, stopped.executionId);
	await host.rest.stop(stopped.executionId);
	expect((await ended('stopped')).status).toBe('canceled');
	// it looks after the one that waits when its minute is over, and ends
	const progress = await progressOf(host.rest, stopped);
	expect([progress.status, linesOf(progress)]).toEqual(['success', [[]]]);
	expect(host.sandbox.checksOf('never-stopped')).toHaveLength(1);
});

test('tasks that are done already are not suspended', async () => {
	const execution = await ended('done');
	expect(jsonOf(execution, SUSPEND)).toEqual(
		['success-0s-done', 'success-0s-too'].map((taskId) =>
			expect.objectContaining({
				taskId,
				succeeded: true,
				wait: { checks: 1, waitedSeconds: expect.any(Number), timedOut: false },
			}),
		),
	);
	expect(await host.rest.executionsOf(of('done').workflow)).toHaveLength(1);
});

test('one task: the video comes out, and the progress was to be seen', async () => {
	const execution = await ended('one');
	expect(execution.status).toBe('success');
	const videoUrl = `${host.sandbox.url}/videos/success-30s-one.mp4`;
	const wait = { checks: 2, waitedSeconds: expect.any(Number), timedOut: false };
	expect(jsonOf(execution, SUSPEND)).toEqual([
		expect.objectContaining({ status: 'SUCCESS', succeeded: true, videoUrl, wait }),
	]);

	const progress = await progressOf(host.rest, of('one'));
	expect(progress.status).toBe('success');
	expect(Object.keys(progress.data.resultData.runData)).toEqual([
		'Tasks',
		'Begin to Wait',
		'Suspended Until the Next Check',
		'Check Tasks',
		'All Done?',
		SUSPEND,
	]);
	expect(linesOf(progress)).toEqual([['Task success-30s-one: SUCCESS (100%) after 2 checks']]);
	// from the one to the other by a click
	expect(execution.data.resultData.runData[SUSPEND]?.[0]?.metadata?.subExecution).toEqual({
		executionId: progress.id,
		workflowId: of('one').workflow.id,
	});
});

test('tasks that end at different times are gathered, in order and linked; none is checked again when done', async () => {
	const execution = await ended(SEVERAL);
	const taskIds = ['success-120s-c', 'success-0s-a', 'success-30s-b'];
	expect(jsonOf(execution, 'Linked')).toEqual(taskIds.map((id) => ({ asked: id, got: id })));
	const [long = 0, ...short] = taskIds.map((id) => host.sandbox.checksOf(id).length);
	expect(short).toEqual([1, 2]);
	expect(CHECKS_IN_120_S).toContain(long);
});

test('a failed task ends the execution with its reason, as an error of the node that waits', async () => {
	const { status, data } = await ended('failure');
	expect(status).toBe('error');
	expect(data.resultData.lastNodeExecuted).toBe(SUSPEND);
	expect(data.resultData.error).toMatchObject({
		message:
			'Task failure-30s-bad (Multi-Image Video) ended without a video: Image pixel is invalid',
		description: expect.stringContaining('submit a new task'),
		context: { itemIndex: 1 },
		node: { name: SUSPEND },
	});
});

test('with an error output, failed tasks go there and the others on', async () => {
	const execution = await ended('error output');
	expect(execution.status).toBe('success');
	expect(jsonOf(execution, SUSPEND)).toEqual([
		expect.objectContaining({ taskId: 'success-30s-f', succeeded: true }),
	]);
	expect(jsonOf(execution, SUSPEND, 1)).toEqual([
		expect.objectContaining({
			error: {
				message:
					'Task failure-30s-e (Multi-Image Video) ended without a video: Image pixel is invalid',
				description: expect.any(String),
				taskId: 'failure-30s-e',
				status: 'FAILURE',
			},
		}),
		expect.objectContaining({
			error: expect.objectContaining({ taskId: 'unknown-g', status: null }),
		}),
	]);
	expect(host.sandbox.checksOf('unknown-g')).toHaveLength(1);
});

test('with Continue, a failed task is an item at its place', async () => {
	const execution = await ended('continue');
	expect(jsonOf(execution, SUSPEND)).toEqual([
		expect.objectContaining({ taskId: 'success-30s-h', succeeded: true }),
		{ error: expect.objectContaining({ taskId: 'failure-30s-i', status: 'FAILURE' }) },
	]);
});

test('when time is up, the last status is told', async () => {
	const { status, data } = await ended('timeout');
	expect([status, data.resultData.error?.message]).toEqual([
		'error',
		'Task never-timeout (Multi-Image Video) was not finished within 0.5 minutes',
	]);
	expect(jsonOf(await ended('last status'), SUSPEND)).toEqual([
		expect.objectContaining({
			status: 'IN_PROGRESS',
			done: false,
			wait: { checks: 2, waitedSeconds: expect.any(Number), timedOut: true },
		}),
	]);
});

test('passing trouble is waited out over several checks', async () => {
	expect(jsonOf(await ended('trouble'), SUSPEND)).toEqual([
		expect.objectContaining({ succeeded: true, wait: expect.objectContaining({ checks: 3 }) }),
	]);
	const [line] = linesOf(await progressOf(host.rest, of('trouble')));
	expect(line).toEqual([expect.stringContaining('the last check went wrong')]);
});

test('the video itself comes out whole', async () => {
	const execution = await ended('download');
	const [item] = execution.data.resultData.runData[SUSPEND]?.[0]?.data?.main?.[0] ?? [];
	const file = await host.rest.binary(String(item?.binary?.data?.id));
	const { data: video } = await axios.get<ArrayBuffer>(String(item?.json.videoUrl), {
		responseType: 'arraybuffer',
		proxy: false,
	});
	const sha256 = (bytes: ArrayBuffer) =>
		createHash('sha256').update(Buffer.from(bytes)).digest('hex');
	expect(sha256(file)).toBe(sha256(video));
});

test('with Simplify off, the reply comes as it is', async () => {
	const [json] = jsonOf(await ended('raw'), SUSPEND);
	expect(Object.keys(json ?? {})).toEqual(['code', 'message', 'request_id', 'data']);
});

test('it goes on where no execution is saved', async () => {
	const checks = async () => host.sandbox.checksOf('success-0s-went-on').length;
	while ((await checks()) === 0) {
		await host.sandbox.untilSeen(host.sandbox.requests.length + 1);
	}
	expect(host.sandbox.checksOf('success-0s-went-wrong')).toHaveLength(0);
});

// n8n counts the time that is spent parked, and looks at its limit when it goes on
test('a time limit of the workflow that is shorter than the wait: n8n ends it as canceled', async () => {
	expect((await ended('time limit')).status).toBe('canceled');
	expect(CHECKS_IN_120_S).toContain(host.sandbox.checksOf('success-120s-limit').length);
	expect((await progressOf(host.rest, of('time limit'))).status).toBe('success');
});

test('a workflow that no other workflow may call can suspend itself', async () => {
	expect((await ended('not to be called')).status).toBe('success');
});

test('a sub-workflow is suspended together with the workflow that called it', async () => {
	const { status, data } = await ended('calls another');
	expect([status, data.resultData.error]).toEqual(['success', undefined]);
	expect(jsonOf(await ended('calls another'), 'Call')).toEqual([
		expect.objectContaining({ taskId: 'success-30s-called', succeeded: true }),
	]);
});

// n8n answers when the workflow is put aside: the video is not there yet
test('a webhook that answers with what the last node gives has only the status to give', async () => {
	expect((await answer).data).toEqual({
		progress: 'Task success-30s-answer: SUBMITTED (10%) after 1 check',
		waitStartedAt: expect.any(String),
		taskId: 'success-30s-answer',
		status: 'SUBMITTED',
		done: false,
		succeeded: false,
		videoUrl: null,
		allDone: false,
	});
});

test('an error workflow is called once, by the execution that waited', async () => {
	const { sandbox } = host;
	while (sandbox.checksOf('success-0s-alarm').length === 0) {
		await sandbox.untilSeen(sandbox.requests.length + 1);
	}
	// as many minutes as those have been suspended
	await ended(SEVERAL);
	expect(sandbox.checksOf('success-0s-alarm')).toHaveLength(1);
});

test('somebody who runs it in the editor sees the video there', async () => {
	await openNode(clicked, SUSPEND);
	const output = clicked.getByTestId('output-panel');
	await output.getByText(`${host.sandbox.url}/videos/success-30s-clicked.mp4`).first().waitFor();
});

test('in the editor, the execution leads to its progress, which tells what each check found', async () => {
	const { rest, n8n } = host;
	const { workflow, executionId } = of(SEVERAL);
	const progress = await progressOf(rest, of(SEVERAL));
	const page = await browser.openPage(n8n.url, rest);
	const executions = `${n8n.url}/workflow/${workflow.id}/executions`;
	await page.goto(`${executions}/${executionId}`);
	await openNode(page, SUSPEND);
	await page.getByText(`View sub-execution ${progress.id}`).waitFor();

	await page.goto(`${executions}/${progress.id}`);
	await page.getByTestId('canvas-node').filter({ hasText: 'Check Tasks' }).first().waitFor();
	await openNode(page, 'Check Tasks');
	const output = page.getByTestId('output-panel');
	const checks = host.sandbox.checksOf('success-120s-c').length;
	const line = `Task success-120s-c: SUCCESS (100%) after ${checks} checks`;
	await output.getByText(line).first().waitFor();
	await takePicture(page, 'progress');
});
