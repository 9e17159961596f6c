/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { Listr, PRESET_TIMER } from 'listr2';
import { npmCommand, readNumberFromZero, readPort } from '../sandbox/commandLine';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../sandbox/gateway';
import { REPOSITORY, TRY_FOLDER } from './folders';
import { installTasks } from './install';
import { freePort, isTaken, startN8n, type N8n } from './n8n';
import { installPackage, packPackage } from './pack';
import { OWNER, Rest, type Credential } from './rest';
import {
	CREDENTIAL_TYPE,
	exampleFiles,
	FIRST_EXAMPLE,
	readExample,
	sandboxWorkflows,
} from './sandboxWorkflows';

const CREDENTIAL_NAME = 'EZModel sandbox';

const DEFAULT_PORT = 5678;
const DEFAULT_SANDBOX_PORT = 8787;

/** Automatic checking looks again after 15 seconds: such a video is seen as soon as it is there. */
const DEFAULT_VIDEO_SECONDS = 15;

interface Context {
	sandbox?: Sandbox;
	n8n?: N8n;
	/** Of the workflow to open first. */
	workflowUrl?: string;
}

function readOptions() {
	return npmCommand('n8n')
		.description(
			'Starts an n8n on this machine with this package in it, a sandbox gateway that needs no token, ' +
				'and workflows to try. The first time it installs n8n: 3 GB, some minutes.',
		)
		.option(
			'--real',
			'no sandbox: the workflows submit to the real gateway, with your token',
			false,
		)
		.option('--port <port>', 'of n8n; 0 for any free port', readPort, DEFAULT_PORT)
		.option(
			'--sandbox-port <port>',
			'of the sandbox gateway; 0 for any free port',
			readPort,
			DEFAULT_SANDBOX_PORT,
		)
		.option(
			'--seconds <seconds>',
			'how long a video takes in the sandbox if its prompt does not say so',
			readNumberFromZero,
			DEFAULT_VIDEO_SECONDS,
		)
		.addOption(
			new Option(
				'--folder <folder>',
				'what n8n and the sandbox keep from one time to the next',
			).default(TRY_FOLDER, relative(REPOSITORY, TRY_FOLDER)),
		)
		.parse()
		.opts();
}

async function main(): Promise<void> {
	const options = readOptions();
	const { real = false, folder, seconds } = options;
	const logFile = join(folder, 'n8n.log');
	const port = options.port || (await freePort());
	const sandboxPort = options.sandboxPort || (await freePort());
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
						seconds,
						stateFile: join(folder, 'sandbox-tasks.json'),
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
				title: 'Putting in the credential and the workflows',
				task: async () => {
					const { n8n, sandbox } = started;
					if (n8n === undefined) return;
					const firstId = await furnish(n8n.url, sandbox?.url ?? null);
					started.workflowUrl = `${n8n.url}/workflow/${firstId}`;
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

/**
 * What is there already stays as the user left it; the sandbox's credential always fits.
 *
 * @returns the id of the workflow to open first
 */
async function furnish(url: string, gatewayUrl: string | null): Promise<string> {
	const rest = await Rest.signIn(url);
	const workflows =
		gatewayUrl === null
			? [FIRST_EXAMPLE, ...exampleFiles().filter((file) => file !== FIRST_EXAMPLE)].map((file) =>
					readExample(file, null, null),
				)
			: sandboxWorkflows(await sandboxCredential(rest, gatewayUrl), gatewayUrl);
	const there = await rest.workflows();
	let firstId = '';
	// n8n lists what was changed last first: so does the list begin with the first of these
	for (const workflow of workflows.reverse()) {
		const { id } =
			there.find(({ name }) => name === workflow.name) ?? (await rest.createWorkflow(workflow));
		firstId = id;
	}
	return firstId;
}

async function sandboxCredential(rest: Rest, gatewayUrl: string): Promise<Credential> {
	const data = { apiToken: SANDBOX_TOKEN, baseUrl: gatewayUrl };
	const name = CREDENTIAL_NAME;
	const there = (await rest.credentials()).find((credential) => credential.name === name);
	if (there === undefined) return await rest.createCredential(name, CREDENTIAL_TYPE, data);
	await rest.updateCredential(there, data);
	return there;
}

function tell({ sandbox, workflowUrl }: Context, folder: string): void {
	const hints =
		sandbox === undefined
			? `In each workflow, open the nodes that submit and wait, and create an EZModel API credential with
your token. Then put in your images and prompt.`
			: `Its note says what to try. A [word] at the end of a prompt chooses what becomes of the video, such
as [failure], [blip-database-15s] or [success-15s]; npm run sandbox -- --help lists them all.
The videos are made by a sandbox gateway on ${sandbox.url}.`;
	process.stdout.write(`
n8n is ready. Sign in, and begin with this workflow:

  ${workflowUrl}

  e-mail    ${OWNER.email}
  password  ${OWNER.password}

${hints}

It listens on this machine only and keeps everything in ${relative(REPOSITORY, folder)}; its log is n8n.log there.
Ctrl+C ends it. Started again, it goes on with what was suspended.
`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
