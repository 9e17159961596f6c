export interface TimeLimit {
	/** Aborts when time is up, or with the signal that the limit was set under. */
	signal: AbortSignal;
	isUp(): boolean;
	/** To be called when the work is done: the outer signal may live for hours. */
	release(): void;
}

/**
 * Limits work that an outer signal may end as well.
 *
 * `AbortSignal.any` would say it in one word, but keeps memory for each use as long as the outer
 * signal lives on the oldest Node.js that n8n runs on.
 */
export function timeLimit(ms: number, outer: AbortSignal): TimeLimit {
	const timeUp = AbortSignal.timeout(ms);
	const inner = new AbortController();
	const cut = () => inner.abort();
	const ends = [timeUp, outer];
	for (const end of ends) end.addEventListener('abort', cut);
	if (outer.aborted) cut();
	return {
		signal: inner.signal,
		isUp: () => timeUp.aborted,
		release: () => {
			for (const end of ends) end.removeEventListener('abort', cut);
		},
	};
}
