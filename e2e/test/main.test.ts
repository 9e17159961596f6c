/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import axios from 'axios';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { REPOSITORY, TEST_FOLDER } from '../folders';
import { freePort } from '../n8n';
import { Rest, type SavedWorkflow } from '../rest';
import { CREDENTIAL_TYPE, exampleFiles, readExample } from '../sandboxWorkflows';
import { serve } from '../standIns/serve';
import { openNode, openWorkflow, startBrowser } from './browser';
import { jsonOf } from './workflows';

const SUBMIT_AND_WAIT = 'submit-and-wait.json';

interface Running {
	url: string;
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

test('npm run n8n has a credential and examples that run; once more, all is as it was left', async () => {
	const args = ['--folder', await emptyFolder('main'), '--sandbox-port', String(await freePort())];
	const first = await start([...args, '--seconds', '1']);
	let rest = await Rest.signIn(first.url);
	const [credential] = await rest.credentials();
	expect(credential).toMatchObject({ name: 'EZModel sandbox', type: CREDENTIAL_TYPE });
	const workflows = await rest.workflows();
	expect(workflows.map(({ name }) => name).sort()).toEqual(
		names.map((name) => `${name} (sandbox)`).sort(),
	);
	const { name } = readExample(SUBMIT_AND_WAIT, null, null);
	const toRun = found(workflows, `${name} (sandbox)`);
	const run = await rest.ended(await rest.run(toRun, "When Clicking 'Execute Workflow'"));
	expect(jsonOf(run, 'Hand On the URL')).toEqual([
		{ videoUrl: expect.stringContaining('/videos/'), seconds: 5.1 },
	]);
	expect(await first.interrupt()).toEqual({ exitCode: 0 });
	await expect(axios.get(first.url, { proxy: false })).rejects.toThrow('ECONNREFUSED');

	const second = await start(args);
	rest = await Rest.signIn(second.url);
	expect(await rest.credentials()).toHaveLength(1);
	expect((await rest.workflows()).map(({ id }) => id).sort()).toEqual(
		workflows.map(({ id }) => id).sort(),
	);
	expect(await second.interrupt()).toEqual({ exitCode: 0 });
	expect(second.said).not.toContain('Installing');
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
		const { name } = readExample(SUBMIT_AND_WAIT, null, null);
		const { id } = found(workflows, name);
		await openWorkflow(page, real.url, id);
		await openNode(page, 'Wait for the Video');
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
async function start(args: string[], atPort?: number): Promise<Running> {
	const port = atPort ?? (await freePort());
	const child = spawn(
		process.execPath,
		['--import', 'tsx', 'e2e/main.ts', '--port', String(port), ...args],
		{ cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let said = '';
	const ended = once(child, 'close');
	const ready = new Promise<string>((resolve) => {
		const listen = (text: string) => {
			said += text;
			const url = /n8n is ready: (\S+)[^]*Ctrl\+C/.exec(said)?.[1];
			if (url !== undefined) resolve(url);
		};
		child.stdout.setEncoding('utf8').on('data', listen);
		child.stderr.setEncoding('utf8').on('data', listen);
	});
	const failed = ended.then(() => {
		throw new Error(`npm run n8n ended:\n${said}`);
	});
	failed.catch(() => undefined);
	const url = await Promise.race([ready, failed]);
	const started: Running = {
		url,
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
