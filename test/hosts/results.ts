/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { REPOSITORY } from './hosts';

const ENGINE_TESTS = join(REPOSITORY, 'test/engine');

/** A file of test/engine that was run. */
export interface FileResult {
	/** Such as `getStatus.test.ts`. */
	file: string;
	/** Whether it could be loaded, and all of its tests passed. */
	passed: boolean;
	tests: Array<{ name: string; passed: boolean }>;
}

/** The part of Jest's `--json` that is read here. */
interface JestReport {
	testResults: Array<{
		name: string;
		status: string;
		assertionResults: Array<{ fullName: string; status: string }>;
	}>;
}

/** @returns those of test/engine, whatever else was run */
export function readResults(path: string): FileResult[] {
	const { testResults }: JestReport = JSON.parse(readFileSync(path, 'utf8'));
	return testResults
		.filter(({ name }) => dirname(name) === ENGINE_TESTS)
		.map(({ name, status, assertionResults }) => ({
			file: basename(name),
			passed: status === 'passed',
			tests: assertionResults.map((test) => ({
				name: test.fullName,
				passed: test.status === 'passed',
			})),
		}));
}

export function countTests(results: FileResult[]): { passed: number; failed: number } {
	const tests = results.flatMap((result) => result.tests);
	const passed = tests.filter((test) => test.passed).length;
	return { passed, failed: tests.length - passed };
}
