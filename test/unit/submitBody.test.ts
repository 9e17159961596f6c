import { readJsonMembers, type JsonMembers } from '../../nodes/KlingVideo/reading/jsonMembers';
import {
	createSubmitBody,
	type CreatableKind,
	type CreateFault,
	type CreateParameters,
	type InputImage,
} from '../../nodes/KlingVideo/submit/submitBody';

const members = (text: string): JsonMembers => {
	const read = readJsonMembers(text);
	if (read === null) throw new Error(`No object: ${text}`);
	return read;
};

const image = (value: string, role: InputImage['role'] = 'reference'): InputImage => ({
	value,
	role,
});
const FIRST = image('https://a/first.png', 'firstFrame');
const LAST = image('https://a/last.png', 'lastFrame');

const BASE: CreateParameters = {
	model: 'kling-v3-omni',
	prompt: 'The cat of <<<image_1>>> puts on the hat',
	negativePrompt: '',
	images: [],
	mode: 'std',
	durationSeconds: 5,
	aspectRatio: '16:9',
	sound: false,
	cfgScale: null,
	cameraControl: null,
	externalTaskId: '0b1c',
	callbackUrl: null,
	additionalFields: members('{}'),
};
const IMAGES: Record<CreatableKind, InputImage[]> = {
	multiImageVideo: [image('https://a/1.png')],
	omniVideo: [],
	textToVideo: [],
	imageToVideo: [FIRST],
};
const KINDS = ['multiImageVideo', 'omniVideo', 'textToVideo', 'imageToVideo'] as const;

function create(kind: CreatableKind, more: Partial<CreateParameters> = {}) {
	return createSubmitBody(kind, { ...BASE, images: IMAGES[kind], ...more });
}

function textFor(kind: CreatableKind, more: Partial<CreateParameters> = {}): string {
	const result = create(kind, more);
	if (result.kind !== 'body') throw new Error(`No body: ${result.kind}`);
	return result.text;
}

const bodyFor = (kind: CreatableKind, more: Partial<CreateParameters> = {}): unknown =>
	JSON.parse(textFor(kind, more));

const COMMON = {
	model: 'kling-v3-omni',
	prompt: 'The cat of <<<image_1>>> puts on the hat',
	mode: 'std',
	// as text: the gateway fails on a number
	duration: '5',
	aspect_ratio: '16:9',
	external_task_id: '0b1c',
};

test.each<[CreatableKind, object]>([
	['multiImageVideo', { ...COMMON, image_list: [{ image: 'https://a/1.png' }] }],
	['omniVideo', { ...COMMON, sound: 'off' }],
	['textToVideo', { ...COMMON, sound: 'off' }],
	['imageToVideo', { ...COMMON, sound: 'off', image: 'https://a/first.png' }],
])('the least of %s, in which nothing is left to be filled in', (kind, body) => {
	expect(bodyFor(kind)).toEqual(body);
});

test.each<[CreatableKind, Partial<CreateParameters>, object]>([
	[
		'multiImageVideo',
		{
			images: ['1', '2', '3', '4'].map((name) => image(`https://a/${name}.png`)),
			mode: 'pro',
			durationSeconds: 10,
			aspectRatio: '9:16',
			negativePrompt: 'rain',
			callbackUrl: 'https://n8n.example/hook',
		},
		{
			...COMMON,
			mode: 'pro',
			duration: '10',
			aspect_ratio: '9:16',
			negative_prompt: 'rain',
			callback_url: 'https://n8n.example/hook',
			image_list: ['1', '2', '3', '4'].map((name) => ({ image: `https://a/${name}.png` })),
		},
	],
	[
		'omniVideo',
		{ images: [LAST, image('https://a/1.png'), FIRST], sound: true, cfgScale: 0, mode: '4k' },
		{
			...COMMON,
			mode: '4k',
			sound: 'on',
			cfg_scale: 0,
			// the prompt counts reference images: they come first
			image_list: [
				{ image_url: 'https://a/1.png' },
				{ image_url: 'https://a/first.png', type: 'first_frame' },
				{ image_url: 'https://a/last.png', type: 'end_frame' },
			],
		},
	],
	[
		'imageToVideo',
		{ images: [LAST, FIRST], cfgScale: 0.5 },
		{
			...COMMON,
			sound: 'off',
			cfg_scale: 0.5,
			image: 'https://a/first.png',
			image_tail: 'https://a/last.png',
		},
	],
	[
		'textToVideo',
		{ cameraControl: '{"type":"simple","config":{"zoom":5}}' },
		{ ...COMMON, sound: 'off', camera_control: { type: 'simple', config: { zoom: 5 } } },
	],
])('%s with all that it knows', (kind, more, body) => {
	expect(bodyFor(kind, more)).toEqual(body);
});

