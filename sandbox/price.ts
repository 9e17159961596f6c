import type { JsonObject } from './exactJson';
import { listOf, textOf, type SubmitHead } from './klingBody';
import { REFUSALS } from './submitRefusal';

/** What the gateway books for a second of the cheapest video, in its own unit. */
const QUOTA_OF_A_SECOND = 50_000;

/** How many times the price of "std" a video in "pro" costs; the models that have both. */
const PRO_SCALES: Readonly<Record<string, number>> = {
	'kling-video-o1': 0.112 / 0.084,
	'kling-v3': 0.112 / 0.084,
	'kling-v3-omni': 0.112 / 0.084,
	'kling-v2-6': 1,
	'kling-v2-5-turbo': 0.07 / 0.042,
	'kling-v2-1': 1.75,
	'kling-v1-6': 1.75,
	'kling-v1-5': 1.75,
	'kling-v1': 3.5,
};
const MASTER_MODELS = ['kling-v2-1-master', 'kling-v2-master'];
const V3_MODELS = ['kling-v3', 'kling-v3-omni'];

const SOUND_SCALES: Readonly<Record<string, number>> = {
	'kling-v2-6': 2,
	'kling-v3': 1.5,
	'kling-v3-omni': 1.5,
};
const VOICE_SCALE = 1.2;
const VIDEO_INPUT_SCALE = 1.5;
const MOTION_PRO_SCALE = 1.6;
const ELEMENTS_PRO_SCALE = 5 / 3;
/** The gateway's price for one yuan of Kling's. */
const YUAN_SCALE = 1 / 0.14;
const LIP_SYNC_UNIT_SECONDS = 5;

/**
 * What a submit costs, in the gateway's own unit ("quota").
 *
 * @param kindPath the kind as Kling gets it
 * @param video the body as if it were one of text to video, image to video or Omni
 * @param own the body as Kling gets it
 * @throws SubmitRefusal for a model, mode and duration that do not go together
 */
export function priceOf(
	kindPath: string,
	head: SubmitHead,
	video: JsonObject,
	own: JsonObject,
): number {
	if (kindPath === 'avatar/image2video') {
		return toQuota((modeOf(head) === 'pro' ? 2 : 1) * YUAN_SCALE);
	}
	return toQuota(
		modeScale(kindPath, head) * extrasScale(kindPath, video) * units(kindPath, video, own),
	);
}

const toQuota = (scale: number) => Math.round(Math.fround(scale) * QUOTA_OF_A_SECOND);
const modeOf = ({ mode }: SubmitHead) => mode.trim() || 'std';

function modeScale(kindPath: string, head: SubmitHead): number {
	const isPro = modeOf(head) === 'pro';
	switch (kindPath) {
		case 'motion-control':
			return isPro ? MOTION_PRO_SCALE : 1;
		case 'multi-elements':
			return isPro ? ELEMENTS_PRO_SCALE : 1;
		case 'video-extend':
			return isPro ? 3.5 : head.model === 'kling-v1' ? 1 : 2;
		case 'advanced-lip-sync':
			return 1;
		default:
			return modelScale(modeOf(head), head.model);
	}
}

function modelScale(mode: string, model: string): number {
	const isMaster = MASTER_MODELS.includes(model);
	const proScale = PRO_SCALES[model];
	switch (mode) {
		case 'std':
			if (proScale !== undefined || isMaster) return 1;
			throw REFUSALS.noPrice(`model ${model} does not support std mode`);
		case 'pro':
			if (proScale !== undefined) return proScale;
			throw REFUSALS.noPrice(`unsupported model for pro mode: ${model}`);
		case 'master':
			if (isMaster) return 1;
			throw REFUSALS.noPrice(`unsupported model for master mode: ${model}`);
		default:
			throw REFUSALS.noPrice(`unsupported mode: ${mode}`);
	}
}

function extrasScale(kindPath: string, video: JsonObject): number {
	const model = textOf(video.model);
	const hasVideo = kindPath === 'omni-video' && listOf(video.video_list).length > 0;
	const isVideoDearer = hasVideo && (V3_MODELS.includes(model) || model === 'kling-video-o1');
	const soundScale = video.sound === 'on' ? (SOUND_SCALES[model] ?? 1) : 1;
	const namesVoice = listOf(video.voice_list).some((_voice, index) =>
		textOf(video.prompt).includes(`<<<voice_${index + 1}>>>`),
	);
	const isVoiceDearer = video.sound === 'on' && model === 'kling-v2-6' && namesVoice;
	return (isVideoDearer ? VIDEO_INPUT_SCALE : 1) * soundScale * (isVoiceDearer ? VOICE_SCALE : 1);
}

