import {
	TransferMeter,
	type TransferFault,
	type TransferLimits,
} from '../../nodes/KlingVideo/download/transferMeter';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const START = 1_000_000;
const LIMITS: TransferLimits = { idleMs: MINUTE, maxMs: 30 * MINUTE, maxBytes: 1e9 };

interface End {
	fault: TransferFault | null;
	afterMs: number;
}

/** Sends so many bytes each time, so often, and looks after each as well as when the meter asks for it. */
function transfer(bytes: number, everyMs: number, limits: Partial<TransferLimits> = {}): End {
	const meter = new TransferMeter({ ...LIMITS, ...limits }, START);
	let nextMs = START + everyMs;
	for (let looks = 0; looks < 1e6; looks++) {
		const nowMs = Math.min(nextMs, meter.getNextCheckMs());
		if (nowMs === nextMs) {
			meter.addBytes(bytes, nowMs);
			nextMs += everyMs;
		}
		const fault = meter.findFault(nowMs);
		if (fault !== null) return { fault, afterMs: nowMs - START };
	}
	return { fault: null, afterMs: 0 };
}

test.each<[string, End, End]>([
	['silent from the start', transfer(0, 1e9), { fault: 'silent', afterMs: MINUTE }],
	[
		'with pauses that are too long',
		transfer(1e6, MINUTE + 1),
		{ fault: 'silent', afterMs: MINUTE },
	],
	['a byte now and then', transfer(1, 10 * SECOND), { fault: 'tooSlow', afterMs: 5 * MINUTE }],
	['almost a kilobyte a second', transfer(999, SECOND), { fault: 'tooSlow', afterMs: 5 * MINUTE }],
	[
		'a kilobyte a second, until it has taken too long',
		transfer(1001, SECOND),
		{ fault: 'tooLong', afterMs: 30 * MINUTE },
	],
	[
		'fast, until it is too large',
		transfer(1e6, SECOND),
		{ fault: 'tooLarge', afterMs: 1001 * SECOND },
	],
	[
		'slow where a silence of ten minutes is allowed',
		transfer(1, 9 * MINUTE, { idleMs: 10 * MINUTE }),
		{ fault: 'tooSlow', afterMs: 10 * MINUTE },
	],
	['without any time', transfer(1e6, SECOND, { maxMs: 0 }), { fault: 'tooLong', afterMs: 0 }],
])('%s', (_what, end, expected) => {
	expect(end).toEqual(expected);
});

test('the pace is that of each five minutes: a fast start does not make up for it', () => {
	const meter = new TransferMeter(LIMITS, START);
	meter.addBytes(100e6, START + SECOND);
	for (let ms = MINUTE / 2; ms < 5 * MINUTE; ms += MINUTE / 2) {
		meter.addBytes(1, START + ms);
		expect(meter.findFault(START + ms)).toBeNull();
	}
	meter.addBytes(1, START + 5 * MINUTE);
	expect(meter.findFault(START + 5 * MINUTE)).toBeNull();
	for (let ms = 5 * MINUTE; ms < 10 * MINUTE; ms += MINUTE / 2) {
		meter.addBytes(1, START + ms);
		expect(meter.findFault(START + ms)).toBeNull();
	}
	expect(meter.findFault(START + 10 * MINUTE)).toBe('tooSlow');
});

test('exactly the size that is allowed is allowed', () => {
	const meter = new TransferMeter({ ...LIMITS, maxBytes: 10 }, START);
	meter.addBytes(10, START);
	expect(meter.findFault(START)).toBeNull();
	meter.addBytes(1, START);
	expect(meter.findFault(START)).toBe('tooLarge');
	expect(meter.bytes).toBe(11);
});