describe('additional fields', () => {
	test('win over a field of the same name, which stands in the body once', () => {
		const additionalFields = members('{"duration":"15","multi_shot":true}');
		const text = textFor('omniVideo', { additionalFields });
		expect(JSON.parse(text)).toMatchObject({ duration: '15', multi_shot: true });
		expect(text.match(/"duration"/g)).toHaveLength(1);
	});

	test('keep every digit', () => {
		const additionalFields = members('{"element_list":[{"element_id":829836802793406551}]}');
		expect(textFor('omniVideo', { additionalFields })).toContain(
			'"element_list":[{"element_id":829836802793406551}]',
		);
	});

	test('a reference video gets all three keys', () => {
		const videos = (list: string) =>
			bodyFor('omniVideo', { additionalFields: members(`{"video_list":${list}}`) });
		expect(videos('[{"video_url":"https://a/1.mp4"}]')).toMatchObject({
			video_list: [
				{ video_url: 'https://a/1.mp4', refer_type: 'base', keep_original_sound: 'yes' },
			],
		});
		const complete = {
			video_url: 'https://a/1.mp4',
			refer_type: 'feature',
			keep_original_sound: 'no',
		};
		expect(videos(JSON.stringify([complete]))).toMatchObject({ video_list: [complete] });
		for (const key of ['refer_type', 'keep_original_sound'] as const) {
			const incomplete: Partial<typeof complete> = { ...complete };
			delete incomplete[key];
			expect(videos(JSON.stringify([complete, incomplete]))).toMatchObject({
				video_list: [complete, { ...incomplete, [key]: key === 'refer_type' ? 'base' : 'yes' }],
			});
		}
		// as it was written: the numbers in it keep their digits
		const text = '[{"refer_type":"base","keep_original_sound":"no","id":842250903629086785}]';
		expect(textFor('omniVideo', { additionalFields: members(`{"video_list":${text}}`) })).toContain(
			text,
		);
		expect(videos('[7]')).toMatchObject({ video_list: [7] });
		expect(videos('"none"')).toMatchObject({ video_list: 'none' });
	});

	test('the prompts of several shots are enough for Omni', () => {
		const additionalFields = members('{"multi_prompt":[{"index":1,"prompt":"a","duration":"5"}]}');
		expect(bodyFor('omniVideo', { prompt: '', additionalFields })).not.toHaveProperty('prompt');
		expect(create('textToVideo', { prompt: '', additionalFields })).toEqual({ kind: 'noPrompt' });
	});
});

const images = (count: number) => Array.from({ length: count }, () => image('https://a/1.png'));

describe('what could not go well is told before anything is sent', () => {
	test.each(
		KINDS.flatMap((kind) => [
			[kind, { model: '' }, { kind: 'noModel' }],
			[kind, { prompt: '' }, { kind: 'noPrompt' }],
			[
				kind,
				{ prompt: 'é'.repeat(2501) },
				{ kind: 'promptTooLong', field: 'prompt', characters: 2501 },
			],
			[
				kind,
				{ negativePrompt: '🎬'.repeat(2501) },
				{ kind: 'promptTooLong', field: 'negativePrompt', characters: 2501 },
			],
			...[0, 61, 5.5, Number.NaN, -5].map((durationSeconds) => [
				kind,
				{ durationSeconds },
				{ kind: 'unusableDuration' },
			]),
			[kind, { cfgScale: 1.1 }, { kind: 'unusableCfgScale' }],
			[kind, { cfgScale: -0.1 }, { kind: 'unusableCfgScale' }],
			[kind, { cameraControl: '[]' }, { kind: 'unusableCameraControl' }],
		]) as Array<[CreatableKind, Partial<CreateParameters>, CreateFault]>,
	)('%s with %j', (kind, more, fault) => {
		expect(create(kind, more)).toEqual(fault);
	});

	test.each<[CreatableKind, InputImage[], CreateFault]>([
		['multiImageVideo', [], { kind: 'noImages' }],
		['multiImageVideo', images(5), { kind: 'tooManyImages', images: 5, maxImages: 4 }],
		['omniVideo', images(8), { kind: 'tooManyImages', images: 8, maxImages: 7 }],
		['imageToVideo', [], { kind: 'noImages' }],
		['imageToVideo', [LAST], { kind: 'noFirstFrame' }],
		['imageToVideo', [FIRST, FIRST], { kind: 'tooManyFrames', role: 'firstFrame' }],
		['imageToVideo', [FIRST, LAST, LAST], { kind: 'tooManyImages', images: 3, maxImages: 2 }],
		['omniVideo', [LAST], { kind: 'noFirstFrame' }],
		['omniVideo', [image('https://a/1.png'), LAST], { kind: 'noFirstFrame' }],
		['omniVideo', [FIRST, LAST, LAST], { kind: 'tooManyFrames', role: 'lastFrame' }],
	])('%s with the images %j', (kind, list, fault) => {
		expect(create(kind, { images: list })).toEqual(fault);
	});

	test('a reference video leaves room for four images', () => {
		const additionalFields = members('{"video_list":[]}');
		expect(create('omniVideo', { images: images(4), additionalFields })).toMatchObject({
			kind: 'body',
		});
		expect(create('omniVideo', { images: images(5), additionalFields })).toEqual({
			kind: 'tooManyImages',
			images: 5,
			maxImages: 4,
		});
	});
});

test.each(KINDS)('%s takes the longest prompt and the limits of duration and scale', (kind) => {
	for (const more of [
		{ prompt: '🎬'.repeat(2500) },
		{ durationSeconds: 1 },
		{ durationSeconds: 60 },
		{ cfgScale: 0 },
		{ cfgScale: 1 },
	]) {
		expect(create(kind, more)).toMatchObject({ kind: 'body' });
	}
});
