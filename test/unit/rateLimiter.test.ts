/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { TimerQueue } from '../../nodes/KlingVideo/limits/timerQueue';
import {
	RateLimiter,
	type CallFeedback,
	type CallLimits,
} from '../../nodes/KlingVideo/limits/rateLimiter';
import { fakeTimers } from '../support/clocks';

const MOST_IN_FLIGHT = 25;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const GOOD: CallFeedback = { kind: 'success' };
const FAILURE: CallFeedback = { kind: 'failure' };
const slowDown = (retryAfterMs: number | null = null): CallFeedback => ({
	kind: 'rateLimited',
	retryAfterMs,
});

const AT_ONCE: CallLimits = { spreadOverMs: 0, maxPauseMs: MINUTE, timeoutMs: 60 * MINUTE };
const PATIENT: CallLimits = { ...AT_ONCE, maxPauseMs: 60 * MINUTE };

const { pass } = fakeTimers();

/** A gateway that answers as the call is told to, and the moments at which it was called. */
class TimedCalls {
	readonly startedAtMs: number[] = [];

	readonly ended: Array<CallFeedback | null> = [];

	inFlight = 0;

	mostInFlight = 0;

	private readonly begunAtMs = Date.now();

	constructor(
		private readonly limiter: RateLimiter,
		private readonly takesMs = 40,
	) {}

	async make(feedback: CallFeedback, limits = AT_ONCE, tasks = 1) {
		const ended = await this.limiter.call(
			limits,
			tasks,
			async () => {
				this.startedAtMs.push(Date.now() - this.begunAtMs);
				this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
				await new Promise((resolve) => setTimeout(resolve, this.takesMs));
				this.inFlight--;
				return feedback;
			},
			(result) => result,
		);
		this.ended.push(ended);
		return ended;
	}

	makeMany(count: number, feedback: CallFeedback, limits?: CallLimits, tasks?: number): void {
		for (let index = 0; index < count; index++) void this.make(feedback, limits, tasks);
	}

	/** How many were made in a stretch of time, in milliseconds from the beginning. */
	within(fromMs: number, toMs: number): number {
		return this.startedAtMs.filter((ms) => ms >= fromMs && ms < toMs).length;
	}
}

describe('calls in flight', () => {
	test('start at once up to a limit, and then as others end', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		calls.makeMany(60, GOOD);
		await pass(0);
		expect(calls.inFlight).toBe(MOST_IN_FLIGHT);
		await pass(200);
		expect(calls.ended).toHaveLength(60);
		expect(calls.mostInFlight).toBe(MOST_IN_FLIGHT);
		expect(new Set(calls.startedAtMs)).toEqual(new Set([0, 40, 80]));
	});

	test('give their place back when they throw', async () => {
		const limiter = new RateLimiter(new TimerQueue());
		const failing = Array.from({ length: 30 }, async () => {
			await limiter.call(
				AT_ONCE,
				1,
				async () => {
					throw new Error('no credential');
				},
				() => GOOD,
			);
		});
		expect(await Promise.allSettled(failing)).toEqual(
			failing.map(() => expect.objectContaining({ status: 'rejected' })),
		);
	});
});

describe('the calls of many tasks', () => {
	test('are spread over the gap', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		calls.makeMany(100, GOOD, { ...AT_ONCE, spreadOverMs: 5 * SECOND }, 100);
		await pass(6 * SECOND);
		for (let second = 0; second < 5; second++) {
			expect(calls.within(second * SECOND, (second + 1) * SECOND)).toBeGreaterThanOrEqual(19);
			expect(calls.within(second * SECOND, (second + 1) * SECOND)).toBeLessThanOrEqual(21);
		}
	});

	test('but those of a few are not put off by more than it takes to tell them apart', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		calls.makeMany(3, GOOD, { ...PATIENT, spreadOverMs: 10 * MINUTE }, 3);
		await pass(SECOND);
		expect(calls.startedAtMs).toEqual([0, 100, 200]);
	});
});

