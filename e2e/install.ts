/* eslint-disable @n8n/community-nodes/require-node-api-error, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { ListrTask } from 'listr2';
import { INSTALLS, INSTALLS_ARE_SHARED } from './folders';
import manifest from './package.json';
import { run } from './run';

const WANTED = ['package.json', 'package-lock.json', '.npmrc'];

/** Named after all that decides what is in it, so that one made for something else is never taken for it. */
const INSTALL = join(INSTALLS, fingerprint());

/** An install gets its name when it is complete: one that was broken off has none. */
const UNFINISHED = `${INSTALL}.${process.pid}`;

/** Of n8n. */
export const NODE_MODULES = join(INSTALL, 'node_modules');

/** What has to be done before n8n can be started: nothing if it is there. */
export function installTasks(): ListrTask[] {
	const isThere = existsSync(INSTALL);
	return [
		{
			title: `Installing n8n ${manifest.dependencies.n8n} and its Node.js, once: 3 GB, some minutes`,
			enabled: () => !isThere,
			task: installPackages,
		},
		{
			title: "Building n8n's database driver",
			enabled: () => !isThere,
			task: async () => {
				await buildDatabaseDriver();
				await finish();
			},
		},
	];
}

/** n8n needs Node.js 24; this package brings its own wherever npm has one. */
export function nodeForN8n(nodeModules = NODE_MODULES): string {
	if (!existsSync(nodeModules)) throw new Error('No n8n: npm run test:e2e installs it.');
	const [major] = process.versions.node.split('.').map(Number);
	const name = process.platform === 'win32' ? 'node.exe' : 'node';
	const brought = Object.keys(manifest.optionalDependencies)
		.map((dependency) => join(nodeModules, dependency, 'bin', name))
		.find((path) => existsSync(path));
	if (brought !== undefined) return brought;
	if (major !== undefined && major >= 24) return process.execPath;
	throw new Error('npm has no Node.js 24 for this machine: install it, and try again with it.');
}

function fingerprint(): string {
	const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
	for (const file of WANTED) hash.update(readFileSync(join(__dirname, file)));
	return hash.digest('hex').slice(0, 16);
}

async function installPackages(): Promise<void> {
	await removeUnfinished();
	await mkdir(UNFINISHED, { recursive: true });
	for (const file of WANTED) await copyFile(join(__dirname, file), join(UNFINISHED, file));
	// `npm run` hands the settings of the repository's own .npmrc on, which arguments go before
	await run('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps=false'], { cwd: UNFINISHED });
}

/** The one native module that n8n cannot start without. */
async function buildDatabaseDriver(): Promise<void> {
	const bin = dirname(nodeForN8n(join(UNFINISHED, 'node_modules')));
	const home = dirname(bin);
	await run('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false'], {
		cwd: UNFINISHED,
		env: {
			...process.env,
			PATH: `${bin}${delimiter}${process.env.PATH}`,
			// with its headers here, none have to be downloaded
			...(existsSync(join(home, 'include')) ? { npm_config_nodedir: home } : {}),
		},
	});
}

async function finish(): Promise<void> {
	try {
		await rename(UNFINISHED, INSTALL);
	} catch (error) {
		// somebody else who shares the folder was first
		if (!existsSync(INSTALL)) throw error;
		await rm(UNFINISHED, { recursive: true });
	}
	if (!INSTALLS_ARE_SHARED) await removeOthers();
}

/** Earlier versions, which this clone needs no more. */
async function removeOthers(): Promise<void> {
	for (const name of await readdir(INSTALLS)) {
		const path = join(INSTALLS, name);
		if (path !== INSTALL) await rm(path, { recursive: true, force: true });
	}
}

/** What processes that are no more have left behind. */
async function removeUnfinished(): Promise<void> {
	await mkdir(INSTALLS, { recursive: true });
	for (const name of await readdir(INSTALLS)) {
		const pid = Number(/^[0-9a-f]{16}\.(\d+)$/.exec(name)?.[1]);
		if (pid > 0 && !isRunning(pid)) {
			await rm(join(INSTALLS, name), { recursive: true, force: true });
		}
	}
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
