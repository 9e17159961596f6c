import type { IExecuteFunctions } from 'n8n-workflow';
import { CREDENTIAL_TYPE } from '../gateway/gatewayRequest';
import { createTokenRedactor } from '../gateway/redactToken';
import { sendSubmitRequest } from '../gateway/sendRequest';
import { classifySubmit, type SubmitRefused, type SubmitResult } from '../gateway/submitResult';
import { abortableSleep } from '../limits/abortableSleep';
import { formatDuration } from '../problems/formatDuration';
import { isJsonObject, readNumber } from '../reading/readJson';
import type { NodeRun } from '../run/nodeRun';
import { createSubmitRequestOrThrow } from '../operations/nodeRequest';
import type { TaskKind } from '../taskKinds';
import { createBodyBytes, type BodyFile } from './bodyBytes';
import { readRequestedVideo, type RequestedImage } from './createParameters';
import { readImageFile, type ImageFileRead } from './imageFile';
import type { ImageRead } from './imageSource';
import {
	recallSubmit,
	REMEMBERED_SUBMIT_VERSION,
	rememberSubmit,
	type RememberedSubmit,
	type SubmitPlace,
} from './rememberedSubmit';
import { hashRequest } from './requestHash';
import {
	createSubmitBody,
	type CreatableKind,
	type CreateFault,
	type InputImage,
} from './submitBody';
import type { LineResult, SubmitLine } from './submitLine';

/** The gateway has to take in up to 100 MB of images, and asks Kling before it answers. */
const SUBMIT_TIMEOUT_MS = 5 * 60_000;

/** What became of an item's submission. */
export type SubmitOutcome =
	/** `body` is the reply as it came; null for a task that an earlier try of this execution has created. */
	| { kind: 'task'; taskId: string; body: string | null }
	/** Nothing was sent. */
	| CreateFault
	| { kind: 'unusableAdditionalFields' }
	| Exclude<ImageRead, { kind: 'image' }>
	| Exclude<ImageFileRead, { kind: 'imageFile' }>
	/** Surely nothing was created. */
	| SubmitRefused
	| Extract<LineResult, { kind: 'noPlaceInTime' | 'notConnected' | 'stopped' }>
	/** A task may have been created. No retry of this execution sends it again. */
	| {
			kind: 'unclear';
			/** Whether an earlier try has sent it. */
			isRemembered: boolean;
			isAccepted: boolean;
			externalTaskId: string;
			cause: string;
	  };

export interface SubmittedItem {
	itemIndex: number;
	taskKind: TaskKind & { resource: CreatableKind; path: string };
	run: NodeRun;
	line: SubmitLine;
}

/**
 * Submits the video that an item asks for: once. A task that this execution has created before is taken
 * up, whichever try or retry it was; what is not clear is not sent again.
 *
 * @throws what n8n throws when an expression cannot be resolved, or the credential or a file be read
 */
export async function submitVideo(
	context: IExecuteFunctions,
	{ itemIndex, taskKind, run, line }: SubmittedItem,
): Promise<SubmitOutcome> {
	const requested = readRequestedVideo(
		taskKind.resource === 'imageToVideo' ? 'firstFrame' : 'reference',
		(name, fallback): unknown => context.getNodeParameter(name, itemIndex, fallback),
	);
	if (requested.kind !== 'video') return requested;
	const { video } = requested;
	const files = await readFiles(context, itemIndex, video.images);
	if (files.kind !== 'images') return files;

	const externalTaskId = video.externalTaskId ?? crypto.randomUUID();
	const images = files.images;
	const createBody = (id: string) =>
		createSubmitBody(taskKind.resource, { ...video, images, externalTaskId: id });
	const body = createBody(externalTaskId);
	if (body.kind !== 'body') return body;
	const request = await createSubmitRequestOrThrow(context, taskKind.path);
	const hashed = createBody(video.externalTaskId ?? '');
	const requestHash = await hashRequest({
		baseUrl: request.baseURL ?? '',
		path: taskKind.path,
		body: hashed.kind === 'body' ? replaceByHashes(hashed.text, files.hashes) : '',
	});

	const memory = context.getContext('node');
	const place = readPlace(context, itemIndex);
	const kept = recallSubmit(memory, place, requestHash);
	if (kept !== null) return takeUp(kept, externalTaskId, line);

	const send = await createSubmitCall(context, itemIndex, request);
	const submitted = line.submit(async () => {
		const result = await send(await createBodyBytes(body.text, files.files));
		// in the statement after the reply was read: nothing can come between
		if (result.kind === 'created' || result.kind === 'unclear') {
			const entry = { version: REMEMBERED_SUBMIT_VERSION, requestHash } as const;
			const { kind: outcome } = result;
			rememberSubmit(
				memory,
				place,
				outcome === 'created'
					? { ...entry, outcome, taskId: result.taskId }
					: { ...entry, outcome, externalTaskId, cause: result.cause },
			);
			logSubmit(context, taskKind, result, externalTaskId);
		}
		return result;
	});
	const result = await orStopped(run, submitted);
	switch (result.kind) {
		case 'created':
			return { kind: 'task', taskId: result.taskId, body: result.body };
		case 'unclear':
			return { ...result, isRemembered: false, externalTaskId };
		default:
			return result;
	}
}

