/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Listr, PRESET_TIMER } from 'listr2';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../sandbox/gateway';
import { REPOSITORY, TRY_FOLDER } from './folders';
import { installTasks } from './install';
import { freePort, isTaken, startN8n, type N8n } from './n8n';
import { installPackage, packPackage } from './pack';
import { OWNER, Rest, type Credential } from './rest';
import { CREDENTIAL_TYPE, exampleFiles, readExample } from './sandboxWorkflows';

const CREDENTIAL_NAME = 'EZModel sandbox';

interface Context {
	sandbox?: Sandbox;
	n8n?: N8n;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			real: { type: 'boolean', default: false },
			port: { type: 'string', default: '5678' },
			'sandbox-port': { type: 'string', default: '8787' },
			/** How long a video takes in the sandbox. */
			seconds: { type: 'string', default: '30' },
			/** What is kept from one time to the next. */
			folder: { type: 'string', default: TRY_FOLDER },
		},
	});
	const { real, folder } = values;
	const logFile = join(folder, 'n8n.log');
	const port = Number(values.port);
	const sandboxPort = Number(values['sandbox-port']);
	for (const [taken, option] of [
		[port, '--port'],
		[real ? null : sandboxPort, '--sandbox-port'],
	] as const) {
		if (taken !== null && (await isTaken(taken))) {
			throw new Error(`Port ${taken} is in use. Choose another: npm run n8n -- ${option} …`);
		}
	}
	const started: Context = {};
	let ready = false;
	const interrupted = new Promise<void>((resolve) => {
		// kept: a second signal, such as npm and tsx pass on, would end us before n8n has ended
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
			process.on(signal, () => {
				if (!ready) void end(started).then(() => process.exit(130));
				resolve();
			});
		}
	});

	const tasks = new Listr(
		[
			...installTasks(),
			{
				title: 'Packing this package, and installing it as a community package',
				task: async () => {
					await rm(logFile, { force: true });
					await installPackage(await packPackage(), folder);
				},
			},
			{
				title: `Starting the sandbox gateway on port ${sandboxPort}`,
				enabled: () => !real,
				task: async () => {
					started.sandbox = await startSandbox({
						port: sandboxPort,
						seconds: Number(values.seconds),
					});
				},
			},
			{
				title: `Starting n8n on port ${port}`,
				task: async () => {
					started.n8n = await startN8n({
						userFolder: folder,
						port,
						brokerPort: await freePort(),
						logFile,
					});
				},
			},
			{
				title: 'Putting in the credential and the example workflows',
				task: async () => {
					const { n8n, sandbox } = started;
					if (n8n !== undefined) await furnish(n8n.url, sandbox?.url ?? null);
				},
			},
		],
		{ rendererOptions: { timer: PRESET_TIMER }, fallbackRendererOptions: { timer: PRESET_TIMER } },
	);
	try {
		await tasks.run();
		ready = true;
		tell(started, folder);
		await Promise.race([interrupted, started.n8n?.ended]);
		process.stdout.write('\nEnding n8n …\n');
	} finally {
		await end(started);
	}
}

async function end({ n8n, sandbox }: Context): Promise<void> {
	await n8n?.stop();
	await sandbox?.close();
}

/** What is there already stays as the user left it; the sandbox's credential always fits. */
async function furnish(url: string, gatewayUrl: string | null): Promise<void> {
	const rest = await Rest.signIn(url);
	const credential = gatewayUrl === null ? null : await sandboxCredential(rest, gatewayUrl);
	const there = new Set((await rest.workflows()).map(({ name }) => name));
	for (const file of exampleFiles()) {
		const workflow = readExample(file, credential, gatewayUrl);
		const name = gatewayUrl === null ? workflow.name : `${workflow.name} (sandbox)`;
		if (!there.has(name)) await rest.createWorkflow({ ...workflow, name });
	}
}

async function sandboxCredential(rest: Rest, gatewayUrl: string): Promise<Credential> {
	const data = { apiToken: SANDBOX_TOKEN, baseUrl: gatewayUrl };
	const name = CREDENTIAL_NAME;
	const there = (await rest.credentials()).find((credential) => credential.name === name);
	if (there === undefined) return await rest.createCredential(name, CREDENTIAL_TYPE, data);
	await rest.updateCredential(there, data);
	return there;
}

function tell({ n8n, sandbox }: Context, folder: string): void {
	const gateway =
		sandbox === undefined
			? `
In each example, open the nodes that submit and wait, and create an EZModel API credential with
your token. Then put in your images and prompt.`
			: `
The workflows submit to the sandbox gateway on ${sandbox.url}. A [word] in the prompt chooses what
becomes of the video: [failure], [rate-limit], [success-5s]; "npm run sandbox" lists them all.`;
	process.stdout.write(`
n8n is ready: ${n8n?.url}
  e-mail    ${OWNER.email}
  password  ${OWNER.password}
${gateway}

It listens on this machine only and keeps everything in ${relative(REPOSITORY, folder)}; its log is n8n.log there.
Ctrl+C ends it.
`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
