import { isJsonObject, readNumber } from '../reading/readJson';

/** What the options of a waiting operation ask for. */
export interface WaitPlan {
	/** Time between two checks of a task; null for automatic checking. */
	intervalMs: number | null;
	/** Counted from the moment the node starts waiting. */
	maxWaitMs: number;
	/** How many checks in a row may fail with a transient error. */
	maxFailedChecks: number;
	onTimeout: 'error' | 'returnLastStatus';
	onFailure: 'error' | 'returnTask';
}

// The editor's options have the same defaults and limits. Defaults can never change: workflows keep
// only what differs from them.
export const DEFAULT_WAIT_MINUTES = 30;
export const MAX_WAIT_MINUTES = 1440;
export const DEFAULT_FAILED_CHECKS = 20;
export const MAX_FAILED_CHECKS = 1000;

/**
 * Reads the `options` collection. Expressions can put anything there: a number out of range is
 * brought into it, anything else counts as not set.
 */
export function readWaitPlan(options: unknown): WaitPlan {
	const set = isJsonObject(options) ? options : {};
	const intervalSeconds = readNumber(set.pollingInterval);
	return {
		intervalMs: intervalSeconds === null ? null : Math.max(1, intervalSeconds) * 1000,
		maxWaitMs: readMaxWaitMinutes(set.maxWaitMinutes) * 60_000,
		maxFailedChecks: readMaxFailedChecks(set.maxFailedChecks),
		onTimeout: set.onTimeout === 'returnLastStatus' ? 'returnLastStatus' : 'error',
		onFailure: set.onFailure === 'returnTask' ? 'returnTask' : 'error',
	};
}

function readMaxFailedChecks(value: unknown): number {
	return clamp(1, MAX_FAILED_CHECKS, Math.round(readNumber(value) ?? DEFAULT_FAILED_CHECKS));
}

/** 0 stands for the longest wait: there is no endless one, since a task can hang for ever. */
function readMaxWaitMinutes(value: unknown): number {
	const minutes = clamp(0, MAX_WAIT_MINUTES, readNumber(value) ?? DEFAULT_WAIT_MINUTES);
	return minutes === 0 ? MAX_WAIT_MINUTES : minutes;
}

function clamp(min: number, max: number, value: number): number {
	return Math.min(Math.max(value, min), max);
}