/** Goes on with what an earlier try has submitted. */
function takeUp(
	kept: RememberedSubmit | 'unreadable',
	externalTaskId: string,
	line: SubmitLine,
): SubmitOutcome {
	const unclear = { kind: 'unclear', isRemembered: true, isAccepted: false } as const;
	if (kept === 'unreadable') {
		const cause = 'what is known of it was written by another version of this node';
		return { ...unclear, externalTaskId, cause };
	}
	if (kept.outcome === 'unclear') {
		return { ...unclear, externalTaskId: kept.externalTaskId, cause: kept.cause };
	}
	line.occupy();
	return { kind: 'task', taskId: kept.taskId, body: null };
}

type FilesRead =
	| { kind: 'images'; images: InputImage[]; files: BodyFile[]; hashes: Map<string, string> }
	| Exclude<ImageRead, { kind: 'image' }>
	| Exclude<ImageFileRead, { kind: 'imageFile' }>;

/** Puts a placeholder in the place of each file. */
async function readFiles(
	context: IExecuteFunctions,
	itemIndex: number,
	requested: RequestedImage[],
): Promise<FilesRead> {
	const read: Extract<FilesRead, { kind: 'images' }> = {
		kind: 'images',
		images: [],
		files: [],
		hashes: new Map(),
	};
	for (const image of requested) {
		const { role } = image;
		if (image.source === 'given') {
			if (image.image.kind !== 'image') return image.image;
			read.images.push({ role, value: image.image.value });
			continue;
		}
		const file = await readImageFile(context, itemIndex, image.field);
		if (file.kind !== 'imageFile') return file;
		const { placeholder } = file.file;
		read.images.push({ role, value: placeholder });
		read.files.push(file.file);
		read.hashes.set(placeholder, file.hash);
	}
	return read;
}

function replaceByHashes(text: string, hashes: Map<string, string>): string {
	let replaced = text;
	for (const [placeholder, hash] of hashes) replaced = replaced.replace(placeholder, hash);
	return replaced;
}

function readPlace(context: IExecuteFunctions, itemIndex: number): SubmitPlace {
	const runIndex: unknown = context.getWorkflowDataProxy(itemIndex).$runIndex;
	return { runIndex: typeof runIndex === 'number' ? runIndex : 0, itemIndex };
}

type Request = Awaited<ReturnType<typeof createSubmitRequestOrThrow>>;

/** @returns a function that sends the call once and never throws */
async function createSubmitCall(
	context: IExecuteFunctions,
	itemIndex: number,
	request: Request,
): Promise<(body: Uint8Array) => Promise<SubmitResult>> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE, itemIndex);
	const redact = createTokenRedactor(isJsonObject(credential) ? credential.apiToken : null);
	const requestOptions: unknown = context.getNodeParameter('requestOptions', itemIndex, {});
	const setMs = isJsonObject(requestOptions) ? readNumber(requestOptions.timeout) : null;
	const timeoutMs = setMs !== null && setMs > 0 ? setMs : SUBMIT_TIMEOUT_MS;
	return async (body) => {
		// "Stop" does not end it: whoever is charged has to learn of what
		const abort = new AbortController();
		const answered = new AbortController();
		void abortableSleep(timeoutMs, answered.signal).then(() => {
			if (answered.signal.aborted) return;
			abort.abort(new Error(`no reply within ${formatDuration(timeoutMs)}`));
		});
		const call = { timeoutMs: 2 * timeoutMs, signal: abort.signal, redact };
		const response = await sendSubmitRequest(context, request, body, call);
		answered.abort();
		return classifySubmit(response);
	};
}

/** In n8n's log it is also found after a stop, of which n8n keeps no data. */
function logSubmit(
	{ logger }: IExecuteFunctions,
	{ label }: TaskKind,
	result: Extract<SubmitResult, { kind: 'created' | 'unclear' }>,
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

/** A day is longer than any run: the timer is only there to be fired by "Stop". */
const UNTIL_STOPPED_MS = 24 * 60 * 60_000;

async function orStopped(run: NodeRun, submitted: Promise<LineResult>): Promise<LineResult> {
	return await new Promise((resolve, reject) => {
		const timer = run.timers.schedule(UNTIL_STOPPED_MS, () => {
			if (run.hasEnded()) resolve({ kind: 'stopped' });
		});
		submitted.then(resolve, reject).finally(() => run.timers.cancel(timer));
	});
}
