import type { IExecuteFunctions } from 'n8n-workflow';
import { CREDENTIAL_TYPE, readBaseUrl } from '../gateway/gatewayRequest';
import type { ProblemOf } from '../problems/problem';
import type { TaskKind } from '../taskKinds';
import { readRequestedVideo, type RequestedImage } from './createParameters';
import { readImageFile } from './imageFile';
import type { ImageFault } from './imageSource';
import { hashRequest } from './requestHash';
import type { Submission } from './submission';
import {
	createSubmitBody,
	isCreatableKind,
	type CreatableKind,
	type CreateFault,
	type InputImage,
} from './submitBody';

/** A kind of task that can be created. */
export type CreatableTaskKind = TaskKind & { resource: CreatableKind; path: string };

export function isCreatable(kind: TaskKind): kind is CreatableTaskKind {
	return kind.path !== null && isCreatableKind(kind.resource);
}

export type SubmissionResult =
	| { kind: 'submission'; submission: Submission }
	/** Nothing can be sent. */
	| CreateFault
	| ProblemOf<'unusableChoice' | 'unusableAdditionalFields'>
	| ImageProblem;

type ImageProblem = ProblemOf<'unusableImage' | 'notJpegOrPng' | 'imageTooLarge' | 'noFile'>;

/**
 * Makes the submit call that an input item asks for, or says why it could not go well. Files are looked at
 * one after another, and not kept in memory.
 *
 * @throws what n8n throws when an expression cannot be resolved, or the credential or a file be read
 */
export async function prepareSubmission(
	context: IExecuteFunctions,
	taskKind: CreatableTaskKind,
	itemIndex: number,
): Promise<SubmissionResult> {
	const requested = readRequestedVideo(
		taskKind.resource === 'imageToVideo' ? 'firstFrame' : 'reference',
		(name, fallback): unknown => context.getNodeParameter(name, itemIndex, fallback),
	);
	if (requested.kind !== 'video') return requested;
	const { video } = requested;
	const read = await readImages(context, itemIndex, video.images);
	if (read.kind !== 'images') return read;

	const { images, files } = read;
	const createBody = (externalTaskId: string) =>
		createSubmitBody(taskKind.resource, { ...video, images, externalTaskId });
	const externalTaskId = video.externalTaskId ?? crypto.randomUUID();
	const body = createBody(externalTaskId);
	// an id of our own differs each time, and is no other submission
	const hashed = createBody(video.externalTaskId ?? '');
	if (body.kind !== 'body') return body;
	if (hashed.kind !== 'body') return hashed;

	const { path } = taskKind;
	const baseUrl = readBaseUrl(await context.getCredentials(CREDENTIAL_TYPE, itemIndex));
	const requestHash = await hashRequest({
		baseUrl,
		path,
		body: replacePlaceholders(hashed.text, read.hashes),
	});
	return {
		kind: 'submission',
		submission: { path, text: body.text, files, requestHash, externalTaskId },
	};
}

interface ImagesRead {
	kind: 'images';
	/** With a placeholder in the place of each file. */
	images: InputImage[];
	files: Submission['files'];
	/** By placeholder. */
	hashes: Map<string, string>;
}

async function readImages(
	context: IExecuteFunctions,
	itemIndex: number,
	requested: RequestedImage[],
): Promise<ImagesRead | ImageProblem> {
	const read: ImagesRead = { kind: 'images', images: [], files: [], hashes: new Map() };
	for (const [index, image] of requested.entries()) {
		const { role } = image;
		if (image.source === 'given') {
			if (image.image.kind !== 'image') return nameImage(image.image, `image ${index + 1}`);
			read.images.push({ role, value: image.image.value });
			continue;
		}
		const file = await readImageFile(context, itemIndex, image.field);
		if (file.kind === 'noFile') return file;
		if (file.kind !== 'imageFile') return nameImage(file, `the file in "${image.field}"`);
		// long and random, so that no other text of the body is the same
		const placeholder = `n8n-file-${crypto.randomUUID()}`;
		read.images.push({ role, value: placeholder });
		read.files.push({ placeholder, bytes: file.bytes, location: file.location });
		read.hashes.set(placeholder, file.hash);
	}
	return read;
}

function nameImage(fault: ImageFault, image: string): ImageProblem {
	return fault.kind === 'unusableImage' ? fault : { ...fault, image };
}

function replacePlaceholders(text: string, hashes: Map<string, string>): string {
	let replaced = text;
	for (const [placeholder, hash] of hashes) replaced = replaced.replace(placeholder, hash);
	return replaced;
}