describe('a gateway that asks for fewer calls', () => {
	test.each([
		['without a time: for a second', null, 1040],
		['with a time', 30 * SECOND, 30_040],
		['with a time that is shorter than a second', 10, 1040],
	])('is left alone by all, %s', async (_how, asksForMs, next) => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		await Promise.all([calls.make(slowDown(asksForMs)), pass(40)]);
		calls.makeMany(5, GOOD);
		await pass(next - 41);
		expect(calls.startedAtMs).toEqual([0]);
		await pass(1);
		expect(calls.startedAtMs).toEqual([0, next]);
	});

	test('is left alone twice as long each time it says so again, up to 15 s', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()), 0);
		calls.makeMany(8, slowDown());
		// all that were under way count as one
		await pass(0);
		calls.makeMany(6, slowDown(), PATIENT);
		await pass(5 * MINUTE);
		const later = calls.startedAtMs.slice(8);
		const gaps = later.map((ms, index) => ms - (later[index - 1] ?? 0));
		expect(gaps.map((ms) => Math.round(ms / SECOND))).toEqual([1, 2, 4, 8, 15, 15]);
	});

	test('starts from one second again after a good reply', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()), 0);
		for (const feedback of [slowDown(), slowDown(), slowDown(), GOOD, slowDown()]) {
			void calls.make(feedback, PATIENT);
			await pass(20 * SECOND);
		}
		void calls.make(slowDown(), PATIENT);
		void calls.make(GOOD, PATIENT);
		await pass(10 * SECOND);
		const [before = 0, next = 0] = calls.startedAtMs.slice(-2);
		expect(Math.round((next - before) / SECOND)).toBe(2);
	});

	test('is called as the patience of a call ends, and by that call only', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		await Promise.all([calls.make(slowDown(10 * MINUTE)), pass(40)]);
		calls.makeMany(5, GOOD, AT_ONCE);
		void calls.make(FAILURE, { ...AT_ONCE, maxPauseMs: 3 * SECOND });
		await pass(50 * SECOND);
		expect(calls.startedAtMs).toEqual([0, 3040]);
	});

	test('is not asked by a wave afterwards: calls come back gradually, and find its limiter', async () => {
		const bears = new SlidingWindow(50);
		const limiter = new RateLimiter(new TimerQueue());
		const refused: number[] = [];
		const good: number[] = [];
		const ask = async () => {
			await limiter.call(
				{ ...AT_ONCE, spreadOverMs: SECOND },
				300,
				async () => {
					await new Promise((resolve) => setTimeout(resolve, 20));
					const taken = bears.takes();
					(taken ? good : refused).push(Date.now() - beganMs);
					return taken ? GOOD : slowDown();
				},
				(result) => result,
			);
			await new Promise((resolve) => setTimeout(resolve, SECOND));
		};
		const beganMs = Date.now();
		const task = async () => {
			while (Date.now() < beganMs + 2 * MINUTE) await ask();
		};
		const tasks = Promise.all(Array.from({ length: 300 }, task));
		await pass(3 * MINUTE);
		await tasks;

		expect(refused.length / (refused.length + good.length)).toBeLessThan(0.03);
		const borneAtMost = 2 * 60 * 50;
		expect(good.length / borneAtMost).toBeGreaterThan(0.7);
		const firstRefusedMs = refused[0] ?? 0;
		const justAfter = good.filter(
			(ms) => ms > firstRefusedMs + SECOND && ms < firstRefusedMs + 2 * SECOND,
		);
		expect(justAfter.length).toBeLessThanOrEqual(50);
	});

	test('is called once a second after a refusal that followed no success, then faster', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		await Promise.all([calls.make(slowDown()), pass(40)]);
		calls.makeMany(4, GOOD);
		await pass(10 * SECOND);
		expect(calls.startedAtMs).toEqual([0, 1040, 2040, 2540, 2940]);
	});

	test('is called at three quarters of the rate that went well, in-flight calls included', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		// the first of five is refused while four are in flight, which go well: 4 a second
		void calls.make(slowDown());
		calls.makeMany(4, GOOD);
		await pass(40);
		calls.makeMany(2, GOOD);
		await pass(5 * SECOND);
		expect(calls.startedAtMs.slice(5).map(Math.round)).toEqual([1040, 1374]);
	});

	test('is not called faster after successes that nobody waited behind', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		await Promise.all([calls.make(slowDown()), pass(40)]);
		for (let call = 0; call < 10; call++) {
			void calls.make(GOOD);
			await pass(5 * SECOND);
		}
		calls.makeMany(2, GOOD);
		await pass(5 * SECOND);
		const [first = 0, second = 0] = calls.startedAtMs.slice(-2);
		expect(second - first).toBe(SECOND);
	});

	test.each([-60 * MINUTE, 60 * MINUTE])(
		'is called after its cooldown, although the clock is set by %d ms meanwhile',
		async (jumpMs) => {
			const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
			await Promise.all([calls.make(slowDown(30 * SECOND)), pass(40)]);
			void calls.make(GOOD);
			jest.setSystemTime(Date.now() + jumpMs);
			await pass(29_999);
			expect(calls.startedAtMs).toHaveLength(1);
			await pass(1);
			expect(calls.startedAtMs).toHaveLength(2);
		},
	);

	test('is not called more slowly after a failure of another kind', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()));
		calls.makeMany(100, FAILURE);
		await pass(160);
		expect(calls.ended).toHaveLength(100);
	});
});

describe('a call that is of no use any more', () => {
	test('leaves the line when its time is up', async () => {
		const calls = new TimedCalls(new RateLimiter(new TimerQueue()), 10 * MINUTE);
		calls.makeMany(MOST_IN_FLIGHT, GOOD);
		const inLine = calls.make(GOOD, { ...AT_ONCE, timeoutMs: 3 * SECOND });
		await pass(3 * SECOND);
		expect(await inLine).toBeNull();
		await pass(20 * MINUTE);
		expect(calls.startedAtMs).toHaveLength(MOST_IN_FLIGHT);
	});

	test('leaves it at once when the run ends, and nothing is left that would wake up for it', async () => {
		const timers = new TimerQueue();
		const calls = new TimedCalls(new RateLimiter(timers), 0);
		await Promise.all([calls.make(slowDown(MINUTE)), pass(1)]);
		const inLine = [calls.make(GOOD), calls.make(GOOD)];
		await pass(SECOND);
		timers.close();
		expect(await Promise.all(inLine)).toEqual([null, null]);
		await pass(0);
		expect(jest.getTimerCount()).toBe(0);
		expect(calls.startedAtMs).toEqual([0]);
	});
});

/** A gateway that takes so many calls within any second. */
class SlidingWindow {
	private taken: number[] = [];

	constructor(private readonly callsPerSecond: number) {}

	takes(): boolean {
		const nowMs = Date.now();
		this.taken = this.taken.filter((ms) => ms > nowMs - SECOND);
		if (this.taken.length >= this.callsPerSecond) return false;
		this.taken.push(nowMs);
		return true;
	}
}
