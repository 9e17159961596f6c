import type { IExecuteFunctions } from 'n8n-workflow';
import { abortableSleep } from '../limits/abortableSleep';
import { readErrorMessage } from '../reading/readError';
import { readResumeUrl } from './resumeAddress';

/** n8n answers at once. */
const CALL_TIMEOUT_MS = 10_000;

/** What tells this call from Kling's, for the people who look at the progress. */
export const OWN_CALL = { wokenBy: 'timer' };

/** The calls that are to come, by the execution that they wake: one each. */
const calls = new Map<string, AbortController>();

/**
 * Has the progress execution woken before n8n's timer does it: n8n looks once a minute for executions
 * whose time has come, and wakes one at once whose address is called. The call is made by this process while the
 * execution is suspended: it holds no place of a worker. If it gets lost, because n8n ends or its address
 * cannot be reached from here, the timer is still there.
 */
export function planWakeUpCall(context: IExecuteFunctions, afterMs: number): void {
	const url = readResumeUrl(context);
	if (url === null) return;
	const executionId = context.getExecutionId();
	cancelWakeUpCall(context);
	const call = new AbortController();
	calls.set(executionId, call);
	void callLater(context, url, afterMs, call.signal).finally(() => {
		if (calls.get(executionId) === call) calls.delete(executionId);
	});
}

/** To be called when the execution is awake. */
export function cancelWakeUpCall(context: IExecuteFunctions): void {
	const executionId = context.getExecutionId();
	calls.get(executionId)?.abort();
	calls.delete(executionId);
}

/** Never throws. */
async function callLater(
	context: IExecuteFunctions,
	url: string,
	afterMs: number,
	signal: AbortSignal,
): Promise<void> {
	await abortableSleep(afterMs, signal);
	if (signal.aborted) return;
	try {
		await context.helpers.httpRequest({
			method: 'POST',
			url,
			body: OWN_CALL,
			timeout: CALL_TIMEOUT_MS,
			disableFollowRedirect: true,
		});
	} catch (error) {
		context.logger.debug(`A suspended wait was not woken by a call: ${readErrorMessage(error)}`);
	}
}
