/**
 * Milliseconds since some moment, for measuring time. Unlike `Date.now()` it never jumps when the
 * machine's clock is set; that one is for times which come from others or go to them.
 */
export function monotonicNowMs(): number {
	return performance.now();
}

/**
 * How long this process has been running, in milliseconds. Setting the machine's clock does not
 * change it.
 */
export function getProcessAgeMs(): number {
	// counts from the start of the process
	return performance.now();
}
