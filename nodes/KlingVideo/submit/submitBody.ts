import { isJsonObject } from '../reading/readJson';
import { readJsonMembers, writeJsonMembers, type JsonMembers } from '../reading/jsonMembers';

export type VideoMode = 'std' | 'pro' | '4k';
export type AspectRatio = '16:9' | '9:16' | '1:1';

export interface InputImage {
	/** An address, or base64 text without a prefix. */
	value: string;
	role: 'reference' | 'firstFrame' | 'lastFrame';
}

/** What is asked for, whatever kind of task it is. */
export interface CreateParameters {
	model: string;
	prompt: string;
	/** Empty for none. */
	negativePrompt: string;
	images: InputImage[];
	mode: VideoMode;
	/** Whole seconds, from 1 to 60; which of them a model makes is the gateway's to say. */
	durationSeconds: number;
	aspectRatio: AspectRatio;
	sound: boolean;
	/** 0 to 1; null for Kling's own. */
	cfgScale: number | null;
	/** JSON text; null for none. */
	cameraControl: string | null;
	/** Unique for each submission. */
	externalTaskId: string;
	/** Null for none. */
	callbackUrl: string | null;
	/** Put into the body last, in place of a field of the same name. */
	additionalFields: JsonMembers;
}

/** Why nothing is sent: the call could not go well. */
export type CreateFault =
	| { kind: 'noModel' }
	| { kind: 'noPrompt' }
	| { kind: 'promptTooLong'; field: 'prompt' | 'negativePrompt'; characters: number }
	| { kind: 'noImages' }
	| { kind: 'tooManyImages'; images: number; maxImages: number }
	| { kind: 'noFirstFrame' }
	| { kind: 'tooManyFrames'; role: 'firstFrame' | 'lastFrame' }
	| { kind: 'unusableDuration' }
	| { kind: 'unusableCfgScale' }
	| { kind: 'unusableCameraControl' };

export type SubmitBodyResult = { kind: 'body'; text: string } | CreateFault;

/** Kling's limit, in characters as people count them. */
export const MAX_PROMPT_CHARACTERS = 2500;

export const MAX_DURATION_SECONDS = 60;

/** Kling's limits of images for one task. */
const MAX_MULTI_IMAGES = 4;
const MAX_OMNI_IMAGES = 7;
const MAX_OMNI_IMAGES_WITH_VIDEO = 4;

const CALLBACK_FIELD = 'callback_url';

type Fields = Record<string, unknown>;

/** The fields of one kind of task; null for what the kind does not know. */
type ListFields = (parameters: CreateParameters) => Fields;

/** What a kind needs that the gateway refuses badly, or takes for something else. */
type FindFault = (parameters: CreateParameters) => CreateFault | null;

export type CreatableKind = 'multiImageVideo' | 'omniVideo' | 'textToVideo' | 'imageToVideo';

const KINDS: Record<CreatableKind, { listFields: ListFields; findFault: FindFault }> = {
	multiImageVideo: {
		listFields: (parameters) => ({
			...listCommonFields(parameters),
			image_list: parameters.images.map(({ value }) => ({ image: value })),
		}),
		findFault: ({ images, prompt }) =>
			findPromptFault(prompt) ?? findCountFault(images, 1, MAX_MULTI_IMAGES),
	},
	omniVideo: {
		listFields: (parameters) => ({
			...listCommonFields(parameters),
			...listSound(parameters),
			...listCfgScale(parameters),
			...(parameters.images.length > 0 && {
				image_list: sortFrames(parameters.images).map(({ value, role }) => ({
					image_url: value,
					...(role !== 'reference' && {
						type: role === 'firstFrame' ? 'first_frame' : 'end_frame',
					}),
				})),
			}),
		}),
		findFault: ({ images, prompt, additionalFields }) => {
			const max = additionalFields.has('video_list') ? MAX_OMNI_IMAGES_WITH_VIDEO : MAX_OMNI_IMAGES;
			return (
				// the shots of a film have prompts of their own
				(additionalFields.has('multi_prompt') ? null : findPromptFault(prompt)) ??
				findFrameFault(images) ??
				findCountFault(images, 0, max)
			);
		},
	},
	textToVideo: {
		listFields: (parameters) => ({
			...listCommonFields(parameters),
			...listSound(parameters),
			...listCfgScale(parameters),
			...listCameraControl(parameters),
		}),
		findFault: ({ prompt }) => findPromptFault(prompt),
	},
	imageToVideo: {
		listFields: (parameters) => ({
			...listCommonFields(parameters),
			...listSound(parameters),
			...listCfgScale(parameters),
			...listCameraControl(parameters),
			...listFrames(parameters),
		}),
		// without an image, the gateway makes a video from the text alone
		findFault: ({ images, prompt }) =>
			findPromptFault(prompt) ?? findCountFault(images, 1, 2) ?? findFrameFault(images),
	},
};

/** The kinds of tasks that this package can submit. */
export const CREATABLE_KINDS: readonly CreatableKind[] = Object.keys(KINDS).filter(isCreatableKind);

export function isCreatableKind(resource: string): resource is CreatableKind {
	return Object.hasOwn(KINDS, resource);
}

