/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, selectors, type Browser, type Page } from 'playwright-core';
import type { INode } from 'n8n-workflow';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { CREDENTIAL_TYPE, readExample } from '../sandboxWorkflows';
import { startHost, type Host } from './host';
import { chain, manualTrigger, newNode, START, WAIT, waitFor } from './workflows';

/** Debian's; another one can be named. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SCREENSHOTS = join(__dirname, '..', 'screenshots');

let host: Host;
let home: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	selectors.setTestIdAttribute('data-test-id');
	host = await startHost('editor');
	home = await mkdtemp(join(tmpdir(), 'e2e-chromium-'));
	await mkdir(SCREENSHOTS, { recursive: true });
	browser = await chromium.launch({
		executablePath: CHROMIUM,
		// Chromium refuses its own sandbox to root, as whom containers run
		args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
		env: { ...process.env, HOME: home },
	});
});

beforeEach(async () => {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 },
		colorScheme: 'light',
	});
	await context.addCookies([{ ...host.rest.cookie, url: host.n8n.url }]);
	page = await context.newPage();
});

afterEach(async () => {
	await page?.context().close();
});

afterAll(async () => {
	await browser?.close();
	await host?.close();
	if (home !== undefined) await rm(home, { recursive: true, force: true });
});

test.each(['kling', 'ezmodel', 'video'])(
	'the node panel finds the node for "%s"',
	async (words) => {
		await open(await submitWorkflow('panel', 'success-1s'));
		await page.getByTestId('node-creator-plus-button').click();
		await page.getByTestId('node-creator-search-bar').fill(words);
		const found = page.getByTestId('node-creator-item-name').filter({ hasText: /^Kling Video$/ });
		await found.waitFor();
		await shoot(`panel-${words}`);
		await found.click();
		const actions = page.getByTestId('node-creator-item-name');
		await actions.filter({ hasText: 'Wait until multi-image video is complete' }).waitFor();
		expect(await actions.allTextContents()).toEqual(
			expect.arrayContaining([
				'Get multi-image video status',
				'Wait until multi-image video is complete',
			]),
		);
		await shoot('actions');
	},
);

test('the example shows what it does, in light and in dark', async () => {
	const example = readExample('submit-and-wait.json', host.credential, null);
	const { id } = await host.rest.createWorkflow(example);
	for (const [colorScheme, icon] of [
		['light', 'klingVideo.svg'],
		['dark', 'klingVideo.dark.svg'],
	] as const) {
		await page.emulateMedia({ colorScheme });
		await open(id);
		const node = page.getByTestId('canvas-node').filter({ hasText: 'Wait for the Video' });
		await node.getByText('Wait Until Complete').waitFor();
		await node.locator(`img[src$="/${icon}"]`).waitFor();
		await shoot(`example-${colorScheme}`);
	}
});

test('behind a submit call, the node waits and shows the video', async () => {
	// wide enough for the URL to be seen without scrolling
	await page.setViewportSize({ width: 1920, height: 900 });
	await open(await submitWorkflow('added in the editor', 'success-1s'));
	await page.getByTestId('canvas-handle-plus').last().click();
	await page.getByTestId('node-creator-search-bar').fill('kling');
	await page
		.getByTestId('node-creator-item-name')
		.filter({ hasText: /^Kling Video$/ })
		.click();
	await page.getByText('Wait until multi-image video is complete').click();

	await page.getByTestId('parameter-input-operation').waitFor();
	await page.getByTestId('collection-parameter-add').locator('visible=true').first().click();
	await page.getByText('Polling Interval (Seconds)').waitFor();
	await shoot('options');
	await page.keyboard.press('Escape');
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output.getByText(`${host.sandbox.url}/videos/`).first().waitFor({ timeout: 120_000 });
	await output.getByTestId('radio-button-table').click();
	const table = output.locator('table');
	await table.waitFor();
	for (const column of ['taskId', 'status', 'done', 'succeeded', 'progress', 'videoUrl']) {
		await table.getByText(column, { exact: true }).first().waitFor();
	}
	await shoot('output');
});

test('a failed task says why, and what to do', async () => {
	const { id } = await host.rest.createWorkflow(
		chain('fails', [manualTrigger(), waitFor('failure-1s-editor', host.credential)]),
	);
	await open(id);
	await openNode(WAIT);
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output
		.getByText('Task failure-1s-editor ended without a video: Image pixel is invalid')
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
			baseUrl: `${host.sandbox.url}${path}`,
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
	await page.goto(`${host.n8n.url}/workflow/${workflowId}`);
	await page.getByTestId('canvas-node').first().waitFor();
}

async function openNode(name: string): Promise<void> {
	await page.getByTestId('canvas-node').filter({ hasText: name }).first().dblclick();
	await page.getByTestId('ndv').waitFor();
}

/** A workflow that ends with the submit call. */
async function submitWorkflow(name: string, scenario: string): Promise<string> {
	const { sandbox, rest, credential } = host;
	const submit: INode = {
		...newNode('Submit the Video', 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url: `${sandbox.url}/kling/v1/videos/multi-image2video`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: CREDENTIAL_TYPE,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: JSON.stringify({ model: 'kling-v1-6', prompt: `A cat with a hat [${scenario}]` }),
		}),
		credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
	};
	const { id } = await rest.createWorkflow(chain(name, [manualTrigger(), submit]));
	return id;
}

/** For the README; as jpeg, since a build copies every png into the package. */
async function shoot(name: string): Promise<void> {
	// what fades or slides in has arrived
	await page.waitForFunction(() =>
		document
			.getAnimations()
			.every(
				({ playState, effect }) =>
					playState !== 'running' || effect?.getComputedTiming().iterations === Infinity,
			),
	);
	await page.screenshot({
		path: join(SCREENSHOTS, `${name}.jpg`),
		type: 'jpeg',
		quality: 80,
		animations: 'disabled',
	});
}
