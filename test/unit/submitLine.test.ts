/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import {
	SubmitLine,
	type LineResult,
	type SubmitLimits,
} from '../../nodes/KlingVideo/submit/submitLine';
import type { SubmitResult } from '../../nodes/KlingVideo/gateway/submitResult';
import { TimerQueue } from '../../nodes/KlingVideo/limits/timerQueue';
import { fakeTimers } from '../support/clocks';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const { pass } = fakeTimers();

const LIMITS: SubmitLimits = {
	maxTasksAtOnce: null,
	maxQueueMs: 60 * MINUTE,
	maxFailedConnections: 20,
};

const refusal = (retryAfterMs: number | null = null): SubmitResult => ({
	kind: 'notCreated',
	reason: 'noFreePlace',
	cause: 'full',
	retryAfterMs,
});
const NOT_CONNECTED: SubmitResult = {
	kind: 'notCreated',
	reason: 'notConnected',
	cause: 'the connection was refused',
	retryAfterMs: null,
};

/** An account at Kling with so many places, and all that was submitted to it. */
class Account {
	used = 0;

	mostUsed = 0;

	submits = 0;

	refused = 0;

	/** The items whose tasks were created, in that order. */
	readonly created: number[] = [];

	/** So many submits are refused although there is a place. */
	strayRefusals = 0;

	/** The items whose submits were begun, in that order. */
	readonly begun: number[] = [];

	/** While others than this run hold places. */
	heldElsewhere = 0;

	constructor(
		public places: number,
		private readonly submitTakesMs: (item: number) => number = () => 100,
	) {}

	async submit(item: number): Promise<SubmitResult> {
		this.submits++;
		this.begun.push(item);
		await new Promise((resolve) => setTimeout(resolve, this.submitTakesMs(item)));
		if (this.used + this.heldElsewhere >= this.places || this.strayRefusals-- > 0) {
			this.refused++;
			return refusal();
		}
		this.mostUsed = Math.max(this.mostUsed, ++this.used);
		this.created.push(item);
		return { kind: 'created', taskId: String(item), body: '' };
	}
}

interface Work {
	account: Account;
	line: SubmitLine;
	results: LineResult[];
	finishedAtMs: number;
}

function createLine(limits: Partial<SubmitLimits> = {}, hasEnded = () => false): SubmitLine {
	return new SubmitLine({ ...LIMITS, ...limits }, new TimerQueue(), hasEnded);
}

/** So many items, whose tasks take so long; a task's end is noticed `noticedMs` later. */
function start(
	count: number,
	account: Account,
	line: SubmitLine,
	taskMs: (item: number) => number = () => 4 * SECOND,
	noticedMs = 200,
): Work {
	const begunAtMs = Date.now();
	const work: Work = { account, line, results: [], finishedAtMs: 0 };
	for (let item = 0; item < count; item++) {
		void line
			.submit(() => account.submit(item))
			.then(async (result) => {
				if (result.kind === 'created') {
					await new Promise((resolve) => setTimeout(resolve, taskMs(item)));
					account.used--;
					await new Promise((resolve) => setTimeout(resolve, noticedMs));
					line.release();
				}
				work.results.push(result);
				work.finishedAtMs = Date.now() - begunAtMs;
			});
	}
	return work;
}

const created = ({ results }: Work) => results.filter(({ kind }) => kind === 'created').length;

test('all items of a run that has places enough are submitted, in their order', async () => {
	const work = start(30, new Account(100), createLine());
	await pass(MINUTE);
	expect(created(work)).toBe(30);
	expect(work.account.refused).toBe(0);
	expect(work.account.created).toEqual([...Array(30).keys()]);
});

test.each([
	[200, 5],
	[500, 5],
	[200, 1],
	[300, 50],
	[200, 3],
])(
	'%d items on %d places all come out, few are refused, and no place stays empty',
	async (count, places) => {
		const work = start(
			count,
			new Account(places),
			createLine(),
			(item) => 2000 + (item % 5) * 1000,
		);
		await pass(3 * 60 * MINUTE);
		expect(created(work)).toBe(count);
		expect(work.account.mostUsed).toBe(places);
		expect(work.account.refused / work.account.submits).toBeLessThan(0.05);
		const bestMs = (count / places) * 4 * SECOND;
		// a submit takes 0.1 s and an end is noticed after 0.2 s: with 4 s a task, 7.5 % more than the best
		expect(work.finishedAtMs).toBeLessThan(bestMs * 1.15 + 10 * SECOND);
	},
);

test('items are submitted in their order, and one that was refused stays first', async () => {
	const work = start(40, new Account(2), createLine());
	await pass(10 * MINUTE);
	expect(work.account.created).toEqual([...Array(40).keys()]);
});

test('of several that are refused at once, the first comes first again', async () => {
	// the later ones are answered earlier
	const account = new Account(9, (item) => 1000 - 10 * item);
	const work = start(30, account, createLine());
	await pass(10 * MINUTE);
	expect(created(work)).toBe(30);
	const again = account.begun.filter((item, index) => account.begun.indexOf(item) < index);
	expect(again.length).toBeGreaterThan(1);
	expect(again).toEqual([...again].sort((a, b) => a - b));
});

test('a single refusal where there is a place does not lower what is known', async () => {
	const account = new Account(5);
	start(200, account, createLine());
	await pass(20 * SECOND);
	expect(account.used).toBe(5);
	account.strayRefusals = 1;
	await pass(15 * SECOND);
	expect(account.strayRefusals).toBeLessThan(1);
	expect(account.used).toBe(5);
});

