/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import '../engine/environment';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bars } from './bars';
import { batch } from './batch';
import { create } from './create';
import { downloads } from './download';
import { heap } from './heap';
import { isMet, tableOfBars, toJson, toMarkdown, type Bar, type Bench, type Table } from './report';
import { schedule } from './schedule';
import { stop } from './stop';

const RESULTS = join(__dirname, 'results.json');

/**
 * schedule   how soon a finished video is noticed, and for how many calls (simulated)
 * batch      1 to 1,000 tasks, beside what people use today
 * heap       what a waiting task holds
 * bars       a slow gateway, a failed task among many, a strict gateway
 * create     an account with few places, and images as files
 * download   the memory that videos of up to 500 MB take
 * stop       from Stop to the end of the run
 */
const BENCHES: Bench[] = [schedule, batch, heap, bars, create, downloads, stop];

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { short: { type: 'boolean', default: false }, only: { type: 'string' } },
	});
	const { short, only } = values;
	const chosen = BENCHES.filter(({ name }) => only === undefined || name === only);
	if (chosen.length === 0) {
		throw new Error(`--only has to be one of ${BENCHES.map(({ name }) => name).join(', ')}`);
	}

	const startedAtMs = performance.now();
	const tables: Table[] = [];
	const allBars: Bar[] = [];
	for (const { name, run } of chosen) {
		const say = (text: string) => {
			const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4);
			process.stderr.write(`${seconds} s  ${name}: ${text}\n`);
		};
		const result = await run({ short, say });
		tables.push(...result.tables);
		allBars.push(...result.bars);
	}

	const shown = [...tables, tableOfBars(allBars, short)];
	process.stdout.write(`\n${shown.map(toMarkdown).join('\n\n')}\n`);
	const measured = {
		short,
		tables: tables.map(toJson),
		bars: allBars.map((bar) => ({ ...bar, met: isMet(bar) })),
	};
	writeFileSync(RESULTS, `${JSON.stringify(measured, null, '\t')}\n`);

	// a slow machine may miss what a clock decides; anything else is broken
	const broken = allBars.filter((bar) => !bar.byTime && !isMet(bar));
	for (const { bar } of broken) process.stderr.write(`Broken: ${bar}\n`);
	process.exitCode = broken.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
