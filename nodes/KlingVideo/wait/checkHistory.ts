import type { CheckResult, TaskReply } from '../gateway/checkResult';
import { getTaskPhase } from '../gateway/task';

/** What the checks of a task so far have shown. */
export interface CheckHistory {
	checks: number;
	/** Checks in a row that went wrong, up to and including the last one. */
	failedChecks: number;
	/** How often the token was not accepted since the last good reply. Nothing reads it, but stored waits have it. */
	tokenRefusals: number;
	checksWithoutVideo: number;
	/** The last good reply. */
	lastReply: TaskReply | null;
}

export const NO_CHECKS: CheckHistory = {
	checks: 0,
	failedChecks: 0,
	tokenRefusals: 0,
	checksWithoutVideo: 0,
	lastReply: null,
};

/** @returns the history with one more check in it */
export function recordCheck(history: CheckHistory, result: CheckResult): CheckHistory {
	const checks = history.checks + 1;
	if (result.kind === 'task') {
		const isWithoutVideo = getTaskPhase(result.task) === 'succeededWithoutVideo';
		const checksWithoutVideo = history.checksWithoutVideo + (isWithoutVideo ? 1 : 0);
		return { ...NO_CHECKS, checks, checksWithoutVideo, lastReply: result };
	}
	const tokenRefusals = history.tokenRefusals + (result.kind === 'tokenRefused' ? 1 : 0);
	return { ...history, checks, failedChecks: history.failedChecks + 1, tokenRefusals };
}
