import type { CheckResult, TaskReply } from '../gateway/checkResult';
import { getTaskPhase } from '../gateway/task';

/** What the checks of a task so far have shown. */
export interface CheckHistory {
	checks: number;
	/** Checks in a row that went wrong, up to and including the last one. */
	failedChecks: number;
	checksWithoutVideo: number;
	/** The last good reply. */
	lastReply: TaskReply | null;
}

export const NO_CHECKS: CheckHistory = {
	checks: 0,
	failedChecks: 0,
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
	return { ...history, checks, failedChecks: history.failedChecks + 1 };
}
