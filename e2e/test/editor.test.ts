/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { INode } from 'n8n-workflow';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { CREDENTIAL_TYPE, exampleFiles, readExample } from '../sandboxWorkflows';
import { VIDEO_HOST_URL } from '../standIns/ezModel';
import { openNode, openWorkflow, startBrowser, type EditorBrowser } from './browser';
import { startHost, type Host } from './host';
import { takePicture } from './pictures';
import {
	chain,
	create,
	CREATE,
	JPEG,
	manualTrigger,
	newNode,
	START,
	WAIT,
	waitFor,
} from './workflows';

/** What somebody would name theirs: it is in the pictures. */
const WORKFLOW = 'Product clip of the week';

let host: Host;
let browser: EditorBrowser;
let page: Page;

beforeAll(async () => {
	browser = await startBrowser();
	host = await startHost('editor', { atGatewaysAddress: true });
});

beforeEach(async () => {
	page = await browser.openPage(host.n8n.url, host.rest);
});

afterEach(async () => {
	await page?.context().close();
});

afterAll(async () => {
	await browser?.close();
	await host?.close();
});

const SEARCHES = [
	...['kling', 'ezmodel', 'video', 'omni', 'multi image', 'text to video', 'image to video'],
	...['lip sync', 'avatar', 'motion control', 'extend video'],
];

