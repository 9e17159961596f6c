/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import type { INodeParameters } from 'n8n-workflow';
import type { Page } from 'playwright-core';
import { VIDEO_HOST_URL } from '../standIns/ezModel';
import { startBrowser, type EditorBrowser } from './browser';
import { startHost, type Host } from './host';
import { takePicture } from './pictures';
import { chain, create, manualTrigger, START } from './workflows';

// The trigger as somebody sets it up who only clicks, while the sandbox gateway calls as Kling does.

/** What somebody would name theirs: it is in the pictures. */
const WORKFLOW = 'Store finished videos';

let host: Host;
let browser: EditorBrowser;
let page: Page;

beforeAll(async () => {
	browser = await startBrowser();
	host = await startHost('trigger-editor', { atGatewaysAddress: true });
});

beforeEach(async () => {
	page = await browser.openPage(host.n8n.url, host.rest);
	await page.setViewportSize({ width: 1440, height: 900 });
	const { id } = await host.rest.createWorkflow({ name: WORKFLOW, nodes: [], connections: {} });
	await page.goto(`${host.n8n.url}/workflow/${id}`);
	await page.getByTestId('canvas-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill('kling');
	await page
		.getByTestId('node-creator-item-name')
		.filter({ hasText: /^Kling Video$/ })
		.click();
});

afterEach(async () => {
	await page?.context().close();
});

afterAll(async () => {
	await browser?.close();
	await host?.close();
});

test('the node panel finds the trigger for "kling", and says what starts it', async () => {
	const triggers = page.getByTestId('item-iterator-item').filter({ hasText: /^\s*When a video/ });
	await triggers.nth(2).waitFor();
	expect(await triggers.allInnerTexts()).toEqual([
		'When a video is done, or has failed',
		'When a video has failed',
		'When a video is ready',
	]);
	for (const trigger of await triggers.all()) {
		await trigger.locator('img[src$="/klingVideo.svg"]').locator('visible=true').waitFor();
	}
	await takePicture(page, 'panel-trigger');
});

test('n8n has one entry for both nodes, which speaks of both and has their icon', async () => {
	await page.getByText('When a video is ready').click();
	await page.getByTestId('ndv-close-button').click();
	const trigger = page.getByTestId('canvas-node').filter({ hasText: 'Task Succeeded' });
	await trigger.locator('img[src$="/klingVideo.svg"]').waitFor();
	await page.getByTestId('node-creator-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill('kling');
	const entry = page
		.getByTestId('item-iterator-item')
		.filter({ hasText: 'Create Kling videos, wait for them, or start a workflow' });
	await entry.locator('img[src$="/klingVideo.svg"]').locator('visible=true').waitFor();
	await entry.click();
	await page.getByText('Create omni video').waitFor();
});

test('set up by clicks, it shows the task of which Kling calls', async () => {
	await page.getByText('When a video is done, or has failed').click();
	await page.getByTestId('parameter-input-resource').click();
	await page.getByRole('option').filter({ hasText: 'Omni Video' }).click();
	const form = page.getByTestId('node-parameters');
	await form.getByText('Webhook URLs').click();
	const output = page.getByTestId('output-panel');
	await output.getByText('paste the URL there').waitFor();
	const testUrl = await form.getByText('/webhook-test/').innerText();
	await takePicture(page, 'trigger');

	await page.getByTestId('node-execute-button').click();
	await page.getByText('Listening for test event').first().waitFor();

	await submit({ callbackUrl: testUrl.trim() });
	await output.getByText(`${VIDEO_HOST_URL}/`).first().waitFor();
	await output.getByTestId('radio-button-table').click();
	const table = output.locator('table');
	await table.getByText('succeeded', { exact: true }).first().waitFor();
	await table
		.getByText(host.sandbox.submits.at(-1)?.taskId ?? 'no task')
		.first()
		.waitFor();
	// it is in the way of what came
	expect(await output.getByText('paste the URL there').count()).toBe(0);
	await page.locator('.el-notification').first().waitFor({ state: 'hidden' });
	await takePicture(page, 'trigger-item');
});

/** Another workflow submits a video, and ends at once. */
async function submit(options: INodeParameters): Promise<void> {
	const { credential, rest } = host;
	const node = create('A cat puts on a hat [success-1s]', credential, options, {
		parameters: { afterSubmit: 'returnTask' },
	});
	const workflow = await rest.createWorkflow(chain('Submit videos', [manualTrigger(), node]));
	expect((await rest.ended(await rest.run(workflow, START))).status).toBe('success');
}
