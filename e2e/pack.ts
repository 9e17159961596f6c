/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY, TARBALL_FOLDER } from './folders';
import { run } from './run';

const LEFT_OUT = ['.git', 'node_modules', 'dist', 'coverage', 'e2e', 'hosts'];

/**
 * Builds and packs the package as it would be published. In a copy: a build begins by deleting
 * `dist`, which other tests may be reading.
 *
 * @returns the tarball
 */
export async function packPackage(): Promise<string> {
	const copy = join(TARBALL_FOLDER, 'package');
	await rm(TARBALL_FOLDER, { recursive: true, force: true });
	await mkdir(copy, { recursive: true });
	for (const name of await readdir(REPOSITORY)) {
		if (LEFT_OUT.includes(name)) continue;
		await cp(join(REPOSITORY, name), join(copy, name), { recursive: true });
	}
	await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'), 'junction');
	await run('npm', ['run', 'build'], { cwd: copy });
	const out = await run('npm', ['pack', '--json', '--pack-destination', TARBALL_FOLDER], {
		cwd: copy,
	});
	const [{ filename }] = JSON.parse(out);
	await rm(copy, { recursive: true });
	return join(TARBALL_FOLDER, filename);
}

/** Puts the tarball where n8n keeps community packages, as the README says to do it by hand. */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await rm(nodes, { recursive: true, force: true });
	await mkdir(nodes, { recursive: true });
	// without --prefix, npm looks for a package in the folders above and installs into that; the only
	// peer, n8n-workflow, is n8n's own
	await run(
		'npm',
		['install', '--prefix', nodes, '--ignore-scripts', '--legacy-peer-deps', tarball],
		{ cwd: nodes },
	);
}
