/**
 * Milliseconds since some moment, for measuring time. Unlike `Date.now()` it never jumps when the
 * machine's clock is set; that one is for times which come from others or go to them.
 */
export function monotonicNowMs(): number {
	return performance.now();
}
