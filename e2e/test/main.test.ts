/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import axios from 'axios';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { REPOSITORY, TEST_FOLDER } from '../folders';
import { freePort } from '../n8n';
import { Rest, type SavedWorkflow } from '../rest';
import { CREDENTIAL_TYPE, exampleFiles, FIRST_EXAMPLE, readExample } from '../sandboxWorkflows';
import { serve } from '../standIns/serve';
import { openNode, openWorkflow, startBrowser } from './browser';
import { parked } from './suspended';
import { CREATE, jsonOf } from './workflows';

const FIRST = 'Sandbox 1: create a video';
const SUSPEND = 'Sandbox 2: suspend while the video is made';
const DOWNLOAD = 'Sandbox 3: download the video';

const VIDEO = { succeeded: true, videoUrl: expect.stringMatching(/\/videos\/\d+\.mp4$/) };

/** Where they begin. */
const TRIGGER = "When Clicking 'Execute Workflow'";

interface Running {
	/** Of n8n. */
	url: string;
	/** Of the workflow that it says to begin with. */
	workflowUrl: string;
	said: string;
	/** As Ctrl+C does. */
	interrupt(): Promise<{ exitCode: number | null }>;
}

/** What a failed test has left running. */
const running = new Set<Running>();

afterEach(async () => {
	await Promise.all([...running].map(async (one) => await one.interrupt()));
});

const names = exampleFiles().map((file) => readExample(file, null, null).name);

/** @returns a pattern for texts that begin with this one, whatever signs it has */
const startOf = (text: string) =>
	new RegExp(`^${text.replace(/[()[\]{}.*+?^$|\\]/g, '\\$&')}(no|an? \\w+) account`);

test('npm run n8n has a credential and workflows that run, and goes on after a restart', async () => {
	const folder = await emptyFolder('main');
	const args = ['--folder', folder, '--sandbox-port', String(await freePort())];
	const first = await start(args);
	let rest = await Rest.signIn(first.url);
	const [credential] = await rest.credentials();
	expect(credential).toMatchObject({ name: 'EZModel sandbox', type: CREDENTIAL_TYPE });
	const workflows = await rest.workflows();
	expect(workflows.map(({ name }) => name).sort()).toEqual([
		...names
			.filter((name) => name !== readExample(FIRST_EXAMPLE, null, null).name)
			.sort()
			.map((name) => expect.stringMatching(startOf(`${name} (sandbox; needs `))),
		FIRST,
		SUSPEND,
		DOWNLOAD,
	]);

	const [created, downloaded] = await Promise.all(
		[FIRST, DOWNLOAD].map(
			async (name) => await rest.ended(await rest.run(found(workflows, name), TRIGGER)),
		),
	);
	if (created === undefined || downloaded === undefined) throw new Error('Both have ended');
	expect(jsonOf(created, CREATE)).toMatchObject([VIDEO]);
	const { binary } = downloaded.data.resultData.runData[CREATE]?.[0]?.data?.main?.[0]?.[0] ?? {};
	expect(binary?.data).toMatchObject({ mimeType: 'video/mp4', fileType: 'video' });

	const suspended = await rest.run(found(workflows, SUSPEND), TRIGGER);
	await parked(rest, suspended);
	expect(await first.interrupt()).toEqual({ exitCode: 0 });
	await expect(axios.get(first.url, { proxy: false })).rejects.toThrow('ECONNREFUSED');

	const second = await start(args);
	rest = await Rest.signIn(second.url);
	expect(await rest.credentials()).toHaveLength(1);
	expect((await rest.workflows()).map(({ id }) => id).sort()).toEqual(
		workflows.map(({ id }) => id).sort(),
	);
	expect(second.workflowUrl).toBe(`${second.url}/workflow/${found(workflows, FIRST).id}`);
	const resumed = await rest.ended(suspended);
	expect(jsonOf(resumed, CREATE)).toMatchObject([VIDEO]);
	expect(await second.interrupt()).toEqual({ exitCode: 0 });
	expect(second.said).not.toContain('Installing');
});

test('what npm run n8n puts in says in the editor what to do', async () => {
	const n8n = await start([
		...['--folder', await emptyFolder('editor-of-main')],
		...['--sandbox-port', '0', '--seconds', '1'],
	]);
	const rest = await Rest.signIn(n8n.url);
	const browser = await startBrowser();
	try {
		const page = await browser.openPage(n8n.url, rest);
		await page.goto(n8n.workflowUrl);
		const note = page.getByTestId('sticky');
		await note.getByText('Try it here').waitFor();
		expect(await note.innerText()).toMatch(/Execute workflow[^]*\[failure\]/);
		await page.getByTestId('execute-workflow-button').click();
		const lastNode = page.getByTestId('canvas-node').filter({ hasText: CREATE });
		await lastNode.getByTestId('canvas-node-status-success').waitFor();

		// n8n shows this list to somebody who has signed in
		await page.goto(`${n8n.url}/home/workflows`);
		const cards = page.getByTestId('workflow-card-name');
		await cards.first().waitFor();
		const listed = await cards.allInnerTexts();
		expect(listed.slice(0, 3)).toEqual([FIRST, SUSPEND, DOWNLOAD]);
		const others = listed.slice(3);
		expect(others).toHaveLength(names.length - 1);
		expect(others).toEqual(others.map(() => expect.stringContaining('; needs ')));

		for (const { id } of await rest.workflows()) {
			await openWorkflow(page, n8n.url, id);
			await note.getByRole('heading').first().waitFor();
			const filled = await note.evaluate((box) => {
				const last = box.querySelector('h2')?.parentElement?.lastElementChild;
				const { top, height } = box.getBoundingClientRect();
				return last ? (last.getBoundingClientRect().bottom - top) / height : 0;
			});
			expect(filled).toBeGreaterThan(0.6);
			expect(filled).toBeLessThan(1);
		}
	} finally {
		await browser.close();
	}
	expect(await n8n.interrupt()).toEqual({ exitCode: 0 });
});