test.each(SEARCHES)('the node panel finds the node for "%s"', async (words) => {
	await open(await submitWorkflow('[success-1s]'));
	await page.getByTestId('node-creator-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill(words);
	const found = page.getByTestId('node-creator-item-name').filter({ hasText: /^Kling Video$/ });
	await found.waitFor();
	await shoot(`panel-${words}`);
	await found.click();
	const actions = page.getByTestId('node-creator-item-name');
	await actions.filter({ hasText: 'Wait until omni video is complete' }).waitFor();
	expect(await actions.allTextContents()).toEqual(
		expect.arrayContaining(['Get omni video status', 'Wait until omni video is complete']),
	);
	await shoot('actions');
});

test('the example shows what it does, in light and in dark', async () => {
	const example = readExample('create-omni-video.json', host.credential, null);
	const { id } = await host.rest.createWorkflow(example);
	for (const [colorScheme, icon] of [
		['light', 'klingVideo.svg'],
		['dark', 'klingVideo.dark.svg'],
	] as const) {
		await page.emulateMedia({ colorScheme });
		await open(id);
		const node = page.getByTestId('canvas-node').filter({ hasText: 'Create Video' });
		await node.getByText('Create Omni Video').waitFor();
		await node.locator(`img[src$="/${icon}"]`).waitFor();
		await shoot(`example-${colorScheme}`);
	}
});

test.each(exampleFiles())('the note of examples/%s fits into its box', async (file) => {
	const { id } = await host.rest.createWorkflow(readExample(file, host.credential, null));
	await open(id);
	const note = page.getByTestId('sticky');
	await note.getByRole('heading').first().waitFor();
	await shoot(file.replace('.json', ''));
	const filled = await note.evaluate((box) => {
		const last = box.querySelector('h2')?.parentElement?.lastElementChild;
		const { top, height } = box.getBoundingClientRect();
		return last ? (last.getBoundingClientRect().bottom - top) / height : 0;
	});
	expect(filled).toBeGreaterThan(0.6);
	expect(filled).toBeLessThan(1);
});

test('the node creates a video: its model comes from the live list, its images from files', async () => {
	const prompt = 'The cat in <<<image_1>>> puts on the hat in <<<image_2>>> [success-1s]';
	const images = {
		image: [{ url: 'https://example.com/cat.png' }, { url: 'https://example.com/hat.png' }],
	};
	const node = create(prompt, host.credential, { pollingInterval: 1 }, { parameters: { images } });
	const { id } = await host.rest.createWorkflow(chain(WORKFLOW, [manualTrigger(), node]));
	await page.setViewportSize({ width: 1440, height: 1300 });
	await open(id);
	await openNode(page, CREATE);
	await page.getByText('is safe here').locator('visible=true').first().waitFor();
	expect(
		await inOrder([
			'Credential',
			'Resource',
			'Operation',
			'Model',
			'Prompt',
			'Images',
			'Mode',
			'Duration (Seconds)',
			'Aspect Ratio',
			'Sound',
			'After Submitting',
			'Download Video',
			'Simplify',
			'Options',
		]),
	).toBe(true);
	await page.getByTestId('rlc-input').locator('visible=true').click();
	const models = page.getByTestId('rlc-item').locator('visible=true');
	await models.first().waitFor();
	expect(await models.first().innerText()).toContain('kling-v3-omni');
	await shoot('models');
	await page.getByTestId('rlc-search').locator('visible=true').fill('v1-6');
	await models.filter({ hasText: 'kling-v1-6 (retired by Kling)' }).waitFor();
	await page.keyboard.press('Escape');
	await shoot('create');

	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output.getByText(`${VIDEO_HOST_URL}/`).first().waitFor();
	await output.getByTestId('radio-button-table').click();
	await output.locator('table').getByText('succeeded', { exact: true }).first().waitFor();
	await shoot('created');
	expect(host.sandbox.submits.at(-1)?.body).toMatchObject({ model: 'kling-v3-omni', prompt });
});

test('a person makes a video from two files of a form, by clicks and one sentence', async () => {
	const prompt = 'The cat in <<<image_1>>> looks into the mirror in <<<image_2>>> [success-1s]';
	const { id } = await host.rest.createWorkflow(chain(WORKFLOW, [imageForm()]));
	await page.setViewportSize({ width: 1440, height: 900 });
	await open(id);
	await addKlingNode('Create omni video');

	await page.getByTestId('parameter-input-prompt').locator('textarea').fill(prompt);
	await page.getByTestId('fixed-collection-add').locator('visible=true').first().click();
	await page.getByTestId('parameter-input-source').click();
	await page.getByRole('option').filter({ hasText: "From Input Item's File" }).click();
	const field = page.getByTestId('parameter-input-binaryField').locator('input');
	await field.fill('Images_0, Images_1');
	await shoot('create-from-files');

	const formOpens = page.waitForEvent('popup');
	await page.getByTestId('node-execute-button').click();
	const form = await formOpens;
	await form
		.locator('input[type=file]')
		.setInputFiles(
			['cat.jpg', 'mirror.jpg'].map((name) => ({ name, mimeType: 'image/jpeg', buffer: JPEG })),
		);
	await form.getByRole('button', { name: 'Submit' }).click();

	const output = page.getByTestId('output-panel');
	await output.getByText(`${VIDEO_HOST_URL}/`).first().waitFor();
	await page.locator('.el-notification').first().waitFor({ state: 'hidden' });
	await shoot('created-from-files');
	const image_url = JPEG.toString('base64');
	const [submit, ...others] = host.sandbox.submits.filter(({ body }) => body.prompt === prompt);
	expect(submit?.body).toMatchObject({ image_list: [{ image_url }, { image_url }] });
	expect(others).toEqual([]);
});

test('behind a submit call, the node waits and shows the video', async () => {
	await page.setViewportSize({ width: 1440, height: 900 });
	await open(await submitWorkflow('[success-1s]'));
	await addKlingNode('Wait until omni video is complete');

	await page.getByTestId('parameter-input-operation').waitFor();
	await page.getByTestId('collection-parameter-add').locator('visible=true').first().click();
	await page.getByText('Polling Interval (Seconds)').waitFor();
	expect(
		await inOrder([
			'Credential',
			'Resource',
			'Operation',
			'Task ID',
			'Download Video',
			'Simplify',
			'Options',
		]),
	).toBe(true);
	expect(
		await inOrder([
			'Max Failed Checks',
			'Max Wait (Minutes)',
			'On Failed Task',
			'On Timeout',
			'Polling Interval (Seconds)',
		]),
	).toBe(true);
	await shoot('options');
	await page.keyboard.press('Escape');
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output.getByText(`${VIDEO_HOST_URL}/`).first().waitFor();
	await output.getByTestId('radio-button-table').click();
	const table = output.locator('table');
	await table.waitFor();
	for (const column of ['done', 'succeeded', 'progress']) {
		await table.getByText(column, { exact: true }).first().waitFor();
	}
	// what most people are after is to be seen without scrolling
	const link = table.getByText(`${VIDEO_HOST_URL}/`).first();
	const [linkBox, outputBox] = [await link.boundingBox(), await output.boundingBox()];
	expect(linkBox?.x).toBeLessThan((outputBox?.x ?? NaN) + 0.75 * (outputBox?.width ?? NaN));
	await shoot('output');
});

test('every kind is in the list, and one that is not is reached by its path', async () => {
	await open(await submitWorkflow('[success-1s]', waitAsItComes()));
	await openNode(page, WAIT);
	await page.getByTestId('parameter-input-resource').click();
	const options = page.getByRole('option').locator('visible=true');
	await options.filter({ hasText: 'Omni Video' }).waitFor();
	expect((await options.allTextContents()).map((text) => text.trim())).toEqual([
		...TASK_KINDS.map(({ label }) => label),
		// n8n's own
		'Custom API Call',
	]);
	await shoot('kinds');
	await options.filter({ hasText: 'Other Video' }).click();
	await page.getByText('Task Path', { exact: true }).locator('visible=true').first().waitFor();
	expect(await inOrder(['Resource', 'Operation', 'Task Path', 'Task ID'])).toBe(true);
	await page.getByTestId('parameter-input-taskPath').locator('input').fill('effects');
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output
		.getByText('The Base URL or the Task Path does not lead to the gateway')
		.first()
		.waitFor();
	await output.getByText('look at "Task Path"').first().waitFor();
	await shoot('task-path');
});

test('a failed task says why, and what to do', async () => {
	await open(await submitWorkflow('[failure-0s]', waitAsItComes()));
	await openNode(page, WAIT);
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output
		.getByText(/^Task \d+ \(Omni Video\) ended without a video: Image pixel is invalid$/)
		.first()
		.waitFor();
	await output.getByText('submit a new task').first().waitFor();
	await shoot('error');
});

test('the stop button ends a wait, and the gateway is asked no more', async () => {
	const { rest, sandbox, credential } = host;
	const workflow = await rest.createWorkflow(
		chain('never', [manualTrigger(), waitFor('never-editor', credential)]),
	);
	await open(workflow.id);
	await page.getByTestId('execute-workflow-button').click();
	while (sandbox.checksOf('never-editor').length < 2) {
		await sandbox.untilSeen(sandbox.requests.length + 1);
	}
	await page.getByTestId('stop-execution-button').click();
	const [execution] = await rest.executionsOf(workflow);
	expect(execution).toBeDefined();
	expect((await rest.ended(execution?.id ?? '')).status).toBe('canceled');

	const checks = sandbox.checksOf('never-editor').length;
	// as long as this takes, the stopped one would have been checked three times more
	const other = await rest.createWorkflow(
		chain('other', [manualTrigger(), waitFor('success-3s-editor', credential)]),
	);
	await rest.ended(await rest.run(other, START));
	expect(sandbox.checksOf('never-editor')).toHaveLength(checks);
});

describe("the credential's dialog", () => {
	test.each([
		['good token', {}, 'Connection tested successfully'],
		['bad token', { apiToken: 'sk-wrong' }, 'The API token was not accepted'],
		['wrong address', { path: '/console' }, 'The Base URL does not lead to the gateway'],
	])('%s: says so', async (name, { apiToken = SANDBOX_TOKEN, path = '' }: Given, said) => {
		const credential = await host.rest.createCredential(name, CREDENTIAL_TYPE, {
			apiToken,
			baseUrl: `${host.gatewayUrl}${path}`,
		});
		await page.goto(`${host.n8n.url}/home/credentials`);
		await page.getByTestId('resources-list-item').filter({ hasText: credential.name }).click();
		await page
			.getByText(/^API Token/)
			.first()
			.waitFor();
		// the reason is folded away behind n8n's own words
		if (name !== 'good token') await page.getByText('More details').click();
		await page.getByText(said).first().waitFor();
		await shoot(`credential-${name.replace(' ', '-')}`);
	});
});

interface Given {
	apiToken?: string;
	path?: string;
}

async function open(workflowId: string): Promise<void> {
	await openWorkflow(page, host.n8n.url, workflowId);
}

/** Whether these texts stand one under the other. */
async function inOrder(texts: string[]): Promise<boolean> {
	const tops = await Promise.all(
		texts.map(async (text) => {
			const box = await page
				.getByText(text, { exact: true })
				.locator('visible=true')
				.first()
				.boundingBox();
			return box?.y ?? NaN;
		}),
	);
	return tops.every((top, index) => index === 0 || top > (tops[index - 1] ?? NaN));
}

/** Puts the node behind the last one, from the node panel, and opens it. */
async function addKlingNode(action: string): Promise<void> {
	await page.getByTestId('canvas-handle-plus').last().click();
	await page.getByTestId('node-creator-search-bar').fill('kling');
	await page
		.getByTestId('node-creator-item-name')
		.filter({ hasText: /^Kling Video$/ })
		.click();
	await page.getByText(action).click();
}

/** A form that asks for images. */
function imageForm(): INode {
	const values = [
		{
			fieldLabel: 'Images',
			fieldType: 'file',
			acceptFileTypes: '.jpg, .jpeg',
			requiredField: true,
		},
	];
	return {
		...newNode('Your Form', 'n8n-nodes-base.formTrigger', 2.2, {
			formTitle: 'Make a video',
			formFields: { values },
		}),
		webhookId: randomUUID(),
	};
}

/** The node as the editor puts it in: it takes the task id from the submit call. */
function waitAsItComes(): INode {
	const { parameters, ...node } = waitFor('', host.credential);
	return { ...node, parameters: { resource: 'omniVideo', operation: parameters.operation } };
}

/** A workflow that begins with the submit call. */
async function submitWorkflow(scenario: string, ...nodes: INode[]): Promise<string> {
	const { gatewayUrl, rest, credential } = host;
	const submit: INode = {
		...newNode('Submit the Video', 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url: `${gatewayUrl}/kling/v1/videos/omni-video`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: CREDENTIAL_TYPE,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: JSON.stringify({
				model: 'kling-v3-omni',
				prompt: `The cat in <<<image_1>>> puts on the hat in <<<image_2>>> ${scenario}`,
			}),
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
	};
	const { id } = await rest.createWorkflow(chain(WORKFLOW, [manualTrigger(), submit, ...nodes]));
	return id;
}

async function shoot(name: string): Promise<void> {
	await takePicture(page, name);
}
