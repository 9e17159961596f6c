/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { markdownTable } from 'markdown-table';
import { run } from '../../e2e/run';
import { npmCommand } from '../../sandbox/commandLine';
import { findDifferences, HEAD, rowOf, writeTable } from './compatibility';
import { findHosts, REPOSITORY, type Host } from './hosts';
import { countTests, readResults, type FileResult } from './results';

function readOptions() {
	return npmCommand('test:hosts')
		.description(
			'Runs the engine tests on every n8n engine that the node is tested on, one after the other, and ' +
				'compares what they show with the table "Compatibility" in docs/scaling.md.',
		)
		.option('--only <versions...>', 'of n8n-core: these engines alone')
		.option('--update', 'write the table', false)
		.option(
			'--npm-test <file>',
			'what Jest has written of `npm test` (--json): it counts as the run on the newest engine',
		)
		.option('--output-file <file>', "write how many tests passed and failed, under Jest's names")
		.parse()
		.opts();
}

function chooseHosts(only: string[] | undefined): Host[] {
	const hosts = findHosts();
	if (only === undefined) return hosts;
	const unknown = only.filter((version) => hosts.every(({ core }) => core !== version));
	if (unknown.length > 0) {
		throw new Error(
			`No engine ${unknown.join(', ')}: there are ${hosts.map(({ core }) => core).join(', ')}`,
		);
	}
	return hosts.filter(({ core }) => only.includes(core));
}

/** As .npmrc says for the package itself. */
const NPM_SETTINGS = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];

/** Does nothing where the engine is as its lock file says. A new folder gets its lock file. */
async function install(folder: string): Promise<void> {
	const lock = join(folder, 'package-lock.json');
	// npm ci removes it first, with all the others: it is there only if all of them are
	const installed = join(folder, 'node_modules', '.installed-package-lock.json');
	if (!existsSync(lock)) {
		await run('npm', ['install', ...NPM_SETTINGS, '--omit-lockfile-registry-resolved'], {
			cwd: folder,
		});
	} else if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) {
		return;
	} else {
		await run('npm', ['ci', ...NPM_SETTINGS], { cwd: folder });
	}
	writeFileSync(installed, readFileSync(lock));
}

/** Jest's own report goes to the terminal. */
async function runEngineTests({ core, folder }: Host): Promise<FileResult[]> {
	const reports = mkdtempSync(join(tmpdir(), 'hosts-'));
	try {
		const report = join(reports, 'jest.json');
		const jest = require.resolve('jest/bin/jest');

		const child = spawn(
			process.execPath,
			[jest, '--config', 'jest.hosts.config.js', '--json', '--outputFile', report],
			{
				cwd: REPOSITORY,
				stdio: 'inherit',
				env: { ...process.env, N8N_ENGINE: folder === null ? '' : core },
			},
		);
		await once(child, 'close');
		if (!existsSync(report)) throw new Error(`Jest did not run on n8n-core ${core}`);
		return readResults(report);
	} finally {
		rmSync(reports, { recursive: true });
	}
}

async function main(): Promise<void> {
	const { only, update, npmTest, outputFile } = readOptions();
	if (update && only !== undefined) throw new Error('--update needs all engines');

	const rows: string[][] = [];
	const shown = new Table({
		head: [...HEAD, 'passed', 'failed', 'minutes'],
		style: process.stdout.isTTY ? { head: ['cyan'] } : { head: [], border: [] },
	});
	const counted = { numPassedTests: 0, numFailedTests: 0 };
	let allPassed = true;
	for (const host of chooseHosts(only)) {
		const { core, workflow, folder } = host;
		const isTested = folder === null && npmTest !== undefined;
		process.stderr.write(
			`\n── n8n-core ${core}, n8n-workflow ${workflow}${isTested ? ': tested by npm test' : ''}\n`,
		);
		const startedAtMs = performance.now();
		if (folder !== null) await install(folder);
		const results = isTested ? readResults(npmTest) : await runEngineTests(host);
		const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);

		const row = rowOf(host, results);
		const { passed, failed } = countTests(results);
		rows.push(row);
		shown.push([...row, passed, failed, isTested ? '' : minutes]);
		allPassed &&= results.length > 0 && results.every((result) => result.passed);
		if (!isTested) {
			counted.numPassedTests += passed;
			counted.numFailedTests += failed;
		}
	}
	process.stdout.write(`\n${shown.toString()}\n`);
	if (outputFile !== undefined) writeFileSync(outputFile, JSON.stringify(counted));

	if (!allPassed) throw new Error('Tests failed, so that nothing is said of the table.');
	if (update) {
		writeTable(markdownTable([HEAD, ...rows]));
		process.stdout.write('\nThe table in docs/scaling.md is written.\n');
		return;
	}
	const differences = findDifferences(rows, only === undefined);
	if (differences.length > 0) {
		throw new Error(
			`The table in docs/scaling.md is not what the tests show:\n  ${differences.join('\n  ')}\n` +
				'Where the tests are right: npm run test:hosts -- --update',
		);
	}
	process.stdout.write('\nThe table in docs/scaling.md is what the tests show.\n');
}

main().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
