// Time that passes when a test says so.

/** A clock that only goes on by `pass`. */
export class VirtualClock {
	/** Since the clock was started. */
	elapsedMs = 0;

	/**
	 * @param startMs by the wall clock: milliseconds since 1970
	 * @param stopAtMs the clock does not go further than this
	 */
	constructor(
		private readonly startMs: number,
		private readonly stopAtMs = Number.POSITIVE_INFINITY,
	) {}

	readonly now = (): number => this.elapsedMs;

	readonly wallClockNow = (): number => this.startMs + this.elapsedMs;

	/** Ends with the time that has passed. */
	readonly sleep = async (ms: number): Promise<void> => this.pass(ms);

	readonly hasEnded = (): boolean => this.elapsedMs >= this.stopAtMs;

	pass(ms: number): void {
		this.elapsedMs = Math.max(this.elapsedMs, Math.min(this.elapsedMs + ms, this.stopAtMs));
	}
}

/** `Date` and timers of the whole test go on by `pass` alone. */
export function fakeTimers(): { pass(ms: number): Promise<void> } {
	beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
	afterEach(() => jest.useRealTimers());
	return { pass: async (ms) => await jest.advanceTimersByTimeAsync(ms) };
}

/**
 * The clocks of the node and of the sandbox go on as usual from where they are put.
 *
 * The node's process is as old as that of the test, until `startProcess` makes it a new one.
 */
export function movableClock(): { pass(ms: number): void; startProcess(): void } {
	const now = Date.now;
	const processAge = performance.now.bind(performance);
	let aheadMs = 0;
	let startedAtMs = 0;
	beforeEach(() => {
		aheadMs = 0;
		startedAtMs = 0;
		jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
		jest.spyOn(performance, 'now').mockImplementation(() => processAge() + aheadMs - startedAtMs);
	});
	afterEach(() => jest.restoreAllMocks());
	return {
		pass: (ms) => {
			aheadMs += ms;
		},
		startProcess: () => {
			startedAtMs = processAge() + aheadMs;
		},
	};
}
