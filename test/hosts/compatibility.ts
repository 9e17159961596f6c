/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, type Host } from './hosts';
import type { FileResult } from './results';

/** What the node can do, and the files of test/engine that show it. */
interface Ability {
	head: string;
	files(file: string): boolean;
	/** What a host has that cannot do it, and the tests that show this; they are run on no other host. */
	instead?: { tests: RegExp; cell: string };
}

const isShownElsewhere = /^(suspend|trigger|download|agentTool|credential)/;

const ABILITIES: Ability[] = [
	{
		head: 'Get Status, Wait Until Complete',
		files: (file) => !isShownElsewhere.test(file),
	},
	{
		head: 'Suspend Until Complete',
		files: (file) => file.startsWith('suspend'),
		instead: { tests: /on this n8n, which is too old/, cell: 'no: it asks to update n8n' },
	},
	{
		head: 'Kling Video Trigger',
		files: (file) => file.startsWith('trigger'),
	},
	{
		head: 'Download',
		files: (file) => file.startsWith('download') && !file.startsWith('downloadSsrf'),
	},
	{
		head: 'SSRF protection of downloads',
		files: (file) => file.startsWith('downloadSsrf'),
		instead: { tests: /on this n8n, which has none/, cell: 'n8n has none' },
	},
	{
		head: 'Tool of an AI agent',
		files: (file) => file.startsWith('agentTool'),
	},
	{
		head: 'Credential test',
		files: (file) => file.startsWith('credential'),
		instead: { tests: /in n8n's own words/, cell: "yes, in n8n's words" },
	},
];

export const HEAD = [
	'n8n',
	'Engine (n8n-core / n8n-workflow)',
	...ABILITIES.map(({ head }) => head),
];

const FAILED = 'FAILED';

const testFiles = readdirSync(join(REPOSITORY, 'test/engine')).filter((file) =>
	file.endsWith('.test.ts'),
);

/** The first two cells of a host's row. */
export function cellsOf({ n8n, core, workflow }: Host): string[] {
	return [n8n ?? '', `${core} / ${workflow}`];
}

/** A host's row of the table. */
export function rowOf(host: Host, results: FileResult[]): string[] {
	return [...cellsOf(host), ...ABILITIES.map((ability) => cellOf(ability, results))];
}

function cellOf({ files, instead }: Ability, results: FileResult[]): string {
	const own = results.filter(({ file }) => files(file));
	if (own.some(({ passed }) => !passed)) return FAILED;
	const names = own.flatMap(({ tests }) => tests.map(({ name }) => name));
	if (instead !== undefined && names.some((name) => instead.tests.test(name))) return instead.cell;
	const run = new Set(own.map(({ file }) => file));
	// a file that was left out shows nothing
	return testFiles.filter(files).every((file) => run.has(file)) ? 'yes' : FAILED;
}

const DOCUMENT = join(REPOSITORY, 'docs/scaling.md');

const BEGIN = '<!-- Written by npm run test:hosts -- --update -->\n\n';
const END = '\n\n<!-- End of what is written -->';

/** Where the table stands in the document. */
function findTable(text: string): { from: number; to: number } {
	const from = text.indexOf(BEGIN) + BEGIN.length;
	const to = text.indexOf(END, from);
	if (!text.includes(BEGIN) || to === -1) throw new Error(`${DOCUMENT} has no place for the table`);
	return { from, to };
}

/** @returns the rows in the document, the head first */
export function readTable(): string[][] {
	const text = readFileSync(DOCUMENT, 'utf8');
	const { from, to } = findTable(text);
	const rows = text
		.slice(from, to)
		.split('\n')
		.map((line) => line.split('|').slice(1, -1));
	// without the line below the head
	return rows.filter((_row, index) => index !== 1).map((row) => row.map((cell) => cell.trim()));
}

/** @param table in Markdown */
export function writeTable(table: string): void {
	const text = readFileSync(DOCUMENT, 'utf8');
	const { from, to } = findTable(text);
	writeFileSync(DOCUMENT, text.slice(0, from) + table + text.slice(to));
}

/**
 * @param isWhole whether every host was measured
 * @returns what the document says otherwise, a line each
 */
export function findDifferences(rows: string[][], isWhole: boolean): string[] {
	const [head, ...written] = readTable();
	if (head?.join() !== HEAD.join()) return ['It has other columns'];
	const differences = rows.flatMap((row) => {
		const [, engine] = row;
		const same = written.find((other) => other[1] === engine);
		if (same === undefined) return [`It has no row for ${engine}`];
		return row.flatMap((cell, index) =>
			cell === same[index]
				? []
				: [`${engine}, ${HEAD[index]}: it says "${same[index]}", the tests say "${cell}"`],
		);
	});
	const unknown = written.filter((row) => rows.every(([, engine]) => engine !== row[1]));
	return isWhole
		? [
				...differences,
				...unknown.map(([, engine]) => `It has a row for ${engine}, which is no host`),
			]
		: differences;
}
