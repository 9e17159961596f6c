import type { IExecuteFunctions } from 'n8n-workflow';
import { CREDENTIAL_TYPE } from '../gateway/gatewayRequest';
import { createTokenRedactor } from '../gateway/redactToken';
import { sendSubmitRequest } from '../gateway/sendRequest';
import { classifySubmit, type SubmitResult } from '../gateway/submitResult';
import { abortableSleep } from '../limits/abortableSleep';
import { createSubmitRequestOrThrow } from '../operations/nodeRequest';
import { formatDuration } from '../problems/formatDuration';
import type { Problem } from '../problems/problem';
import { readErrorMessage } from '../reading/readError';
import { isJsonObject } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import { createBodyBytes } from './bodyBytes';
import { addToCustomData } from './customData';
import { readFile } from './imageFile';
import type { Submission } from './submission';
import type { LineResult, SubmitLimits, SubmitLine } from './submitLine';

/** The gateway has to take in up to 100 MB of images, and asks Kling before it answers. */
const SUBMIT_TIMEOUT_MS = 5 * 60_000;

/** A day is longer than any run: the timer is only there to be fired by "Stop". */
const UNTIL_STOPPED_MS = 24 * 60 * 60_000;

export interface SubmissionToSend {
	submission: Submission;
	itemIndex: number;
	/** What the texts of n8n's log call it. */
	label: string;
	/** The user's time limit of a request; null for this package's own. */
	timeoutMs: number | null;
	run: NodeRun;
	line: SubmitLine;
	/** Called in the statement after a reply was read by which a task has, or may have, been created. */
	onSent?(result: SentResult): void;
}

/** A reply by which a task was created, or may have been. */
export type SentResult = Extract<SubmitResult, { kind: 'created' | 'unclear' }>;

/** What became of a submission. */
export type SubmitOutcome =
	| CreatedVideo
	| { kind: 'problem'; problem: Problem }
	/** All places are taken, and the line does not wait for one. */
	| Extract<LineResult, { kind: 'noPlaceYet' }>
	| { kind: 'stopped' };

export interface CreatedVideo {
	kind: 'created';
	taskId: string;
	/** Whether it was created just now; else by an earlier try of this execution. */
	isNew: boolean;
	/** Milliseconds since 1970. */
	submittedAtMs: number;
	/** The gateway's reply as it came. */
	body: string;
}

/**
 * Sends a submission once, as soon as there is a place for its task. "Stop" is answered at once; a call
 * that is on its way then is not cut, so that n8n's log says what became of it. Never throws.
 */
export async function sendSubmission(
	context: IExecuteFunctions,
	item: SubmissionToSend,
): Promise<SubmitOutcome> {
	const { submission, run, line } = item;
	const call = { mayBePaid: false };
	try {
		const send = await createSend(context, item, call);
		const submitted = line.submit(async () => await run.submit(send));
		return createOutcome(await orStopped(run, submitted), submission, line);
	} catch (error) {
		// such as a file or a credential that cannot be read
		const words = readErrorMessage(error);
		const result: LineResult = call.mayBePaid
			? { kind: 'unclear', isAccepted: false, cause: words }
			: { kind: 'refused', reason: 'notSent', words };
		return createOutcome(result, submission, line);
	}
}

/** @param call says from when on a task may have been created */
async function createSend(
	context: IExecuteFunctions,
	{ submission, itemIndex, label, timeoutMs, onSent }: SubmissionToSend,
	call: { mayBePaid: boolean },
): Promise<() => Promise<SubmitResult>> {
	const request = await createSubmitRequestOrThrow(context, submission.path);
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
	const redact = createTokenRedactor(isJsonObject(credential) ? credential.apiToken : null);
	const maxMs = timeoutMs ?? SUBMIT_TIMEOUT_MS;
	const files = submission.files.map(({ placeholder, bytes, location }) => ({
		placeholder,
		bytes,
		read: async () => await readFile(context, location),
	}));
	return async () => {
		const body = await createBodyBytes(submission.text, files);
		call.mayBePaid = true;
		const response = await withTimeout(maxMs, async (signal) => {
			// n8n's own timeout is to come later: its text says less
			const limits = { timeoutMs: 2 * maxMs, signal, redact };
			return await sendSubmitRequest(context, request, body, limits);
		});
		const result = classifySubmit(response);
		call.mayBePaid = result.kind === 'created' || result.kind === 'unclear';
		if (result.kind === 'created' || result.kind === 'unclear') {
			onSent?.(result);
			logSent(context, label, result, submission.externalTaskId);
			if (result.kind === 'created') addToCustomData(context, result.taskId);
		}
		return result;
	};
}

function createOutcome(
	result: LineResult,
	{ externalTaskId }: Submission,
	{ limits }: SubmitLine,
): SubmitOutcome {
	switch (result.kind) {
		case 'created':
			return { ...result, isNew: true, submittedAtMs: Date.now() };
		case 'noPlaceYet':
		case 'stopped':
			return result;
		default:
			return { kind: 'problem', problem: createProblem(result, externalTaskId, limits) };
	}
}

function createProblem(
	result: Exclude<LineResult, { kind: 'created' | 'noPlaceYet' | 'stopped' }>,
	externalTaskId: string,
	{ maxQueueMs }: SubmitLimits,
): Problem {
	switch (result.kind) {
		case 'refused':
			return { kind: 'submitRefused', reason: result.reason, words: result.words };
		case 'notConnected':
			return { kind: 'submitNotConnected', cause: result.cause };
		case 'noPlaceInTime':
			return { kind: result.kind, cause: result.cause, maxQueueMinutes: maxQueueMs / 60_000 };
		case 'unclear': {
			const { cause, isAccepted } = result;
			return { kind: 'submitUnclear', isRemembered: false, isAccepted, externalTaskId, cause };
		}
	}
}

/** "Stop" does not end it: whoever is charged has to learn of what. */
async function withTimeout<T>(ms: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const abort = new AbortController();
	const answered = new AbortController();
	void abortableSleep(ms, answered.signal).then(() => {
		if (answered.signal.aborted) return;
		abort.abort(new Error(`no reply within ${formatDuration(ms)}`));
	});
	try {
		return await send(abort.signal);
	} finally {
		answered.abort();
	}
}

/** In n8n's log it is also found after a stop, of which n8n keeps no data. */
function logSent(
	{ logger }: IExecuteFunctions,
	label: string,
	result: SentResult,
	externalTaskId: string,
): void {
	if (result.kind === 'created') {
		const { taskId } = result;
		logger.info(`Submitted ${label} task ${taskId}`, { taskId, externalTaskId });
	} else {
		const text = `Submitted a ${label} task, and it is not clear what became of it: ${result.cause}`;
		logger.warn(text, { externalTaskId });
	}
}

/** Where another item's error has ended the run, a call on its way is waited for: what it says is kept. */
async function orStopped(run: NodeRun, submitted: Promise<LineResult>): Promise<LineResult> {
	return await new Promise((resolve, reject) => {
		const timer = run.timers.schedule(UNTIL_STOPPED_MS, () => {
			if (run.wasStopped()) resolve({ kind: 'stopped' });
		});
		submitted.then(resolve, reject).finally(() => run.timers.cancel(timer));
	});
}