/**
 * Makes the body of a submit call, or says why it could not go well. Pure.
 *
 * Each trap of the gateway is avoided here: `duration` is text, since it fails on a number; mode, aspect
 * ratio and sound are always there, since it, or Kling, fills in others than people expect; the model
 * is called `model`, which the gateway may map.
 *
 * @returns JSON text, since additional fields may have numbers that JavaScript cannot keep
 */
export function createSubmitBody(
	kind: CreatableKind,
	parameters: CreateParameters,
): SubmitBodyResult {
	const { listFields, findFault } = KINDS[kind];
	const fault = findCommonFault(parameters) ?? findFault(parameters);
	if (fault !== null) return fault;
	const members = new Map<string, string>();
	for (const [name, value] of Object.entries(listFields(parameters))) {
		members.set(name, JSON.stringify(value));
	}
	const { cameraControl, additionalFields } = parameters;
	if (members.has('camera_control') && cameraControl !== null) {
		members.set('camera_control', cameraControl);
	}
	for (const [name, value] of additionalFields) {
		members.set(name, name === 'video_list' ? completeVideoList(value) : value);
	}
	return { kind: 'body', text: writeJsonMembers(members) };
}

/** @returns the body of a submit call with an address that Kling calls; the user's own stays, if there is one */
export function addCallbackUrl(text: string, url: string): string {
	const members = readJsonMembers(text);
	return members === null || hasCallbackUrl(text)
		? text
		: writeJsonMembers(new Map([...members, [CALLBACK_FIELD, JSON.stringify(url)]]));
}

/** Whether Kling calls an address of the user's own. */
export function hasCallbackUrl(text: string): boolean {
	return readJsonMembers(text)?.has(CALLBACK_FIELD) ?? false;
}

function listCommonFields(parameters: CreateParameters): Fields {
	const { prompt, negativePrompt, callbackUrl } = parameters;
	return {
		model: parameters.model,
		...(prompt !== '' && { prompt }),
		...(negativePrompt !== '' && { negative_prompt: negativePrompt }),
		mode: parameters.mode,
		duration: String(parameters.durationSeconds),
		aspect_ratio: parameters.aspectRatio,
		external_task_id: parameters.externalTaskId,
		...(callbackUrl !== null && { [CALLBACK_FIELD]: callbackUrl }),
	};
}

function listSound({ sound }: CreateParameters): Fields {
	return { sound: sound ? 'on' : 'off' };
}

function listCfgScale({ cfgScale }: CreateParameters): Fields {
	return cfgScale === null ? {} : { cfg_scale: cfgScale };
}

function listCameraControl({ cameraControl }: CreateParameters): Fields {
	// its text is put in as it is
	return cameraControl === null ? {} : { camera_control: null };
}

function listFrames({ images }: CreateParameters): Fields {
	const first = images.find(({ role }) => role !== 'lastFrame');
	const last = images.find(({ role }) => role === 'lastFrame');
	return {
		...(first !== undefined && { image: first.value }),
		...(last !== undefined && { image_tail: last.value }),
	};
}

/** The prompt counts reference images by their place, so frames come behind them. */
function sortFrames(images: InputImage[]): InputImage[] {
	const order = ['reference', 'firstFrame', 'lastFrame'];
	return [...images].sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
}

/** The gateway writes empty texts for keys that are left out of a reference video. */
function completeVideoList(text: string): string {
	const list: unknown = JSON.parse(text);
	if (!Array.isArray(list) || !list.every(isJsonObject)) return text;
	const isComplete = list.every((video) => 'refer_type' in video && 'keep_original_sound' in video);
	if (isComplete) return text;
	return JSON.stringify(
		list.map((video) => ({ refer_type: 'base', keep_original_sound: 'yes', ...video })),
	);
}

function findCommonFault(parameters: CreateParameters): CreateFault | null {
	const { model, prompt, negativePrompt, durationSeconds, cfgScale, cameraControl } = parameters;
	if (model === '') return { kind: 'noModel' };
	for (const [field, text] of [
		['prompt', prompt],
		['negativePrompt', negativePrompt],
	] as const) {
		const characters = [...text].length;
		if (characters > MAX_PROMPT_CHARACTERS) return { kind: 'promptTooLong', field, characters };
	}
	const isDuration =
		Number.isInteger(durationSeconds) &&
		durationSeconds >= 1 &&
		durationSeconds <= MAX_DURATION_SECONDS;
	if (!isDuration) return { kind: 'unusableDuration' };
	if (cfgScale !== null && !(cfgScale >= 0 && cfgScale <= 1)) return { kind: 'unusableCfgScale' };
	return cameraControl !== null && readJsonMembers(cameraControl) === null
		? { kind: 'unusableCameraControl' }
		: null;
}

function findPromptFault(prompt: string): CreateFault | null {
	return prompt === '' ? { kind: 'noPrompt' } : null;
}

function findCountFault(images: InputImage[], min: number, max: number): CreateFault | null {
	if (images.length < min) return { kind: 'noImages' };
	return images.length > max
		? { kind: 'tooManyImages', images: images.length, maxImages: max }
		: null;
}

function findFrameFault(images: InputImage[]): CreateFault | null {
	for (const role of ['firstFrame', 'lastFrame'] as const) {
		if (images.filter((image) => image.role === role).length > 1) {
			return { kind: 'tooManyFrames', role };
		}
	}
	const has = (role: InputImage['role']) => images.some((image) => image.role === role);
	return has('lastFrame') && !has('firstFrame') ? { kind: 'noFirstFrame' } : null;
}
