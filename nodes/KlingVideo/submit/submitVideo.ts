import type { IExecuteFunctions } from 'n8n-workflow';
import {
	forgetSubmit,
	recallSubmit,
	REMEMBERED_SUBMIT_VERSION,
	rememberSubmit,
	type RememberedSubmit,
	type SubmitPlace,
} from './rememberedSubmit';
import {
	sendSubmission,
	type SentResult,
	type SubmissionToSend,
	type SubmitOutcome,
} from './sendSubmission';
import type { Submission } from './submission';
import type { SubmitLine } from './submitLine';

/** The gateway's reply to a submit call has 300; a longer one is kept without it. */
const MAX_REMEMBERED_CHARACTERS = 10_000;

/**
 * Submits the video that an item asks for: once. A task that this execution has created before is taken
 * up, whichever try or retry it was; what is not clear is not sent again. Never throws.
 */
export async function submitVideo(
	context: IExecuteFunctions,
	item: SubmissionToSend,
): Promise<SubmitOutcome> {
	const { submission, itemIndex, line } = item;
	const memory = context.getContext('node');
	const place = readPlace(context, itemIndex);
	const kept = recallSubmit(memory, place, submission.requestHash);
	return kept === null
		? await sendSubmission(context, {
				...item,
				onSent: (result) => rememberSubmit(memory, place, createMemory(submission, result)),
			})
		: takeUp(kept, submission, line);
}

/** Takes up what an earlier try has submitted, and leaves everything else to somebody else. Never throws. */
export async function recallVideo(
	context: IExecuteFunctions,
	{ submission, itemIndex, line }: SubmissionToSend,
): Promise<SubmitOutcome> {
	const memory = context.getContext('node');
	const kept = recallSubmit(memory, readPlace(context, itemIndex), submission.requestHash);
	return kept === null ? { kind: 'noPlaceYet', notCreated: null } : takeUp(kept, submission, line);
}

/** Keeps what became of a submission that another execution has sent, or is about to send. */
export function rememberVideo(
	context: IExecuteFunctions,
	itemIndex: number,
	submission: Submission,
	result: SentResult,
): void {
	const entry = createMemory(submission, result);
	rememberSubmit(context.getContext('node'), readPlace(context, itemIndex), entry);
}

/** For a task that failed at Kling, or was not created: a retry of the execution is a new submission. */
export function forgetVideo(context: IExecuteFunctions, itemIndex: number): void {
	forgetSubmit(context.getContext('node'), readPlace(context, itemIndex));
}

function createMemory(
	{ requestHash, externalTaskId }: Submission,
	result: SentResult,
): RememberedSubmit {
	const entry = { version: REMEMBERED_SUBMIT_VERSION, requestHash } as const;
	if (result.kind === 'unclear') {
		const { cause, isAccepted } = result;
		return { ...entry, outcome: 'unclear', externalTaskId, isAccepted, cause };
	}
	const { taskId } = result;
	const body = result.body.length > MAX_REMEMBERED_CHARACTERS ? '' : result.body;
	return { ...entry, outcome: 'created', taskId, submittedAtMs: Date.now(), body };
}

/** Goes on with what an earlier try has submitted. */
function takeUp(
	kept: RememberedSubmit | 'unreadable',
	{ externalTaskId }: Submission,
	line: SubmitLine,
): SubmitOutcome {
	const unclear = { kind: 'submitUnclear', isRemembered: true, isAccepted: false } as const;
	if (kept === 'unreadable') {
		const cause = 'what is known of it was written by another version of this node';
		return { kind: 'problem', problem: { ...unclear, externalTaskId, cause } };
	}
	if (kept.outcome === 'unclear') {
		const { isAccepted, cause } = kept;
		const problem = { ...unclear, isAccepted, externalTaskId: kept.externalTaskId, cause };
		return { kind: 'problem', problem };
	}
	line.occupy();
	const { taskId, submittedAtMs, body } = kept;
	return { kind: 'created', isNew: false, taskId, submittedAtMs, body };
}

function readPlace(context: IExecuteFunctions, itemIndex: number): SubmitPlace {
	const runIndex: unknown = context.getWorkflowDataProxy(itemIndex).$runIndex;
	return { runIndex: typeof runIndex === 'number' ? runIndex : 0, itemIndex };
}
