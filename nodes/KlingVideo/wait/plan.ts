import { isJsonObject, readNumber } from '../gateway/unknownJson';

/** What the options of a waiting operation ask for. */
export interface WaitPlan {
	/** Time between two checks of a task; null for automatic checking. */
	intervalMs: number | null;
	/** From the moment the node starts waiting. */
	maxWaitMs: number;
	/** How many checks in a row may go wrong for passing reasons. */
	maxFailedChecks: number;
	onTimeout: 'error' | 'returnLastStatus';
	onFailure: 'error' | 'returnTask';
}

const LONGEST_WAIT_MINUTES = 1440;

/**
 * Reads the `options` collection. Expressions can put anything there: a number out of range is
 * brought into it, anything else counts as not set.
 */
export function readPlan(options: unknown): WaitPlan {
	const set = isJsonObject(options) ? options : {};
	const intervalSeconds = readNumber(set.pollingInterval);
	return {
		intervalMs: intervalSeconds === null ? null : Math.max(1, intervalSeconds) * 1000,
		maxWaitMs: readMaxWaitMinutes(set.maxWaitMinutes) * 60_000,
		maxFailedChecks: within(1, 1000, Math.round(readNumber(set.maxFailedChecks) ?? 20)),
		onTimeout: set.onTimeout === 'returnLastStatus' ? 'returnLastStatus' : 'error',
		onFailure: set.onFailure === 'returnTask' ? 'returnTask' : 'error',
	};
}

/** 0 stands for the longest wait: there is no endless one, since a task can hang for ever. */
function readMaxWaitMinutes(value: unknown): number {
	const minutes = within(0, LONGEST_WAIT_MINUTES, readNumber(value) ?? 30);
	return minutes === 0 ? LONGEST_WAIT_MINUTES : minutes;
}

function within(least: number, most: number, value: number): number {
	return Math.min(Math.max(value, least), most);
}
