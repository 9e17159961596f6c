import { isJsonObject, type Json, type JsonObject } from './exactJson';

/** A value that the gateway cannot read, such as a number in place of a text. */
export class WrongType extends Error {}

interface Field {
	/** @throws WrongType */
	read(value: Json): Json;
	/** What stands there if nothing was sent; undefined for nothing. */
	empty: Json | undefined;
	/** Whether it is sent on even if it is empty. */
	isAlwaysSent: boolean;
}

type Fields = Record<string, Field>;

function field(empty: Json | undefined, read: (value: Json) => Json): Field {
	return { read, empty, isAlwaysSent: false };
}

const always = (inner: Field): Field => ({ ...inner, isAlwaysSent: true });

const text = field('', (value) => {
	if (typeof value !== 'string') throw new WrongType();
	return value;
});
const number = field(0, (value) => {
	if (typeof value !== 'number' && typeof value !== 'bigint') throw new WrongType();
	return value;
});
const integer = field(0, (value) => {
	if (typeof value !== 'bigint' && !Number.isInteger(value)) throw new WrongType();
	return value;
});
const object = (fields: Fields) => field(undefined, (value) => readFields(fields, value));
const list = (fields: Fields) =>
	field([], (value) => {
		if (!Array.isArray(value)) throw new WrongType();
		return value.map((item) => readFields(fields, item ?? {}));
	});

function readFields(fields: Fields, value: Json): JsonObject {
	if (!isJsonObject(value)) throw new WrongType();
	return typed(fields, value);
}

/**
 * What the gateway makes of a body: only the fields that it knows, in the types that it knows, without
 * those that are empty.
 *
 * @throws WrongType
 */
function typed(fields: Fields, sent: JsonObject, defaults: JsonObject = {}): JsonObject {
	const body: JsonObject = {};
	for (const [name, { read, empty, isAlwaysSent }] of Object.entries(fields)) {
		const value = sent[name] ?? null;
		const held = value === null ? (defaults[name] ?? empty) : read(value);
		if (held === undefined || (isEmpty(held) && !isAlwaysSent)) continue;
		body[name] = held;
	}
	return body;
}

function isEmpty(value: Json): boolean {
	return value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
}

const CALLBACK: Fields = { callback_url: text, external_task_id: text };
const IMAGES = list({ image: always(text) });

/** Text to video, image to video and Omni share one body. */
const VIDEO: Fields = {
	model_name: text,
	model: text,
	prompt: text,
	mode: text,
	duration: text,
	aspect_ratio: text,
	...CALLBACK,
	negative_prompt: text,
	image: text,
	image_tail: text,
	cfg_scale: number,
	sound: text,
	camera_control: object({
		type: text,
		config: object({
			horizontal: number,
			vertical: number,
			pan: number,
			tilt: number,
			roll: number,
			zoom: number,
		}),
	}),
	static_mask: text,
	dynamic_masks: list({
		mask: text,
		trajectories: list({ x: always(integer), y: always(integer) }),
	}),
	voice_list: list({ voice_id: always(text) }),
	image_list: list({ image_url: always(text), type: text }),
	video_list: list({
		video_url: always(text),
		refer_type: always(text),
		keep_original_sound: always(text),
	}),
	element_list: list({ element_id: always(integer) }),
	multi_prompt: list({ prompt: always(text), duration: always(text) }),
};

const MULTI_IMAGE: Fields = {
	model_name: text,
	image_list: always(IMAGES),
	prompt: always(text),
	negative_prompt: text,
	mode: text,
	duration: text,
	aspect_ratio: text,
	...CALLBACK,
};

const MOTION_CONTROL: Fields = {
	prompt: text,
	image_url: always(text),
	video_url: always(text),
	keep_original_sound: text,
	character_orientation: always(text),
	mode: always(text),
	...CALLBACK,
};

const LIP_SYNC: Fields = {
	session_id: always(text),
	face_choose: always(
		list({
			face_id: always(text),
			audio_id: text,
			sound_file: text,
			sound_start_time: always(integer),
			sound_end_time: always(integer),
			sound_insert_time: always(integer),
			sound_volume: number,
			original_audio_volume: number,
		}),
	),
	...CALLBACK,
};

const VIDEO_EXTENSION: Fields = {
	video_id: always(text),
	prompt: text,
	negative_prompt: text,
	cfg_scale: number,
	callback_url: text,
};

const MULTI_ELEMENTS: Fields = {
	model_name: text,
	session_id: always(text),
	edit_mode: always(text),
	image_list: IMAGES,
	prompt: always(text),
	negative_prompt: text,
	mode: text,
	duration: text,
	...CALLBACK,
};

const AVATAR: Fields = {
	image: always(text),
	audio_id: text,
	sound_file: text,
	prompt: text,
	mode: text,
	...CALLBACK,
};

/** What the gateway reads of a submit before it knows the kind. */
export interface SubmitHead {
	model: string;
	/** As sent; empty if it was not. */
	mode: string;
	prompt: string;
}

/** The body of text to video, image to video and Omni. The others' price is told by it, too. */
export function videoBody({ model, mode, prompt }: SubmitHead, sent: JsonObject): JsonObject {
	const body = typed(VIDEO, sent, {
		model_name: model,
		model,
		prompt,
		mode,
		duration: '5',
		aspect_ratio: '1:1',
		cfg_scale: 0.5,
		sound: 'off',
	});
	const [firstShot] = listOf(body.multi_prompt);
	if (body.prompt === undefined && firstShot !== undefined) body.prompt = firstShot.prompt ?? '';
	return body;
}

