/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, min } from 'simple-statistics';
import { ALL_AT_ONCE, CONTINUE, startContestant, THIS_NODE, type Contestant } from './contestants';
import { withGateway } from './gatewayProcess';
import type { Bench } from './report';

const TASKS = 1000;
const TASKS_SHORT = 50;
const ROUNDS = 3;

/** Long enough that between two rounds of checks all tasks do nothing but wait. */
const INTERVAL_S = 5;
const INTERVAL_SHORT_S = 1;

const CHECKS_EACH = 2;
const LOOK_EVERY_MS = 250;
const LOOKS = 8;
const LOOKS_SHORT = 2;
/** A run whose tasks are not checked twice by then does not check them. */
const PATIENCE_MS = 2 * 60_000;

async function heapAfterCollection(): Promise<number> {
	if (globalThis.gc === undefined) throw new Error('Node.js has to be started with --expose-gc');
	globalThis.gc();
	// what is cleaned up after a collection
	await sleep(20);
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}

/** Bytes that a waiting task holds, n8n's own context of it included. */
async function heapOfWaitingTask(
	contestant: Contestant,
	{ tasks, intervalS, looks }: { tasks: number; intervalS: number; looks: number },
): Promise<number> {
	return await withGateway({}, async (gateway) => {
		const taskIds = Array.from({ length: tasks }, (_, index) => `never-${index}`);
		const before = await heapAfterCollection();
		const run = startContestant(contestant, gateway.url, taskIds, intervalS, CONTINUE);
		try {
			const giveUpAtMs = Date.now() + PATIENCE_MS;
			for (;;) {
				await sleep(LOOK_EVERY_MS);
				const calls = await gateway.statusCalls();
				const replied = calls.filter(({ repliedAtMs }) => repliedAtMs !== null);
				if (replied.length >= CHECKS_EACH * tasks) break;
				if (Date.now() > giveUpAtMs) throw new Error('Tasks are not checked');
			}
			// the least of some looks: calls that happen to be in flight do not count as waiting
			const seen: number[] = [];
			while (seen.length < looks) {
				seen.push(await heapAfterCollection());
				await sleep(LOOK_EVERY_MS);
			}
			return (min(seen) - before) / tasks;
		} finally {
			run.stop();
			await run.finished;
		}
	});
}

export const heap: Bench = {
	name: 'heap',
	async run({ short, say }) {
		const wait = short
			? { tasks: TASKS_SHORT, intervalS: INTERVAL_SHORT_S, looks: LOOKS_SHORT }
			: { tasks: TASKS, intervalS: INTERVAL_S, looks: LOOKS };
		const contestants = [THIS_NODE, ALL_AT_ONCE];
		const bytes = new Map<Contestant, number[]>();
		// round 0 only loads and compiles what the others use
		for (let round = short ? ROUNDS : 0; round <= ROUNDS; round++) {
			for (const contestant of contestants) {
				say(`${contestant.name}, ${wait.tasks} tasks, round ${round} of ${ROUNDS}`);
				const measured = await heapOfWaitingTask(contestant, wait);
				if (round > 0) bytes.set(contestant, [...(bytes.get(contestant) ?? []), measured]);
			}
		}
		const bytesOf = (contestant: Contestant) => median(bytes.get(contestant) ?? []);
		const ratio = bytesOf(THIS_NODE) / bytesOf(ALL_AT_ONCE);
		return {
			tables: [
				{
					title: 'Heap',
					columns: [{ name: 'waited for by' }, { name: 'heap a waiting task (KiB)', decimals: 1 }],
					rows: contestants.map((contestant) => [contestant.name, bytesOf(contestant) / 1024]),
					note: `${wait.tasks} tasks that never end, checked every ${wait.intervalS} s, after ${CHECKS_EACH} checks of each, n8n's own context of a task included; the median of ${short ? 1 : ROUNDS}.`,
				},
			],
			bars: [
				{
					bar: 'heap a waiting task, over that of "all at once"',
					measured: ratio,
					most: 1.1,
					unit: '',
					// not the clock's doing, but what is in flight at that moment is
					byTime: true,
				},
			],
		};
	},
};
