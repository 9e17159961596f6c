import { runBatch, spread } from './batchRun';
import { ALL_AT_ONCE, ONE_AFTER_ANOTHER, THIS_NODE } from './contestants';
import type { Bar, Bench, Table } from './report';

const INTERVAL_S = 1;
const LATENCY_MS = 40;

interface Size {
	tasks: number;
	longestS: number;
	/** Of the wall time over the slowest task, for this node; null for none. */
	barOfRatio: number | null;
}

const SIZES: Size[] = [
	{ tasks: 1, longestS: 5, barOfRatio: null },
	{ tasks: 10, longestS: 5, barOfRatio: null },
	{ tasks: 100, longestS: 5, barOfRatio: 1.3 },
	{ tasks: 1000, longestS: 10, barOfRatio: 1.25 },
];
const SIZES_SHORT: Size[] = [{ tasks: 60, longestS: 2, barOfRatio: null }];
const SHORTEST_S = 1;

const MOST_IN_FLIGHT = 25;

export const batch: Bench = {
	name: 'batch',
	async run({ short, say }) {
		const rows: Table['rows'] = [];
		const bars: Bar[] = [];
		for (const { tasks, longestS, barOfRatio } of short ? SIZES_SHORT : SIZES) {
			// a single task takes the longest
			const durationsS = tasks === 1 ? [longestS] : spread(tasks, SHORTEST_S, longestS);
			for (const contestant of [THIS_NODE, ALL_AT_ONCE, ONE_AFTER_ANOTHER]) {
				say(`${contestant.name}, ${tasks} tasks`);
				const figures = await runBatch({
					contestant,
					durationsS,
					intervalS: INTERVAL_S,
					gateway: { latencyMs: LATENCY_MS },
				});
				rows.push([
					tasks,
					contestant.name,
					figures.wallOverSlowest,
					figures.callsPerTask,
					figures.mostInFlight,
					figures.meanDelayMs / 1000,
					figures.p95DelayMs / 1000,
					figures.lost,
				]);
				if (contestant !== THIS_NODE) continue;
				const counted = tasks === 1 ? '1 task' : `${tasks} tasks`;
				const named = `${counted} of ${tasks === 1 ? '' : `${SHORTEST_S}–`}${longestS} s, checked every ${INTERVAL_S} s`;
				const { lost, mostInFlight, wallOverSlowest } = figures;
				bars.push(
					{ bar: `${named}: lost`, measured: lost, most: 0, unit: ' tasks', byTime: false },
					{
						bar: `${named}: calls in flight`,
						measured: mostInFlight,
						most: MOST_IN_FLIGHT,
						unit: '',
						byTime: false,
					},
				);
				if (barOfRatio !== null) {
					bars.push({
						bar: `${named}: wall time over the slowest task`,
						measured: wallOverSlowest,
						most: barOfRatio,
						unit: '',
						byTime: true,
					});
				}
			}
		}
		const columns = [
			{ name: 'tasks', decimals: 0 },
			{ name: 'waited for by' },
			{ name: 'wall time over the slowest task', decimals: 2 },
			{ name: 'calls a task', decimals: 1 },
			{ name: 'most calls in flight', decimals: 0 },
			{ name: 'mean delay (s)', decimals: 2 },
			{ name: 'p95 delay (s)', decimals: 2 },
			{ name: 'lost', decimals: 0 },
		];
		const note = `Tasks that were all submitted right before, so that Kling makes them side by side whoever waits, checked every ${INTERVAL_S} s, ${LATENCY_MS} ms an answer. The delay is from the moment a video is done (or the run begins, if that is later) to the reply that tells so.`;
		return { tables: [{ title: 'Many tasks', columns, rows, note }], bars };
	},
};