/** A kind with a body of its own. */
interface OwnBody {
	/** @throws WrongType */
	build(head: SubmitHead, sent: JsonObject): JsonObject;
	/** @returns why the gateway does not take it; null if it does */
	refuse(body: JsonObject): string | null;
}

/** By the part of the path that names the kind. */
export const OWN_BODIES: Readonly<Record<string, OwnBody>> = {
	'multi-image2video': {
		build: ({ model, mode, prompt }, sent) =>
			typed(MULTI_IMAGE, sent, {
				model_name: model,
				prompt,
				mode: mode.trim() || 'std',
				duration: '5',
				aspect_ratio: '1:1',
			}),
		refuse: (body) => {
			const count = listOf(body.image_list).length;
			if (count === 0) return 'image_list is required for multi-image2video';
			return count > 4 ? `image_list supports up to 4 images, got: ${count}` : null;
		},
	},
	'motion-control': {
		build: ({ mode, prompt }, sent) =>
			typed(MOTION_CONTROL, sent, {
				prompt,
				mode: mode.trim() || 'std',
				keep_original_sound: 'yes',
			}),
		refuse: (body) => {
			const missing = firstEmpty(body, ['image_url', 'video_url']);
			if (missing !== null) return `${missing} is required for motion-control`;
			const orientation = textOf(body.character_orientation);
			if (orientation === '') {
				return "character_orientation is required for motion-control, must be 'image' or 'video'";
			}
			if (!['image', 'video'].includes(orientation)) {
				return `character_orientation must be 'image' or 'video', got: ${orientation}`;
			}
			return refuseMode(body);
		},
	},
	'advanced-lip-sync': {
		build: (_head, sent) => typed(LIP_SYNC, sent),
		refuse: (body) => {
			if (textOf(body.session_id) === '') return 'session_id is required for advanced-lip-sync';
			const faces = listOf(body.face_choose);
			if (faces.length === 0) return 'face_choose is required for advanced-lip-sync';
			for (const [index, face] of faces.entries()) {
				if (textOf(face.face_id) === '') return `face_choose[${index}].face_id is required`;
				const refusal = refuseSound(face);
				if (refusal !== null) return `face_choose[${index}]: ${refusal}`;
			}
			return null;
		},
	},
	'video-extend': {
		build: ({ prompt }, sent) => typed(VIDEO_EXTENSION, sent, { prompt, cfg_scale: 0.5 }),
		refuse: (body) => {
			if (textOf(body.video_id) === '') return 'video_id is required for video-extend';
			const scale = Number(body.cfg_scale ?? 0);
			return scale < 0 || scale > 1
				? `cfg_scale must be between 0 and 1, got: ${scale.toFixed(6)}`
				: null;
		},
	},
	'multi-elements': {
		build: ({ model, mode, prompt }, sent) =>
			typed(MULTI_ELEMENTS, sent, {
				model_name: model,
				prompt,
				mode: mode.trim() || 'std',
				duration: '5',
			}),
		refuse: (body) => {
			const missing = firstEmpty(body, ['session_id', 'edit_mode']);
			if (missing !== null) return `${missing} is required for multi-elements create`;
			const editMode = textOf(body.edit_mode);
			const count = listOf(body.image_list).length;
			if (!['addition', 'swap', 'removal'].includes(editMode)) {
				return `edit_mode must be 'addition', 'swap' or 'removal', got: ${editMode}`;
			}
			if (editMode === 'addition' && count === 0) {
				return "image_list is required when edit_mode is 'addition'";
			}
			if (editMode === 'addition' && count > 2) {
				return `image_list supports up to 2 images for addition mode, got: ${count}`;
			}
			if (editMode === 'swap' && count !== 1) {
				return `image_list must contain exactly 1 image for swap mode, got: ${count}`;
			}
			const duration = textOf(body.duration);
			if (!['5', '10'].includes(duration)) return `duration must be '5' or '10', got: ${duration}`;
			return refuseMode(body);
		},
	},
	'avatar/image2video': {
		build: ({ mode, prompt }, sent) => typed(AVATAR, sent, { prompt, mode: mode.trim() || 'std' }),
		refuse: (body) => {
			if (textOf(body.image) === '') return 'image is required for avatar image2video';
			const refusal = refuseSound(body);
			if (refusal !== null) return `${refusal} for avatar image2video`;
			return body.mode === undefined ? null : refuseMode(body);
		},
	},
};

function firstEmpty(body: JsonObject, names: string[]): string | null {
	return names.find((name) => textOf(body[name]) === '') ?? null;
}

function refuseMode(body: JsonObject): string | null {
	const mode = textOf(body.mode);
	return ['std', 'pro'].includes(mode) ? null : `mode must be 'std' or 'pro', got: ${mode}`;
}

function refuseSound(body: JsonObject): string | null {
	const given = ['audio_id', 'sound_file'].filter((name) => textOf(body[name]) !== '');
	if (given.length === 0) return 'either audio_id or sound_file is required';
	return given.length === 2 ? 'audio_id and sound_file cannot be both provided' : null;
}

export function textOf(value: Json | undefined): string {
	return typeof value === 'string' ? value : '';
}

export function listOf(value: Json | undefined): JsonObject[] {
	return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
