/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { MADE, NODE_MODULES } from './folders';
import manifest from './package.json';
import { run } from './run';

/** Written last, so that an install that was broken off is not taken for one. */
const INSTALLED = join(MADE, 'installed');

export const N8N_VERSION = manifest.dependencies.n8n;

/** n8n needs Node.js 24; this package brings its own wherever npm has one. */
export function nodeForN8n(): string {
	const [major] = process.versions.node.split('.').map(Number);
	const name = process.platform === 'win32' ? 'node.exe' : 'node';
	const brought = Object.keys(manifest.optionalDependencies)
		.map((dependency) => join(NODE_MODULES, dependency, 'bin', name))
		.find((path) => existsSync(path));
	if (brought !== undefined) return brought;
	if (major !== undefined && major >= 24) return process.execPath;
	throw new Error('npm has no Node.js 24 for this machine: install it, and try again with it.');
}

export async function isInstalled(): Promise<boolean> {
	const [wanted, got] = await Promise.all([
		readFile(join(__dirname, 'package-lock.json'), 'utf8'),
		readFile(INSTALLED, 'utf8').catch(() => null),
	]);
	return wanted === got;
}

export async function installPackages(): Promise<void> {
	await rm(INSTALLED, { force: true });
	await mkdir(MADE, { recursive: true });
	for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
		await copyFile(join(__dirname, file), join(MADE, file));
	}
	// `npm run` hands the settings of the repository's own .npmrc on, which arguments go before
	await run('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps=false'], { cwd: MADE });
}

/** The one native module that n8n cannot start without. */
export async function buildDatabaseDriver(): Promise<void> {
	const bin = dirname(nodeForN8n());
	const home = dirname(bin);
	await run('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false'], {
		cwd: MADE,
		env: {
			...process.env,
			PATH: `${bin}${delimiter}${process.env.PATH}`,
			// with its headers here, none have to be downloaded
			...(existsSync(join(home, 'include')) ? { npm_config_nodedir: home } : {}),
		},
	});
	await writeFile(INSTALLED, await readFile(join(__dirname, 'package-lock.json'), 'utf8'));
}
