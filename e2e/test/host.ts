/* eslint-disable @n8n/community-nodes/require-node-api-error, @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { TARBALL_FOLDER, TEST_FOLDER } from '../folders';
import { freePort, startN8n, type N8n } from '../n8n';
import { installPackage } from '../pack';
import { Rest, type Credential } from '../rest';
import { CREDENTIAL_TYPE } from '../sandboxWorkflows';
import { GATEWAY_URL, playEzModel } from '../standIns/ezModel';
import { startOutside, type Outside } from '../standIns/outside';

export interface Host {
	userFolder: string;
	logFile: string;
	n8n: N8n;
	rest: Rest;
	sandbox: Sandbox;
	/** The sandbox's address, as the credential has it. */
	gatewayUrl: string;
	/** For the sandbox. */
	credential: Credential;
	close(): Promise<void>;
}

export interface HostOptions {
	env?: Record<string, string>;
	/** Whether n8n finds the sandbox at the gateway's own address: pictures then show what a user sees. */
	atGatewaysAddress?: boolean;
}

/**
 * A new n8n with this package in it, a sandbox gateway, and a credential for that.
 *
 * @param name of its folder, where its log is left
 */
export async function startHost(
	name: string,
	{ env = {}, atGatewaysAddress = false }: HostOptions = {},
): Promise<Host> {
	const userFolder = join(TEST_FOLDER, name);
	const logFile = join(userFolder, 'n8n.log');
	await rm(userFolder, { recursive: true, force: true });
	await installPackage(await tarball(), userFolder);
	const sandbox = await startSandbox({ seconds: 2 });
	let outside: Outside | null = null;
	let n8n: N8n | null = null;
	const close = async () => {
		await n8n?.stop();
		await outside?.close();
		await sandbox.close();
	};
	try {
		if (atGatewaysAddress) {
			outside = await startOutside(playEzModel(sandbox), join(userFolder, 'stand-ins.pem'));
		}
		n8n = await startN8n({
			userFolder,
			port: await freePort(),
			brokerPort: await freePort(),
			env: { ...env, ...outside?.env },
			logFile,
		});
		const rest = await Rest.signIn(n8n.url);
		const gatewayUrl = atGatewaysAddress ? GATEWAY_URL : sandbox.url;
		const credential = await rest.createCredential('EZModel account', CREDENTIAL_TYPE, {
			apiToken: SANDBOX_TOKEN,
			baseUrl: gatewayUrl,
		});
		return { userFolder, logFile, n8n, rest, sandbox, gatewayUrl, credential, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Starts the host's n8n once more, when it was ended or killed. */
export async function startAgain({ n8n, userFolder, logFile }: Host): Promise<N8n> {
	return await startN8n({
		userFolder,
		port: Number(new URL(n8n.url).port),
		brokerPort: await freePort(),
		logFile,
	});
}

async function tarball(): Promise<string> {
	const [file] = (await readdir(TARBALL_FOLDER)).filter((name) => name.endsWith('.tgz'));
	if (file === undefined) throw new Error('No tarball: npm run test:e2e makes it');
	return join(TARBALL_FOLDER, file);
}
