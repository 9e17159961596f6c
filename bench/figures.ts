import { max, mean, quantile } from 'simple-statistics';
import type { SeenRequest } from '../sandbox/gateway';

export interface RunTimes {
	startedAtMs: number;
	endedAtMs: number;
}

/** What the gateway's record says about a run. */
export interface RunFigures {
	wallOverSlowest: number;
	callsPerTask: number;
	mostInFlight: number;
	meanDelayMs: number;
	p95DelayMs: number;
	refusedShare: number;
}

const TOO_MANY_REQUESTS = 429;

export function figuresOf(
	calls: SeenRequest[],
	taskCount: number,
	{ startedAtMs, endedAtMs }: RunTimes,
): RunFigures {
	const noticed = firstNewsOf(calls);
	if (noticed.length === 0) throw new Error('Not one task was told to be done');
	const delaysMs = noticed.map(
		// nobody can notice a video before the run begins
		({ doneAtMs, toldAtMs }) => toldAtMs - Math.max(doneAtMs, startedAtMs),
	);
	const slowestAtMs = max(noticed.map(({ doneAtMs }) => doneAtMs));
	const refused = calls.filter(({ statusCode }) => statusCode === TOO_MANY_REQUESTS);
	return {
		wallOverSlowest: (endedAtMs - startedAtMs) / (slowestAtMs - startedAtMs),
		callsPerTask: calls.length / taskCount,
		mostInFlight: mostInFlight(calls),
		meanDelayMs: mean(delaysMs),
		p95DelayMs: quantile(delaysMs, 0.95),
		refusedShare: refused.length / calls.length,
	};
}

/** For each task, when it was done and when a reply told so for the first time. */
export function firstNewsOf(calls: SeenRequest[]): Array<{ doneAtMs: number; toldAtMs: number }> {
	const news = new Map<string, { doneAtMs: number; toldAtMs: number }>();
	for (const { taskId, doneAtMs, repliedAtMs } of calls) {
		if (taskId === null || doneAtMs === null || repliedAtMs === null) continue;
		const known = news.get(taskId);
		if (known === undefined || repliedAtMs < known.toldAtMs) {
			news.set(taskId, { doneAtMs, toldAtMs: repliedAtMs });
		}
	}
	return [...news.values()];
}

/** A call is in flight from its arrival to its reply; one that has none yet still is. */
export function mostInFlight(calls: SeenRequest[]): number {
	const changes = calls.flatMap(({ atMs, repliedAtMs }) => [
		{ atMs, change: 1 },
		{ atMs: repliedAtMs ?? Infinity, change: -1 },
	]);
	// a reply and the call that follows it may share a millisecond
	changes.sort((a, b) => a.atMs - b.atMs || a.change - b.change);
	let inFlight = 0;
	let most = 0;
	for (const { change } of changes) {
		inFlight += change;
		most = Math.max(most, inFlight);
	}
	return most;
}
