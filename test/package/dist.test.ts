/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- never shipped */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listOperations } from '../../nodes/KlingVideo/resources/operations';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import manifest from '../../package.json';

const root = resolve(__dirname, '../..');
const builtFiles = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });

function requiredBy(file: string): string[] {
	const code = readFileSync(file, 'utf8');
	return [...code.matchAll(/\b(?:require|import)\(\s*["'`]([^"'`]+)["'`]\s*\)/g)].map((match) =>
		String(match[1]),
	);
}

describe('the built package', () => {
	test('requires nothing but n8n-workflow and its own files', () => {
		const required = builtFiles
			.filter((file) => file.endsWith('.js'))
			.flatMap((file) => requiredBy(join(root, 'dist', file)))
			.filter((name) => !name.startsWith('.'));
		expect([...new Set(required)]).toEqual(['n8n-workflow']);
	});

	test('has every file that package.json and the node name', () => {
		for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials, manifest.types]) {
			expect(existsSync(join(root, file))).toBe(true);
		}
		expect(builtFiles).toEqual(
			expect.arrayContaining([
				'icons/klingVideo.svg',
				'icons/klingVideo.dark.svg',
				'nodes/KlingVideo/KlingVideo.node.json',
				'nodes/KlingVideoTrigger/KlingVideoTrigger.node.json',
			]),
		);
	});

	test('has an output schema for each operation and each resource of the trigger, and no other', () => {
		const schemas = builtFiles.filter((file) => /__schema__.*\.json$/.test(file));
		const operations = TASK_KINDS.flatMap((kind) =>
			listOperations(kind).map(
				({ value }) => `nodes/KlingVideo/__schema__/v1.0.0/${kind.resource}/${String(value)}.json`,
			),
		);
		const ofTrigger = TASK_KINDS.map(
			({ resource }) => `nodes/KlingVideoTrigger/__schema__/v1.0.0/${resource}.json`,
		);
		expect(schemas.sort()).toEqual([...operations, ...ofTrigger].sort());
	});

	test('can be imported', () => {
		const output = execFileSync(
			process.execPath,
			[
				'--input-type=module',
				'--eval',
				`import { EzModelApi, KlingVideo, KlingVideoTrigger } from './${manifest.main}';
				console.log(new EzModelApi().name, new KlingVideo().description.name, new KlingVideoTrigger().description.name);`,
			],
			{ cwd: root, encoding: 'utf8' },
		);
		expect(output.trim()).toBe('ezModelApi klingVideo klingVideoTrigger');
	});
});

describe('what npm packs', () => {
	const [packed]: Array<{ files: Array<{ path: string }>; size: number }> = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
			cwd: root,
			encoding: 'utf8',
		}),
	);

	test('is the built code, the readme, the licence, the manifest and the entry', () => {
		const others = packed?.files
			.map(({ path }) => path)
			.filter((path) => !path.startsWith('dist/'));
		expect(others?.sort()).toEqual(['LICENSE', 'README.md', 'index.js', 'package.json']);
		const built = packed?.files.map(({ path }) => path).filter((path) => path.startsWith('dist/'));
		expect(built?.filter((path) => !/\.(js|d\.ts|svg|json)$/.test(path))).toEqual([]);
		// n8n's build copies every picture that it finds
		const places = /^dist\/(nodes|credentials|icons)\/|^dist\/(package\.json|index\.d\.ts)$/;
		expect(built?.filter((path) => !places.test(path))).toEqual([]);
	});

	test('is below 110 kB', () => {
		expect(packed?.size).toBeLessThan(110_000);
	});
});

describe("n8n's rules for the manifest", () => {
	test('no runtime dependency, the one peer, no install scripts', () => {
		expect(manifest).not.toHaveProperty('dependencies');
		expect(manifest).not.toHaveProperty('overrides');
		expect(manifest).not.toHaveProperty('bundledDependencies');
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		const scripts = Object.keys(manifest.scripts);
		expect(
			scripts.filter((name) => /^(pre|post)?install$|^prepare$|^prepublish$/.test(name)),
		).toEqual([]);
	});
});
