import type { IExecuteFunctions } from 'n8n-workflow';
import type { CheckResult } from '../gateway/checkResult';
import { MAX_RETRY_AFTER_MS } from '../gateway/gatewayReply';
import type { CallLimits } from '../limits/rateLimiter';
import { createStatusCheck } from '../operations/statusCheck';
import { readErrorMessage } from '../reading/readError';
import type { NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';
import { createStatusRequestOrThrow } from '../operations/nodeRequest';
import type { StoredWait } from './storedWait';
import { addCheck, getDeadlineMs, hasEnded } from './suspendedWait';

/** The checks of a round, but for a wait's first one, are spread over this time: that costs no user anything. */
const SPREAD_OVER_MS = 10_000;

/** How long a check is delayed when the gateway asks for a cooldown in the middle of a round. */
const MAX_PAUSE_MS = 30_000;

/** How long a round may take at a gateway that takes few requests a second. */
const ROUND_TIMEOUT_MS = 10 * 60_000;

/** A check that a call has brought about is made now; the others are spread over some seconds. */
export type CheckUrgency = 'notDue' | 'due' | 'now';

/**
 * Checks every task once that is due, was created, and whose wait has not ended. A gateway that has asked for a cooldown gets no
 * check before its end, except for last checks, which cannot come later.
 *
 * @returns the waits after it, in their order
 */
export async function checkAllTasks(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
	urgencyOf: (index: number) => CheckUrgency,
): Promise<StoredWait[]> {
	const cooldownMs = Math.max(...waits.map((wait) => wait.cooldownUntilMs)) - Date.now();
	// no cooldown is longer: the machine's clock was set back meanwhile
	const isCoolingDown = cooldownMs > 0 && cooldownMs <= MAX_RETRY_AFTER_MS;
	return await Promise.all(
		waits.map(async (wait, index) => {
			const urgency = urgencyOf(index);
			const isLastCheck = Date.now() >= getDeadlineMs(wait);
			const isDue = urgency !== 'notDue' && (isLastCheck || !isCoolingDown);
			if (hasEnded(wait) || wait.pendingSubmit !== null || !isDue) return wait;
			const result = await checkTask(context, kind, wait, urgency === 'now', run);
			return run.hasEnded() ? wait : addCheck(wait, result, isLastCheck, Date.now());
		}),
	);
}

/** Never throws: where an item's error is an item, the waits of the others go on. */
async function checkTask(
	context: IExecuteFunctions,
	kind: TaskKind,
	{ parameters, history }: StoredWait,
	isUrgent: boolean,
	run: NodeRun,
): Promise<CheckResult> {
	const limits: CallLimits = {
		// the first check finds tasks that have long been done
		spreadOverMs: history.checks === 0 || isUrgent ? 0 : SPREAD_OVER_MS,
		maxPauseMs: MAX_PAUSE_MS,
		timeoutMs: ROUND_TIMEOUT_MS,
	};
	try {
		const request = await createStatusRequestOrThrow(context, kind);
		const check = await createStatusCheck(context, request, parameters, run);
		return await check(limits);
	} catch (error) {
		return { kind: 'notSent', cause: readErrorMessage(error) };
	}
}
