import { mean, probit, quantileSorted } from 'simple-statistics';
import { CHECK_GAP_MS } from '../nodes/KlingVideo/suspend/checkTimes';
import { nextCheckGapMs } from '../nodes/KlingVideo/wait/schedule';
import type { Bar, Bench, Table } from './report';

const POINTS = 20_000;
const POINTS_SHORT = 2_000;

/** How far the times of log-normal videos lie apart: two of three within a factor of 1.65. */
const SIGMA = 0.5;

const FIXED_INTERVALS_S = [3, 5, 10, 15, 20];
const BACK_OFF_FIRST_S = 2;
const BACK_OFF_FACTOR = 1.5;
const BACK_OFF_LONGEST_S = 60;

/** When a task is checked after a check at its age of `ageMs`, which was the `check`th. */
type Gap = (ageMs: number, check: number) => number;

interface Distribution {
	name: string;
	/** The time in seconds that a share of `p` of all videos do not exceed. */
	quantile(p: number): number;
}

const logNormal = (medianS: number): Distribution => ({
	name: `log-normal, median ${medianS} s`,
	quantile: (p) => medianS * Math.exp(SIGMA * probit(p)),
});

const DISTRIBUTIONS: Distribution[] = [
	...[75, 120, 240].map(logNormal),
	{ name: 'uniform, 60–300 s', quantile: (p) => 60 + p * (300 - 60) },
];

const automatic: Gap = (ageMs) => nextCheckGapMs({ intervalMs: null, ageMs, failedChecks: 0 });
const fixed =
	(intervalMs: number): Gap =>
	() =>
		intervalMs;
const backOff: Gap = (_ageMs, check) =>
	1000 * Math.min(BACK_OFF_FIRST_S * BACK_OFF_FACTOR ** (check - 1), BACK_OFF_LONGEST_S);

const STRATEGIES: Array<{ name: string; gap: Gap }> = [
	{ name: 'automatic', gap: automatic },
	{ name: 'suspended', gap: fixed(CHECK_GAP_MS) },
	...FIXED_INTERVALS_S.map((seconds) => ({
		name: `every ${seconds} s`,
		gap: fixed(seconds * 1000),
	})),
	{
		name: `back-off, ${BACK_OFF_FIRST_S} s × ${BACK_OFF_FACTOR} up to ${BACK_OFF_LONGEST_S} s`,
		gap: backOff,
	},
];

interface Watched {
	callsPerTask: number;
	meanDelayMs: number;
	p95DelayMs: number;
}

/**
 * How tasks fare that are checked at once and then as `gap` says.
 *
 * @param videoTimesMs from submit to done, in ascending order
 */
function watch(videoTimesMs: number[], gap: Gap): Watched {
	let ageMs = 0;
	let check = 1;
	let calls = 0;
	// every task is checked at the same ages, so the next longer one goes on from there
	const delaysMs = videoTimesMs.map((videoTimeMs) => {
		while (ageMs < videoTimeMs) {
			ageMs += gap(ageMs, check);
			check++;
		}
		calls += check;
		return ageMs - videoTimeMs;
	});
	delaysMs.sort((a, b) => a - b);
	return {
		callsPerTask: calls / videoTimesMs.length,
		meanDelayMs: mean(delaysMs),
		p95DelayMs: quantileSorted(delaysMs, 0.95),
	};
}

/** The fixed interval that takes as many calls a task: the longer it is, the fewer it takes. */
function intervalWithCalls(videoTimesMs: number[], callsPerTask: number): number {
	let shortMs = 100;
	let longMs = 3_600_000;
	while (longMs - shortMs > 0.1) {
		const middleMs = (shortMs + longMs) / 2;
		if (watch(videoTimesMs, fixed(middleMs)).callsPerTask > callsPerTask) shortMs = middleMs;
		else longMs = middleMs;
	}
	return longMs;
}

/** The middles of equal shares of all videos: as good as very many random ones, and always the same. */
function videoTimesMs({ quantile }: Distribution, points: number): number[] {
	return Array.from({ length: points }, (_, index) => 1000 * quantile((index + 0.5) / points));
}

/** Pure arithmetic: when videos are noticed, and at which cost, without a clock or a gateway. */
export const schedule: Bench = {
	name: 'schedule',
	async run({ short, say }) {
		const rows: Table['rows'] = [];
		const ratios: number[] = [];
		for (const distribution of DISTRIBUTIONS) {
			say(distribution.name);
			const times = videoTimesMs(distribution, short ? POINTS_SHORT : POINTS);
			for (const { name, gap } of STRATEGIES) {
				const watched = watch(times, gap);
				const intervalMs = intervalWithCalls(times, watched.callsPerTask);
				const ratio = watched.meanDelayMs / watch(times, fixed(intervalMs)).meanDelayMs;
				if (gap === automatic) ratios.push(ratio);
				rows.push([
					distribution.name,
					name,
					watched.callsPerTask,
					watched.meanDelayMs / 1000,
					watched.p95DelayMs / 1000,
					intervalMs / 1000,
					ratio,
				]);
			}
		}
		const bars: Bar[] = [
			{
				bar: 'automatic checking: mean delay over that of the fixed interval with as many calls, on average',
				measured: mean(ratios),
				most: 0.9,
				unit: '',
				byTime: false,
			},
			{
				bar: 'the same, the worst of the four distributions',
				measured: Math.max(...ratios),
				most: 1.1,
				unit: '',
				byTime: false,
			},
		];
		const columns = [
			{ name: 'video times' },
			{ name: 'checked' },
			{ name: 'calls a task', decimals: 1 },
			{ name: 'mean delay (s)', decimals: 2 },
			{ name: 'p95 delay (s)', decimals: 2 },
			{ name: 'fixed interval with as many calls (s)', decimals: 2 },
			{ name: 'mean delay over its', decimals: 2 },
		];
		const note = `Simulated: ${short ? POINTS_SHORT : POINTS} videos a distribution, log-normal ones with sigma ${SIGMA}; every wait begins with a check right after the submit.`;
		return { tables: [{ title: 'When a video is noticed', columns, rows, note }], bars };
	},
};
