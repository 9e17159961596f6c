import type { IExecuteFunctions } from 'n8n-workflow';
import { nameCreatedTask } from '../operations/itemParameters';
import type { Problem } from '../problems/problem';
import type { NodeRun } from '../run/nodeRun';
import type { SubmissionToSend, SubmitOutcome } from '../submit/sendSubmission';
import { addCallbackUrl } from '../submit/submitBody';
import { SubmitLine } from '../submit/submitLine';
import type { Submission } from '../submit/submission';
import type { TaskKind } from '../taskKinds';
import { readResumeUrl } from './resumeAddress';
import type { PendingSubmit, StoredWait } from './storedWait';
import { endWait, hasEnded } from './suspendedWait';

/** Sends a submission when its turn has come. Never throws. */
export type Submit = (context: IExecuteFunctions, item: SubmissionToSend) => Promise<SubmitOutcome>;

/**
 * Submits the tasks that are still to be created, in their order, as far as there are places. What
 * finds none is left to the next round.
 *
 * @returns the waits after it, in their order
 */
export async function submitPending(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
	submit: Submit,
): Promise<StoredWait[]> {
	const [first] = waits.flatMap(({ pendingSubmit }) => pendingSubmit ?? []);
	if (first === undefined) return waits;

	// the first error ends the line, unless the node continues on error: nothing is submitted after it
	let hasFailed = waits.some(hasProblem) && !context.continueOnFail();
	const { maxTasksAtOnce, maxQueueMs } = first;
	// the rounds count failed connections
	const limits = { maxTasksAtOnce, maxQueueMs, maxFailedConnections: 0 };
	const line = new SubmitLine(limits, run.timers, () => run.hasEnded() || hasFailed, 'end');
	for (const wait of waits) {
		if (!hasEnded(wait) && wait.pendingSubmit === null) line.occupy();
	}
	const resumeUrl = readResumeUrl(context);
	const outcomes = await Promise.all(
		waits.map(async ({ pendingSubmit, parameters, isCalledBack }, itemIndex) => {
			if (pendingSubmit === null) return null;
			const submission = isCalledBack
				? addResumeUrl(pendingSubmit.submission, resumeUrl)
				: pendingSubmit.submission;
			const { timeoutMs } = parameters;
			const item = { submission, itemIndex, label: kind.label, timeoutMs, run, line };
			const outcome = await submit(context, item);
			if (outcome.kind === 'problem' && !context.continueOnFail()) hasFailed = true;
			return outcome;
		}),
	);
	const nowMs = Date.now();
	const blockedSinceMs = readBlockedSinceMs(first, outcomes, nowMs);
	return waits.map((wait, index) =>
		addSubmit(wait, outcomes[index] ?? null, blockedSinceMs, nowMs),
	);
}

/** Kling calls the execution that sends it, whichever of its tasks has changed. */
function addResumeUrl(submission: Submission, resumeUrl: string | null): Submission {
	return resumeUrl === null
		? submission
		: { ...submission, text: addCallbackUrl(submission.text, resumeUrl) };
}

function hasProblem({ outcome }: StoredWait): boolean {
	return outcome?.kind === 'problem';
}

/** Since when no place has got free, in milliseconds since 1970; null if one has. */
function readBlockedSinceMs(
	{ blockedSinceMs }: PendingSubmit,
	outcomes: Array<SubmitOutcome | null>,
	nowMs: number,
): number | null {
	const hasMoved = outcomes.some((outcome) => outcome?.kind === 'created');
	const previousMs = hasMoved ? null : blockedSinceMs;
	const isRefused = outcomes.some(
		(outcome) => outcome?.kind === 'noPlaceYet' && outcome.notCreated?.reason === 'noFreePlace',
	);
	return isRefused ? (previousMs ?? nowMs) : previousMs;
}

function addSubmit(
	wait: StoredWait,
	outcome: SubmitOutcome | null,
	blockedSinceMs: number | null,
	nowMs: number,
): StoredWait {
	const { pendingSubmit, plan } = wait;
	if (outcome === null || pendingSubmit === null) return wait;
	switch (outcome.kind) {
		case 'created':
			return {
				...wait,
				startedAtMs: outcome.submittedAtMs,
				parameters: { ...wait.parameters, ...nameCreatedTask(outcome.taskId) },
				pendingSubmit: null,
			};
		case 'problem':
			return endWait(wait, outcome.problem);
		case 'stopped':
			return { ...wait, pendingSubmit: { ...pendingSubmit, blockedSinceMs } };
		case 'noPlaceYet':
			break;
	}
	const { notCreated } = outcome;
	const pending = { ...pendingSubmit, blockedSinceMs };
	if (notCreated === null) return { ...wait, pendingSubmit: pending };
	const { cause } = notCreated;
	if (notCreated.reason === 'notConnected') {
		const failedConnections = pendingSubmit.failedConnections + 1;
		return failedConnections > plan.maxFailedChecks
			? endWait(wait, { kind: 'submitNotConnected', cause })
			: { ...wait, pendingSubmit: { ...pending, failedConnections } };
	}
	const { maxQueueMs } = pendingSubmit;
	const isTooLong = blockedSinceMs !== null && nowMs - blockedSinceMs >= maxQueueMs;
	return isTooLong
		? endWait(wait, { kind: 'noPlaceInTime', cause, maxQueueMinutes: maxQueueMs / 60_000 })
		: { ...wait, pendingSubmit: { ...pending, failedConnections: 0 } };
}

/** A task may have been created: it is not submitted again. */
export function createUnclearProblem({ submission }: PendingSubmit, cause: string): Problem {
	const { externalTaskId } = submission;
	return { kind: 'submitUnclear', isRemembered: false, isAccepted: false, externalTaskId, cause };
}