test('places that are taken away are noticed', async () => {
	const account = new Account(5);
	start(500, account, createLine());
	await pass(20 * SECOND);
	account.heldElsewhere = 2;
	const { refused } = account;
	await pass(2 * MINUTE);
	expect(account.used).toBe(3);
	// of about ninety
	expect(account.refused - refused).toBeLessThan(8);
});

test('the limit that the user sets is kept', async () => {
	const work = start(30, new Account(100), createLine({ maxTasksAtOnce: 3 }));
	await pass(10 * MINUTE);
	expect(created(work)).toBe(30);
	expect(work.account.mostUsed).toBe(3);
	expect(work.account.refused).toBe(0);
});

test("a task that was created before takes a place of the user's limit", async () => {
	const line = createLine({ maxTasksAtOnce: 1 });
	line.occupy();
	const work = start(1, new Account(100), line);
	await pass(MINUTE);
	expect(work.account.submits).toBe(0);
	line.release();
	await pass(MINUTE);
	expect(created(work)).toBe(1);
});

describe('places that others hold', () => {
	test('are waited for with a pause that grows: no hammering', async () => {
		const account = new Account(5);
		account.heldElsewhere = 5;
		const work = start(10, account, createLine());
		await pass(10 * MINUTE);
		// 2, 4, 8, 16, 32 seconds, and then once a minute
		expect(account.submits).toBeGreaterThan(9);
		expect(account.submits).toBeLessThan(18);
		account.heldElsewhere = 0;
		await pass(5 * MINUTE);
		expect(created(work)).toBe(10);
	});

	test('are found again when they get free', async () => {
		const account = new Account(5);
		account.heldElsewhere = 4;
		const work = start(400, account, createLine());
		await pass(2 * MINUTE);
		account.heldElsewhere = 0;
		await pass(20 * MINUTE);
		expect(created(work)).toBe(400);
		expect(account.mostUsed).toBe(5);
		expect(account.refused / account.submits).toBeLessThan(0.05);
	});

	test('a time that the gateway names is kept', async () => {
		const line = createLine();
		let submits = 0;
		void line.submit(async () =>
			submits++ === 0 ? refusal(5 * MINUTE) : { kind: 'created', taskId: '1', body: '' },
		);
		await pass(5 * MINUTE - 1);
		expect(submits).toBe(1);
		await pass(1);
		expect(submits).toBe(2);
	});
});

describe('the time that the first in the line waits', () => {
	test('is over when no place got free', async () => {
		const account = new Account(0);
		const work = start(3, account, createLine({ maxQueueMs: 10 * MINUTE }));
		await pass(9 * MINUTE);
		expect(work.results).toEqual([]);
		await pass(5 * MINUTE);
		// no place got free for those behind it either: each is tried once more, and no hour is waited for each
		expect(work.results).toEqual([0, 1, 2].map(() => ({ kind: 'noPlaceInTime', cause: 'full' })));
	});

	test('begins anew whenever the line moves', async () => {
		const account = new Account(1);
		const work = start(20, account, createLine({ maxQueueMs: 2 * MINUTE }), () => MINUTE);
		await pass(40 * MINUTE);
		expect(created(work)).toBe(20);
	});

	test('of 0 is one try', async () => {
		const work = start(1, new Account(0), createLine({ maxQueueMs: 0 }));
		await pass(SECOND);
		expect(work.results).toMatchObject([{ kind: 'noPlaceInTime' }]);
		expect(work.account.submits).toBe(1);
	});
});

describe('connections that cannot be made', () => {
	test('are tried again with a pause that grows, so many times in a row', async () => {
		const line = createLine({ maxFailedConnections: 3 });
		let submits = 0;
		const ended = line.submit(async () => {
			submits++;
			return NOT_CONNECTED;
		});
		await pass(2999);
		expect(submits).toBe(2);
		await pass(MINUTE);
		expect(submits).toBe(4);
		expect(await ended).toEqual({ kind: 'notConnected', cause: 'the connection was refused' });
	});

	test('are counted in a row', async () => {
		const line = createLine({ maxFailedConnections: 1 });
		const script = [NOT_CONNECTED, refusal(), NOT_CONNECTED, refusal()];
		let submits = 0;
		void line.submit(async () => script[submits++] ?? { kind: 'created', taskId: '1', body: '' });
		await pass(MINUTE);
		expect(submits).toBe(5);
	});
});

test.each<[SubmitResult]>([
	[{ kind: 'unclear', isAccepted: false, cause: 'the connection was cut' }],
	[{ kind: 'refused', reason: 'outOfMoney', words: null }],
	[{ kind: 'created', taskId: '1', body: '{}' }],
])('%j is never sent again', async (result) => {
	let submits = 0;
	const ended = createLine().submit(async () => {
		submits++;
		return result;
	});
	await pass(60 * MINUTE);
	expect(await ended).toEqual(result);
	expect(submits).toBe(1);
});

test('what a submit throws, its caller gets, and the line goes on', async () => {
	const line = createLine();
	const failed = line.submit(() => Promise.reject(new Error('no credential')));
	const other = line.submit(async () => ({ kind: 'created', taskId: '1', body: '' }));
	await expect(failed).rejects.toThrow('no credential');
	await pass(SECOND);
	expect(await other).toMatchObject({ kind: 'created' });
});

test('a run that is ended sends nothing more, and all in the line are told', async () => {
	let hasEnded = false;
	const timers = new TimerQueue();
	const line = new SubmitLine(LIMITS, timers, () => hasEnded);
	const account = new Account(1);
	const work = start(5, account, line, () => MINUTE);
	await pass(SECOND);
	const { submits } = account;
	hasEnded = true;
	timers.close();
	await pass(10 * MINUTE);
	expect(account.submits).toBe(submits);
	expect(work.results.filter(({ kind }) => kind === 'stopped')).toHaveLength(4);
});
