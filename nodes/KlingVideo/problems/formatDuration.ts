const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** A time in the unit that suits it, never as "0 seconds": 20 milliseconds, 0.5 seconds, 1 minute. */
export function formatDuration(ms: number): string {
	if (ms < SECOND_MS / 10) return withUnit(Math.max(1, Math.ceil(ms)), 'millisecond');
	if (ms < MINUTE_MS) return withUnit(Number((ms / SECOND_MS).toFixed(1)), 'second');
	return withUnit(Number((ms / MINUTE_MS).toFixed(2)), 'minute');
}

/** A number of minutes, which may be a fraction: 30 minutes, 0.33 minutes, 60 milliseconds. */
export function formatMinutes(count: number): string {
	if (count < 0.01) return formatDuration(count * 60_000);
	return count === 1 ? '1 minute' : `${Number(count.toFixed(2))} minutes`;
}

function withUnit(count: number, unit: string): string {
	return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
