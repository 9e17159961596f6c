/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import type { Page } from 'playwright-core';
import { openNode, openWorkflow, startBrowser, type EditorBrowser } from './browser';
import { startHost, type Host } from './host';
import { takePicture } from './pictures';
import { parked, SUSPEND, suspendFor, tasks } from './suspended';
import { chain, manualTrigger } from './workflows';

// What a person sees of a suspended node, who has to find out what it waits for and what may be stopped.

/** In pictures. */
const WORKFLOW = 'Product clips of the week';
const RUNNING_TASK = 'never-842250903629086785';

let host: Host;
let browser: EditorBrowser;
/** Of somebody who has clicked and looks on. */
let clicked: Page;
let page: Page;
let workflowUrl: string;
/** The execution that waits, and the one that shows its progress. */
let parentId: string;
let progressId: string;

beforeAll(async () => {
	host = await startHost('suspendEditor');
	browser = await startBrowser();
	const { rest, n8n, sandbox, credential } = host;
	const workflow = await rest.createWorkflow(
		chain(WORKFLOW, [
			manualTrigger(),
			...tasks(RUNNING_TASK, 'success-0s-842250903629086786'),
			suspendFor('={{ $json.task_id }}', credential),
		]),
	);
	workflowUrl = `${n8n.url}/workflow/${workflow.id}`;
	clicked = await browser.openPage(n8n.url, rest);
	await openWorkflow(clicked, n8n.url, workflow.id);
	await clicked.getByTestId('execute-workflow-button').click();
	// a round has been made, and the next one is waited for
	while (sandbox.checksOf(RUNNING_TASK).length < 2) {
		await sandbox.untilSeen(sandbox.requests.length + 1);
	}
	const executions = await rest.executionsOf(workflow);
	const ids = executions.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
	expect(ids).toHaveLength(2);
	[parentId = '', progressId = ''] = ids;
	await parked(rest, parentId);
	await parked(rest, progressId);
	page = await browser.openPage(n8n.url, rest);
});

afterAll(async () => {
	await browser?.close();
	await host?.close();
});

test('to somebody who looks on, the node says what it waits for, and what to stop', async () => {
	await openNode(clicked, SUSPEND);
	const output = clicked.getByTestId('output-panel');
	await output.getByText('This node waits for Kling').waitFor();
	await output.getByText('stop this execution').waitFor();
	await output.getByText(`View sub-execution ${progressId}`).waitFor();
	await takePicture(clicked, 'waiting');
});

test('n8n lists two executions, and knows of each which it is', async () => {
	await page.goto(`${host.n8n.url}/home/executions`);
	const rows = page.getByRole('row').filter({ hasText: WORKFLOW });
	await rows.filter({ hasText: 'Waiting' }).nth(1).waitFor();
	// the documents say so
	const [upper, lower] = await rows.allInnerTexts();
	expect(upper?.split('\t')).toContain(progressId);
	expect(lower?.split('\t')).toContain(parentId);
	await takePicture(page, 'two-executions');
	const { rest } = host;
	expect((await rest.execution(parentId)).customData).toEqual({
		kling_progress: `execution ${progressId} shows the progress of this one`,
	});
	expect((await rest.execution(progressId)).customData).toEqual({
		kling_progress_of: `execution ${parentId}: stop that one, not this one`,
	});
});

test('in the execution that waits, the node says which of the two to stop', async () => {
	await page.goto(`${workflowUrl}/executions/${parentId}`);
	await openNode(page, SUSPEND);
	const output = page.getByTestId('output-panel');
	await output.getByText('stop the one with the lower ID').waitFor();
});

test('the execution that shows the progress says which one to stop, and leads to it', async () => {
	await page.goto(`${workflowUrl}/executions/${progressId}`);
	await page.getByTestId('canvas-node').filter({ hasText: 'Check Tasks' }).first().waitFor();
	const note = page.getByTestId('sticky').first();
	await note.getByText('To end the wait, stop').waitFor();
	const link = note.getByRole('link', { name: `execution ${parentId}` }).first();
	expect(await link.evaluate((element) => Reflect.get(element, 'href'))).toBe(
		`${workflowUrl}/executions/${parentId}`,
	);
	await takePicture(page, 'suspended');

	// as the note says
	await host.rest.stop(parentId);
	expect((await host.rest.ended(parentId)).status).toBe('canceled');
	expect((await host.rest.ended(progressId)).status).toBe('success');
});