test('npm run n8n -- --real leaves the sandbox out, and the editor asks for a token', async () => {
	const real = await start(['--folder', await emptyFolder('real'), '--real']);
	const rest = await Rest.signIn(real.url);
	expect(await rest.credentials()).toEqual([]);
	const workflows = await rest.workflows();
	expect(workflows.map(({ name }) => name).sort()).toEqual([...names].sort());
	expect(real.said).not.toContain(SANDBOX_TOKEN);
	expect(real.said).not.toMatch(/127\.0\.0\.1|sandbox gateway/);
	expect(real.said).toMatch(/create an EZModel API credential with\s+your token/);

	const browser = await startBrowser();
	try {
		const page = await browser.openPage(real.url, rest);
		const { id } = found(workflows, readExample(FIRST_EXAMPLE, null, null).name);
		expect(real.workflowUrl).toBe(`${real.url}/workflow/${id}`);
		await openWorkflow(page, real.url, id);
		await openNode(page, CREATE);
		await page.getByText('Connect to EZModel').click();
		const dialog = page.getByRole('dialog').filter({ hasText: 'EZModel API' });
		await dialog.getByText('API Token').first().waitFor();
		const fields = dialog.getByTestId('parameter-input-field');
		expect(await fields.evaluateAll((all) => all.map((one) => one.getAttribute('value')))).toEqual([
			'',
			'https://api.ezmodel.cloud',
		]);
	} finally {
		await browser.close();
	}
	expect(await real.interrupt()).toEqual({ exitCode: 0 });
});

test('npm run n8n -- --help lists the options and their defaults, and starts nothing', async () => {
	const { exitCode, said } = await run(['--help']);
	expect(said).toContain('Usage: npm run n8n -- [options]');
	for (const option of [
		'--real',
		'--port <port>[^]*default: 5678',
		'--sandbox-port <port>[^]*default:\\s+8787',
		'--seconds <seconds>[^]*default: 15',
		'--folder <folder>[^]*default: e2e/.n8n/',
	]) {
		expect(said).toMatch(new RegExp(`^  ${option}`, 'm'));
	}
	expect(exitCode).toBe(0);
});

test.each(['--port x', '--sandbox-port 70000', '--seconds soon', '--reel'])(
	'npm run n8n -- %s is refused',
	async (args) => {
		const { exitCode, said } = await run(args.split(' '));
		expect(said).toMatch(/^error: [^]*npm run n8n -- --help lists the options\.$/m);
		expect(exitCode).toBe(1);
	},
);

test('npm run n8n touches no other n8n on its port', async () => {
	const requests: unknown[] = [];
	const other = await serve((req, res) => {
		requests.push(req.url);
		res.end();
	});
	const port = Number(new URL(other.url).port);
	await expect(start(['--real'], port)).rejects.toThrow(`Port ${port} is in use`);
	await other.close();
	expect(requests).toEqual([]);
});

function found(workflows: SavedWorkflow[], name: string): SavedWorkflow {
	const workflow = workflows.find((one) => one.name === name);
	if (workflow === undefined) throw new Error(`No workflow ${name}`);
	return workflow;
}

async function emptyFolder(name: string): Promise<string> {
	const folder = join(TEST_FOLDER, name);
	await rm(folder, { recursive: true, force: true });
	return folder;
}

/** What `npm run n8n` runs. */
function spawnMain(args: string[]) {
	return spawn(process.execPath, ['--import', 'tsx', 'e2e/main.ts', ...args], {
		cwd: REPOSITORY,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/** Runs it to its end, when it starts nothing. */
async function run(args: string[]): Promise<{ exitCode: number | null; said: string }> {
	const child = spawnMain(args);
	const [out, errors, [exitCode]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'close'),
	]);
	return { exitCode, said: out + errors };
}

async function start(args: string[], atPort?: number): Promise<Running> {
	const port = atPort ?? (await freePort());
	const child = spawnMain(['--port', String(port), ...args]);
	let said = '';
	const ended = once(child, 'close');
	const ready = new Promise<string>((resolve) => {
		const listen = (chunk: string) => {
			said += chunk;
			const url = /n8n is ready\.[^]*?(http:\S+)[^]*Ctrl\+C/.exec(said)?.[1];
			if (url !== undefined) resolve(url);
		};
		child.stdout.setEncoding('utf8').on('data', listen);
		child.stderr.setEncoding('utf8').on('data', listen);
	});
	const failed = ended.then(() => {
		throw new Error(`npm run n8n ended:\n${said}`);
	});
	failed.catch(() => undefined);
	const workflowUrl = await Promise.race([ready, failed]);
	const started: Running = {
		url: new URL(workflowUrl).origin,
		workflowUrl,
		get said() {
			return said;
		},
		interrupt: async () => {
			running.delete(started);
			child.kill('SIGINT');
			const [exitCode] = await ended;
			return { exitCode };
		},
	};
	running.add(started);
	return started;
}
