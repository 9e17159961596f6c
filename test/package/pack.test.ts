/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

// `npm test` hands the settings of .npmrc on: here they have to come out of the file itself
const environment = Object.fromEntries(
	Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
);

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A clone, as far as packing goes. */
function cloneWith(...more: string[]): string {
	const clone = mkdtempSync(join(tmpdir(), 'pack-'));
	folders.push(clone);
	for (const file of ['package.json', '.npmrc', 'index.js', 'LICENSE', 'README.md', ...more]) {
		cpSync(join(root, file), join(clone, file), { recursive: true });
	}
	return clone;
}

function tarballsIn(clone: string): string[] {
	return readdirSync(clone, { recursive: true, encoding: 'utf8' }).filter((file) =>
		file.endsWith('.tgz'),
	);
}

function pack(clone: string) {
	return spawnSync('npm', ['pack', '--json'], { cwd: clone, env: environment, encoding: 'utf8' });
}

test('a bare npm pack makes no package where there is no build', () => {
	const clone = cloneWith();
	const { status, stderr } = pack(clone);
	expect(stderr).toContain(join('dist', 'packed'));
	expect(status).not.toBe(0);
	expect(tarballsIn(clone)).toEqual([]);
});

test('nor where a build has stopped before its end', () => {
	const clone = cloneWith('dist');
	rmSync(join(clone, 'dist', 'packed'), { recursive: true });
	expect(pack(clone).status).not.toBe(0);
	expect(tarballsIn(clone)).toEqual([]);
});

test('after a build it does, and never packs what it packed before', () => {
	const clone = cloneWith('dist');
	expect(existsSync(join(clone, 'dist', 'packed'))).toBe(true);
	const packs = [pack(clone), pack(clone)].map(({ stdout }) => {
		const [packed]: Array<{ files: Array<{ path: string }> }> = JSON.parse(stdout);
		return packed?.files.map(({ path }) => path);
	});
	expect(packs[0]).toContain('dist/nodes/KlingVideo/KlingVideo.node.js');
	expect(packs[1]).toEqual(packs[0]);
	expect(packs[1]?.filter((path) => path.endsWith('.tgz'))).toEqual([]);
});
