/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../..');
const FOLDERS = join(REPOSITORY, 'test/.hosts');

/** An n8n engine that the node is tested on. */
export interface Host {
	/** The versions of n8n-core and n8n-workflow. */
	core: string;
	workflow: string;
	/** A version of n8n with this engine; null if none is known. */
	n8n: string | null;
	/** What it is installed in; null for the newest, which is installed with the package's own tools. */
	folder: string | null;
}

/** @returns the oldest first, the newest last */
export function findHosts(): Host[] {
	const others = readdirSync(FOLDERS)
		.map((name) => join(FOLDERS, name))
		.filter((folder) => existsSync(join(folder, 'package.json')))
		.map((folder) => {
			const { n8nVersion, devDependencies } = readJson(join(folder, 'package.json'));
			return hostOf(devDependencies, n8nVersion, folder);
		});
	const collator = new Intl.Collator('en', { numeric: true });
	others.sort((a, b) => collator.compare(a.core, b.core));
	return [...others, findNewestHost()];
}

/** The whole n8n of the e2e tests tells which n8n it belongs to, if it has the same engine. */
function findNewestHost(): Host {
	const { devDependencies } = readJson(join(REPOSITORY, 'package.json'));
	const { packages } = readJson(join(REPOSITORY, 'e2e/package-lock.json'));
	const version = (name: string): string => packages[`node_modules/${name}`].version;
	const isSame = ['n8n-core', 'n8n-workflow'].every(
		(name) => version(name) === devDependencies[name],
	);
	return hostOf(devDependencies, isSame ? version('n8n') : null, null);
}

function hostOf(
	dependencies: Record<string, string>,
	n8n: string | null,
	folder: string | null,
): Host {
	const { 'n8n-core': core, 'n8n-workflow': workflow } = dependencies;
	if (core === undefined || workflow === undefined) throw new Error(`No engine: ${folder}`);
	return { core, workflow, n8n, folder };
}

function readJson(path: string) {
	return JSON.parse(readFileSync(path, 'utf8'));
}
