/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { REPOSITORY, TARBALL_FOLDER } from './folders';
import { run } from './run';

const LEFT_OUT = ['.git', 'dist', 'coverage', 'e2e'];

/** Other n8n engines and tools have theirs under `test`: gigabytes of small files. */
const isInstalled = (path: string) => basename(path) === 'node_modules';

/**
 * Builds and packs the package as it would be published. In a copy: a build begins by deleting
 * `dist`, which other tests may be reading. The tarball of before is there until the new one is whole.
 *
 * @returns the tarball
 */
export async function packPackage(): Promise<string> {
	await mkdir(TARBALL_FOLDER, { recursive: true });
	const work = await mkdtemp(join(TARBALL_FOLDER, 'packing-'));
	const copy = join(work, 'package');
	await mkdir(copy);
	for (const name of await readdir(REPOSITORY)) {
		if (LEFT_OUT.includes(name)) continue;
		await cp(join(REPOSITORY, name), join(copy, name), {
			recursive: true,
			filter: (path) => !isInstalled(path),
		});
	}
	await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'), 'junction');
	await run('npm', ['run', 'build'], { cwd: copy });
	const out = await run('npm', ['pack', '--json', '--pack-destination', work], { cwd: copy });
	const [{ filename }] = JSON.parse(out);
	const tarball = join(TARBALL_FOLDER, filename);
	await rename(join(work, filename), tarball);
	for (const name of await readdir(TARBALL_FOLDER)) {
		if (name !== filename) await rm(join(TARBALL_FOLDER, name), { recursive: true, force: true });
	}
	return tarball;
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
