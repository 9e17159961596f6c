const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** A time in the unit that suits it, never as "0 seconds": 20 milliseconds, 0.5 seconds, 1 minute. */
export function formatDuration(ms: number): string {
	if (ms < SECOND_MS / 10) return withUnit(Math.max(1, Math.ceil(ms)), 'millisecond');
	if (ms < MINUTE_MS) return withUnit(Number((ms / SECOND_MS).toFixed(1)), 'second');
	return withUnit(Number((ms / MINUTE_MS).toFixed(2)), 'minute');
}

function withUnit(count: number, unit: string): string {
	return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
