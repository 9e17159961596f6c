import { nextCheckGapMs, type ScheduledTask } from '../../nodes/KlingVideo/wait/schedule';

const MINUTE_MS = 60_000;

function gapMs(checked: Partial<ScheduledTask>): number {
	return nextCheckGapMs({
		intervalMs: null,
		ageMs: 0,
		failedChecks: 0,
		...checked,
	});
}

describe('automatic checking', () => {
	test.each([
		['just submitted: no video can be ready', 0, 15_000],
		['the next check falls on the first moment a video may be ready', 12_000, 13_000],
		['never faster than 5 s', 24_000, 5_000],
		['a video may be ready', 25_000, 10_000],
		['half-way to where one is likely', 42_500, 7_500],
		['a video is likely', MINUTE_MS, 5_000],
		['still likely', 5 * MINUTE_MS, 5_000],
		['the tail begins', 8 * MINUTE_MS, 5_000],
		['half-way into the tail', 11.5 * MINUTE_MS, 10_000],
		['the tail has settled', 15 * MINUTE_MS, 15_000],
		['never slower', 24 * 60 * MINUTE_MS, 15_000],
	])('%s (%d ms old): %d ms', (_when, ageMs, gap) => {
		expect(gapMs({ ageMs })).toBe(gap);
	});
});

describe('a set interval', () => {
	test.each([0, 30_000, 10 * MINUTE_MS, 60 * MINUTE_MS])('counts at the age of %d ms', (ageMs) => {
		expect(gapMs({ intervalMs: 7_000, ageMs })).toBe(7_000);
	});
});

describe('after failed checks the gap doubles', () => {
	test.each([
		[1_000, [2_000, 4_000, 8_000, 15_000, 15_000]],
		[5_000, [10_000, 15_000, 15_000]],
		[10_000, [15_000, 15_000]],
		[66_000, [66_000, 66_000]],
	])('from an interval of %d ms, up to 15 s or the interval: %j', (intervalMs, gaps) => {
		expect(gaps.map((_gap, index) => gapMs({ intervalMs, failedChecks: index + 1 }))).toEqual(gaps);
	});

	test('from 2 s up to 15 s in automatic checking, whatever the age of the task', () => {
		for (const ageMs of [0, MINUTE_MS, 20 * MINUTE_MS]) {
			const gaps = [1, 2, 3, 4, 5].map((failedChecks) => gapMs({ failedChecks, ageMs }));
			expect(gaps).toEqual([2_000, 4_000, 8_000, 15_000, 15_000]);
		}
	});

	test('and stays a number after a thousand of them', () => {
		expect(gapMs({ failedChecks: 1001 })).toBe(15_000);
		expect(gapMs({ failedChecks: 5000, intervalMs: 20_000 })).toBe(20_000);
	});
});
