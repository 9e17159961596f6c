import { readWaitPlan, type WaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';

const defaults: WaitPlan = {
	intervalMs: null,
	maxWaitMs: 30 * 60_000,
	maxFailedChecks: 20,
	onTimeout: 'error',
	onFailure: 'error',
};

const LONGEST_MS = 1440 * 60_000;

test.each<[unknown]>([[{}], [undefined], [null], ['text'], [7], [[]], [{ other: 1 }]])(
	'%j sets nothing',
	(options) => {
		expect(readWaitPlan(options)).toEqual(defaults);
	},
);

test('every option can be set', () => {
	const options = {
		pollingInterval: 10,
		maxWaitMinutes: 5,
		maxFailedChecks: 3,
		onTimeout: 'returnLastStatus',
		onFailure: 'returnTask',
	};
	expect(readWaitPlan(options)).toEqual({
		intervalMs: 10_000,
		maxWaitMs: 300_000,
		maxFailedChecks: 3,
		onTimeout: 'returnLastStatus',
		onFailure: 'returnTask',
	});
});

test.each<[unknown, number | null]>([
	[1, 1_000],
	[2.5, 2_500],
	[3600, 3_600_000],
	['10', 10_000],
	[0.2, 1_000],
	[0, 1_000],
	[-10, 1_000],
	['soon', null],
	['', null],
	[null, null],
	[Number.NaN, null],
	[Number.POSITIVE_INFINITY, null],
	[{}, null],
	[[10], null],
	[true, null],
])('pollingInterval %p is %p ms', (pollingInterval, intervalMs) => {
	expect(readWaitPlan({ pollingInterval })).toEqual({ ...defaults, intervalMs });
});

test.each<[unknown, number]>([
	[1, 60_000],
	[0.5, 30_000],
	['15', 900_000],
	[1440, LONGEST_MS],
	[1441, LONGEST_MS],
	[1e300, LONGEST_MS],
	[0, LONGEST_MS],
	['0', LONGEST_MS],
	['long', defaults.maxWaitMs],
	['', defaults.maxWaitMs],
	[null, defaults.maxWaitMs],
	[Number.NaN, defaults.maxWaitMs],
	[Number.POSITIVE_INFINITY, defaults.maxWaitMs],
	[[], defaults.maxWaitMs],
])('maxWaitMinutes %p is %p ms', (maxWaitMinutes, maxWaitMs) => {
	expect(readWaitPlan({ maxWaitMinutes })).toEqual({ ...defaults, maxWaitMs });
});

test.each<[unknown, number]>([
	[1, 1],
	[1000, 1000],
	['7', 7],
	[0, 1],
	[-5, 1],
	[1001, 1000],
	['many', 20],
	[null, 20],
	[Number.NaN, 20],
	[{}, 20],
])('maxFailedChecks %p is %p', (given, maxFailedChecks) => {
	expect(readWaitPlan({ maxFailedChecks: given })).toEqual({ ...defaults, maxFailedChecks });
});

test('maxFailedChecks is a whole number', () => {
	expect(Number.isInteger(readWaitPlan({ maxFailedChecks: 2.5 }).maxFailedChecks)).toBe(true);
});

test.each<[unknown]>([['error'], ['ERROR'], ['returntask'], [''], [null], [true], [{}]])(
	'%j as onTimeout or onFailure is an error',
	(given) => {
		expect(readWaitPlan({ onTimeout: given, onFailure: given })).toEqual(defaults);
	},
);