/** The seconds of the video, for most kinds. */
function units(kindPath: string, video: JsonObject, own: JsonObject): number {
	switch (kindPath) {
		case 'motion-control':
			return own.character_orientation === 'video' ? 30 : 10;
		case 'multi-image2video':
		case 'multi-elements':
			return own.duration === '10' ? 10 : 5;
		case 'video-extend':
			return 1;
		case 'advanced-lip-sync': {
			const soundMs = listOf(own.face_choose)
				.map((face) => Number(face.sound_end_time) - Number(face.sound_start_time))
				.filter((ms) => ms > 0)
				.reduce((sum, ms) => sum + ms, 0);
			const soundSeconds = Math.max(soundMs / 1000, LIP_SYNC_UNIT_SECONDS);
			return Math.ceil(soundSeconds / LIP_SYNC_UNIT_SECONDS) * 0.5;
		}
		case 'omni-video':
			return omniSeconds(video);
		default:
			return fiveOrTen(textOf(video.duration) || '5', 'legacy endpoint');
	}
}

function omniSeconds(video: JsonObject): number {
	const isV3 = V3_MODELS.includes(textOf(video.model_name) || textOf(video.model));
	const shots = listOf(video.multi_prompt);
	if (isV3 && shots.length > 0) return secondsOfShots(shots);

	const duration = textOf(video.duration);
	const videos = listOf(video.video_list);
	const images = listOf(video.image_list);
	if (videos.some(({ refer_type: referType }) => referType === 'base')) {
		if (isV3) return 10;
		throw REFUSALS.noPrice('video editing mode (refer_type=base) is only supported by kling-v3');
	}
	if (isV3) {
		const most = videos.length > 0 ? 10 : 15;
		return wholeSeconds(duration, 3, most, (seconds) => {
			return `kling-v3 supports duration 3-${most} for this workflow, got: ${seconds}`;
		});
	}
	if (videos.length === 0 && images.length === 0) return fiveOrTen(duration, 'text2video');
	if (videos.length > 0) {
		return wholeSeconds(duration, 3, 10, (seconds) => {
			return `duration must be between 3-10, got: ${seconds}`;
		});
	}
	if (!images.some(({ type }) => type === 'first_frame' || type === 'end_frame')) {
		return fiveOrTen(duration, 'image2video');
	}
	return wholeSeconds(duration, 3, 10, (seconds) => {
		return `first/end frame mode supports duration 3-10, got: ${seconds}`;
	});
}

function secondsOfShots(shots: JsonObject[]): number {
	let total = 0;
	for (const [index, shot] of shots.entries()) {
		const name = `multi_prompt[${index}]`;
		if (textOf(shot.prompt) === '') throw REFUSALS.noPrice(`${name}.prompt is required`);
		const duration = textOf(shot.duration);
		const wrong = wrongInteger(duration);
		if (wrong !== null) throw REFUSALS.noPrice(`${name}.duration invalid: ${wrong}`);
		if (Number(duration) < 3) {
			throw REFUSALS.noPrice(`${name}.duration must be at least 3, got: ${duration}`);
		}
		total += Number(duration);
	}
	if (total > 15) {
		throw REFUSALS.noPrice(`multi-shot total duration must be between 3-15, got: ${total}`);
	}
	return total;
}

function fiveOrTen(duration: string, name: string): number {
	if (duration === '5' || duration === '10') return Number(duration);
	throw REFUSALS.noPrice(`${name} only supports duration 5 or 10, got: ${duration}`);
}

function wholeSeconds(
	duration: string,
	least: number,
	most: number,
	refusal: (seconds: number) => string,
): number {
	const wrong = wrongInteger(duration);
	if (wrong !== null) throw REFUSALS.noPrice(wrong);
	const seconds = Number(duration);
	if (seconds < least || seconds > most) throw REFUSALS.noPrice(refusal(seconds));
	return seconds;
}

function wrongInteger(duration: string): string | null {
	if (!/^[+-]?\d/.test(duration)) return `invalid duration format: ${duration}`;
	return String(Number(duration)) === duration && Number.isInteger(Number(duration))
		? null
		: `duration must be an integer, got: ${duration}`;
}
