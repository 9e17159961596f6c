import { max } from 'simple-statistics';
import { runBatch, spread, type BatchFigures } from './batchRun';
import { ALL_AT_ONCE, startContestant, THIS_NODE } from './contestants';
import { firstNewsOf } from './figures';
import { withGateway } from './gatewayProcess';
import type { Bar, Bench, BenchOptions, Table } from './report';

/** The bars that take runs of their own; the others come with the bench that measures them. */
export const bars: Bench = {
	name: 'bars',
	async run(options) {
		const strict = await strictGateway(options);
		return {
			tables: strict.tables,
			bars: [await slowGateway(options), ...(await oneFails(options)), ...strict.bars],
		};
	},
};

async function slowGateway({ short, say }: BenchOptions): Promise<Bar> {
	const [tasks, longestS, intervalS] = short ? [50, 3, 2] : [500, 30, 5];
	const latencyMs = 200;
	say(`${tasks} tasks at a gateway that takes ${latencyMs} ms`);
	const { meanDelayMs } = await runBatch({
		contestant: THIS_NODE,
		durationsS: spread(tasks, 1, longestS),
		intervalS,
		gateway: { latencyMs },
	});
	return {
		bar: `${tasks} tasks of 1–${longestS} s, checked every ${intervalS} s, ${latencyMs} ms an answer: mean delay`,
		measured: meanDelayMs / 1000,
		most: 4,
		unit: ' s',
		byTime: true,
	};
}

/** Without "Continue" one failed task ends the node, and is not to wait for the others. */
async function oneFails({ short, say }: BenchOptions): Promise<Bar[]> {
	const tasks = short ? 40 : 200;
	const intervalS = short ? 1 : 5;
	// at different moments of an interval
	const failsAfterS = short ? [1] : [2, 4.1, 6.7];
	const overIntervals: number[] = [];
	for (const seconds of failsAfterS) {
		say(`one of ${tasks} tasks fails after ${seconds} s`);
		const endMs = await withGateway({ latencyMs: 40 }, async (gateway) => {
			const scenarios = Array.from({ length: tasks }, () => 'success-60s');
			scenarios[Math.floor(tasks / 2)] = `failure-${seconds}s`;
			const taskIds = await gateway.submit(scenarios);
			const { status } = await startContestant(THIS_NODE, gateway.url, taskIds, intervalS).finished;
			const endedAtMs = Date.now();
			const [failed, ...more] = firstNewsOf(await gateway.statusCalls());
			if (status !== 'error' || failed === undefined || more.length > 0) {
				throw new Error(`The run ended as ${status} instead of with the failed task`);
			}
			return endedAtMs - failed.doneAtMs;
		});
		overIntervals.push(endMs / (intervalS * 1000));
	}
	return [
		{
			bar: `one of ${tasks} tasks fails: from then to the node's end, at worst`,
			measured: max(overIntervals),
			most: 1,
			unit: ' intervals',
			byTime: true,
		},
	];
}

/** A gateway that refuses what is beyond its limit; the stand-in shows what it costs not to care. */
async function strictGateway({ short, say }: BenchOptions) {
	const [tasks, shortestS, longestS, callsPerSecond] = short ? [40, 1, 3, 20] : [300, 20, 60, 50];
	const intervalS = 1;
	const named = `${tasks} tasks of ${shortestS}–${longestS} s, checked every ${intervalS} s, at a gateway that allows ${callsPerSecond} calls a second`;
	const measure = async (contestant: typeof THIS_NODE): Promise<BatchFigures> => {
		say(`${contestant.name}, ${named}`);
		return await runBatch({
			contestant,
			durationsS: spread(tasks, shortestS, longestS),
			intervalS,
			gateway: { latencyMs: 40, callsPerSecond },
		});
	};
	const ours = await measure(THIS_NODE);
	const standIn = await measure(ALL_AT_ONCE);
	const table: Table = {
		title: 'A strict gateway',
		columns: [
			{ name: 'waited for by' },
			{ name: 'calls refused (%)', decimals: 1 },
			{ name: 'tasks lost', decimals: 0 },
			{ name: 'calls a task', decimals: 1 },
			{ name: 'wall time over the slowest task', decimals: 2 },
			{ name: 'mean delay (s)', decimals: 2 },
			{ name: 'p95 delay (s)', decimals: 2 },
		],
		rows: [
			{ name: THIS_NODE.name, figures: ours },
			{ name: ALL_AT_ONCE.name, figures: standIn },
		].map(({ name, figures }) => [
			name,
			figures.refusedShare * 100,
			figures.lost,
			figures.callsPerTask,
			figures.wallOverSlowest,
			figures.meanDelayMs / 1000,
			figures.p95DelayMs / 1000,
		]),
		note: `${named} and refuses the rest with 429. Delays and the slowest task are those of the tasks that were not lost.`,
	};
	const strictBars: Bar[] = [
		{ bar: `${named}: lost`, measured: ours.lost, most: 0, unit: ' tasks', byTime: false },
		{
			bar: 'the same: calls refused (fewer than)',
			measured: ours.refusedShare * 100,
			most: 10,
			unit: ' %',
			byTime: true,
		},
	];
	return { tables: [table], bars: strictBars };
}
