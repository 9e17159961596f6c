/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import manifest from '../../package.json';

interface Step {
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}

interface Job {
	needs?: string;
	environment?: string;
	permissions?: Record<string, string>;
	steps: Step[];
}

interface Workflow {
	on: unknown;
	permissions?: Record<string, string>;
	jobs: Record<string, Job>;
}

const folder = resolve(__dirname, '../../.github/workflows');
const texts = new Map(
	readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);

function workflow(file: string): Workflow {
	return parse(texts.get(file) ?? '');
}

function jobOf({ jobs }: Workflow, name: string): Job {
	const job = jobs[name];
	if (job === undefined) throw new Error(`No job ${name}`);
	return job;
}

const publishing = workflow('publish.yml');
const build = jobOf(publishing, 'build');
const publish = jobOf(publishing, 'publish');

/** What a job runs, one command a line. */
const commandsOf = ({ steps }: Job) =>
	steps.flatMap(({ run }) => run?.trim().split('\n') ?? []).map((command) => command.trim());

/** The actions that a job uses, without their versions. */
const actionsOf = ({ steps }: Job) => steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []);

const stepsWith = ({ steps }: Job, action: string) =>
	steps.filter(({ uses }) => uses?.startsWith(`${action}@`));

describe('all workflows', () => {
	// a tag can be moved to other code, a commit cannot
	test.each([...texts])('%s names every action by its commit, and says its version', (_, text) => {
		const used = text.split('\n').filter((line) => /\buses\s*:/.test(line));
		expect(used).not.toEqual([]);
		const pinned = /^\s*(- )?uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
		expect(used.filter((line) => !pinned.test(line))).toEqual([]);
	});

	test.each([...texts.keys()])('%s leaves no token behind for what it runs', (file) => {
		const checkouts = Object.values(workflow(file).jobs).flatMap((job) =>
			stepsWith(job, 'actions/checkout'),
		);
		for (const checkout of checkouts) {
			expect(checkout.with).toMatchObject({ 'persist-credentials': false });
		}
	});

	test('none but the job that publishes may do more than read', () => {
		const rights = [...texts.keys()].flatMap((file) => {
			const { permissions, jobs } = workflow(file);
			// without any, a job has the rights that the repository's settings give
			return Object.entries(jobs).map(([name, job]) => [
				`${file} ${name}`,
				job.permissions ?? permissions,
			]);
		});
		expect(Object.fromEntries(rights)).toEqual({
			'ci.yml run': { contents: 'read' },
			'publish.yml build': { contents: 'read' },
			'publish.yml publish': { 'id-token': 'write' },
		});
	});
});

describe('the job that builds what is published', () => {
	test('starts from a version tag only', () => {
		expect(publishing.on).toEqual({ push: { tags: ['*.*.*'] } });
	});

	test('sees that the tag is the version and on main, before it runs any code of ours', () => {
		const [checkout] = build.steps;
		expect(checkout?.uses).toMatch(/^actions\/checkout@/);
		expect(checkout?.with).toMatchObject({ 'fetch-depth': 0 });
		expect(commandsOf(build).slice(0, 3)).toEqual([
			'test "$GITHUB_REF_NAME" = "$(jq --raw-output .version package.json)"',
			'git merge-base --is-ancestor HEAD origin/main',
			'npm ci',
		]);
	});

	test('lints, checks types, tests, packs and scans', () => {
		expect(commandsOf(build).slice(2)).toEqual([
			'npm ci',
			'npm run lint',
			'npm run typecheck',
			'npm test',
			'npm run scan',
		]);
		expect(build.steps.at(-1)?.uses).toMatch(/^actions\/upload-artifact@/);
		expect(build.steps.at(-1)?.with).toMatchObject({
			path: 'dist/packed/*.tgz',
			'if-no-files-found': 'error',
		});
	});
});

describe('the job that publishes', () => {
	test('waits for the build, and for whom the environment names', () => {
		expect(publish).toMatchObject({ needs: 'build', environment: 'npm' });
	});

	// npm refuses to make that statement anywhere but in CI
	test('is the only way: without provenance, npm publishes nothing', () => {
		expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
	});

	test('has npm and the tarball: no checkout, no install, no script', () => {
		expect(actionsOf(publish)).toEqual(['actions/setup-node', 'actions/download-artifact']);
		expect(commandsOf(publish)).toEqual([
			'npm publish ./package/*.tgz --provenance --access public --ignore-scripts',
		]);
	});
});

// a cache holds what some other run has put there
test('nothing that is published comes out of a cache', () => {
	for (const job of [build, publish]) {
		expect(actionsOf(job).filter((action) => action.includes('cache'))).toEqual([]);
		for (const { with: inputs } of job.steps) expect(inputs ?? {}).not.toHaveProperty('cache');
		for (const setup of stepsWith(job, 'actions/setup-node')) {
			expect(setup.with).toMatchObject({ 'package-manager-cache': false });
		}
	}
});
