import type { JsonObject } from '../../sandbox/exactJson';
import { SubmitRefusal } from '../../sandbox/submitRefusal';
import { checkSubmit, readSubmit } from '../../sandbox/submitRules';
import { submission } from '../support/submits';

// What the gateway makes of a submit, by its source and by what was run.

const check = (kindPath: string, sent: JsonObject, isRestricted = false) =>
	checkSubmit(kindPath, sent, isRestricted);
const klingBodyOf = (kindPath: string, sent: JsonObject) => check(kindPath, sent).klingBody;

function refusalOf(act: () => unknown): { status: number; body: object } {
	try {
		act();
	} catch (error) {
		return error instanceof SubmitRefusal
			? { status: error.status, body: error.body }
			: { status: 0, body: { error } };
	}
	throw new Error('It was accepted');
}

const noPrice = (message: string) => ({
	status: 500,
	body: { code: 'get_price_scale_failed', message, data: null },
});
const notBuilt = (message: string) => ({
	status: 500,
	body: { code: 'build_request_failed', message, data: null },
});
const PANIC = {
	status: 500,
	body: { error: { message: expect.stringContaining('nil pointer'), type: 'new_api_panic' } },
};

const TEXT = { model: 'kling-v3', prompt: 'a cat' };
const OMNI = { model: 'kling-v3-omni', prompt: 'a cat' };
const O1 = { model: 'kling-video-o1', prompt: 'a cat' };
const MULTI = { model: 'kling-v1-6', prompt: 'a cat', image_list: [{ image: 'a' }] };

describe('what reaches Kling', () => {
	test.each<[string, JsonObject, JsonObject]>([
		[
			'text2video',
			TEXT,
			{
				model_name: 'kling-v3',
				model: 'kling-v3',
				prompt: 'a cat',
				duration: '5',
				aspect_ratio: '1:1',
				cfg_scale: 0.5,
				sound: 'off',
			},
		],
		[
			'omni-video',
			{ ...OMNI, image_list: [{ image_url: 'b', type: 'first_frame', image: 'c' }] },
			{
				model_name: 'kling-v3-omni',
				model: 'kling-v3-omni',
				prompt: 'a cat',
				duration: '5',
				aspect_ratio: '1:1',
				cfg_scale: 0.5,
				sound: 'off',
				image_list: [{ image_url: 'b', type: 'first_frame' }],
			},
		],
		[
			'multi-image2video',
			{ ...MULTI, cfg_scale: 0.7, watermark_info: { enabled: true } },
			{
				model_name: 'kling-v1-6',
				image_list: [{ image: 'a' }],
				prompt: 'a cat',
				mode: 'std',
				duration: '5',
				aspect_ratio: '1:1',
			},
		],
		[
			'motion-control',
			submission('a cat', 'motion-control'),
			{
				prompt: 'a cat',
				image_url: 'https://example.com/a.png',
				video_url: 'https://example.com/a.mp4',
				keep_original_sound: 'yes',
				character_orientation: 'image',
				mode: 'std',
			},
		],
		[
			'advanced-lip-sync',
			submission('', 'advanced-lip-sync'),
			{
				session_id: 's',
				face_choose: [
					{
						face_id: '0',
						audio_id: 'a',
						sound_start_time: 0,
						sound_end_time: 5000,
						sound_insert_time: 0,
					},
				],
			},
		],
		[
			'video-extend',
			{ ...submission('', 'video-extend'), external_task_id: 'mine' },
			{ video_id: '842250903708762200', cfg_scale: 0.5 },
		],
		[
			'multi-elements',
			submission('no hat', 'multi-elements'),
			{
				model_name: 'kling-v1-6',
				session_id: 's',
				edit_mode: 'removal',
				prompt: 'no hat',
				mode: 'std',
				duration: '5',
			},
		],
		[
			'avatar/image2video',
			submission('', 'avatar/image2video'),
			{ image: 'https://example.com/a.png', audio_id: 'a', mode: 'std' },
		],
	])('of %s', (kindPath, sent, received) => {
		expect(check(kindPath, sent)).toMatchObject({ kindPath, klingBody: received });
		expect(klingBodyOf(kindPath, sent)).toEqual(received);
	});

	test('is all that a submit says, where the gateway knows the field', () => {
		const sent = {
			...TEXT,
			mode: 'pro',
			duration: '10',
			aspect_ratio: '9:16',
			callback_url: 'https://example.com/done',
			external_task_id: 'row-17',
			negative_prompt: 'dogs',
			image: 'a',
			image_tail: 'b',
			cfg_scale: 0.7,
			sound: 'on',
			camera_control: { type: 'simple', config: { zoom: 5 } },
			voice_list: [{ voice_id: '1' }],
			element_list: [{ element_id: 850137463219999999n }],
			multi_prompt: [{ prompt: 'c', duration: '5' }],
		};
		expect(klingBodyOf('image2video', sent)).toEqual({ ...sent, model_name: 'kling-v3' });
	});

	test('has no field that the gateway drops', () => {
		const dropped = {
			multi_shot: true,
			shot_type: 'customize',
			watermark_info: { enabled: true },
			size: '1280x720',
			future: 1,
		};
		expect(klingBodyOf('omni-video', { ...OMNI, ...dropped })).toEqual(
			klingBodyOf('omni-video', OMNI),
		);
		const shots = [{ index: 1, prompt: 'b', duration: '5' }];
		expect(klingBodyOf('omni-video', { ...OMNI, multi_prompt: shots })).toMatchObject({
			multi_prompt: [{ prompt: 'b', duration: '5' }],
		});
	});

	test.each<[string, Json0, unknown]>([
		['aspect_ratio', '', undefined],
		['aspect_ratio', null, '1:1'],
		['cfg_scale', 0, undefined],
		['sound', '', undefined],
	])('with %s %j is %j', (name, value, received) => {
		expect(klingBodyOf('text2video', { ...TEXT, [name]: value })[name]).toBe(received);
	});

	test('a reference video has all three keys', () => {
		const video = klingBodyOf('omni-video', { ...OMNI, video_list: [{ video_url: 'v' }] });
		expect(video.video_list).toEqual([{ video_url: 'v', refer_type: '', keep_original_sound: '' }]);
	});

	test('a model_name wins over the model', () => {
		expect(check('text2video', { ...TEXT, model_name: 'kling-v2-6' })).toMatchObject({
			model: 'kling-v2-6',
			klingBody: { model_name: 'kling-v2-6', model: 'kling-v3' },
		});
	});

	test('the first shot stands in for a prompt that Omni does not have', () => {
		const sent = { model: 'kling-v3-omni', multi_prompt: [{ prompt: 'one', duration: '3' }] };
		expect(klingBodyOf('omni-video', sent)).toMatchObject({ prompt: 'one' });
	});

	test.each<[string, JsonObject, string]>([
		['image2video', TEXT, 'text2video'],
		['image2video', { ...TEXT, image: '' }, 'text2video'],
		['image2video', { ...TEXT, image: 'a' }, 'image2video'],
		['text2video', { ...TEXT, image: 'a' }, 'image2video'],
		['omni-video', { ...OMNI, image: 'a' }, 'omni-video'],
	])('%s with %j is %s', (kindPath, sent, sentTo) => {
		expect(check(kindPath, sent).kindPath).toBe(sentTo);
	});
});

/** What a field may have in JSON, of those tried here. */
type Json0 = string | number | null;

describe('a price', () => {
	test.each<[string, JsonObject, number]>([
		['text2video', TEXT, 250_000],
		['text2video', { ...TEXT, duration: '' }, 250_000],
		['text2video', { ...TEXT, mode: 'pro', duration: '10' }, 666_667],
		['text2video', { ...TEXT, sound: 'on' }, 375_000],
		['text2video', { model: 'kling-v2-master', prompt: 'a' }, 250_000],
		['omni-video', { ...OMNI, duration: '15' }, 750_000],
		['omni-video', { ...OMNI, video_list: [{ refer_type: 'feature' }], duration: '3' }, 225_000],
		['omni-video', { ...OMNI, video_list: [{ refer_type: 'base' }] }, 750_000],
		['omni-video', { ...OMNI, multi_prompt: [{ prompt: 'b', duration: '7' }] }, 350_000],
		['omni-video', { ...O1, image_list: [{ type: 'first_frame' }], duration: '7' }, 350_000],
		['multi-image2video', { ...MULTI, mode: 'pro' }, 437_500],
		// it is told only by Kling that there is no such duration
		['multi-image2video', { ...MULTI, duration: '7' }, 250_000],
		['motion-control', submission('a', 'motion-control'), 500_000],
		['advanced-lip-sync', submission('', 'advanced-lip-sync'), 25_000],
		['video-extend', submission('', 'video-extend'), 100_000],
		['multi-elements', submission('a', 'multi-elements'), 250_000],
		['avatar/image2video', submission('', 'avatar/image2video'), 357_143],
	])('of %s %j is %d', (kindPath, sent, quota) => {
		expect(check(kindPath, sent).quota).toBe(quota);
	});

	test.each<[string, JsonObject, string]>([
		[
			'text2video',
			{ ...TEXT, duration: '3' },
			'legacy endpoint only supports duration 5 or 10, got: 3',
		],
		['text2video', { ...TEXT, mode: '4k' }, 'unsupported mode: 4k'],
		['text2video', { ...TEXT, mode: 'master' }, 'unsupported model for master mode: kling-v3'],
		['text2video', { ...TEXT, model: 'kling-tts' }, 'model kling-tts does not support std mode'],
		['text2video', { ...TEXT, model: 'sora-2' }, 'model sora-2 does not support std mode'],
		[
			'text2video',
			{ model: 'kling-v2-master', prompt: 'a', mode: 'pro' },
			'unsupported model for pro mode: kling-v2-master',
		],
		['multi-image2video', { ...MULTI, mode: '4k' }, 'unsupported mode: 4k'],
		// asked for before the images
		['multi-image2video', { ...MULTI, mode: '4k', image_list: [] }, 'unsupported mode: 4k'],
		['omni-video', { ...OMNI, duration: '' }, 'invalid duration format: '],
		['omni-video', { ...OMNI, duration: '5.5' }, 'duration must be an integer, got: 5.5'],
		[
			'omni-video',
			{ ...OMNI, duration: '16' },
			'kling-v3 supports duration 3-15 for this workflow, got: 16',
		],
		[
			'omni-video',
			{ ...OMNI, duration: '11', video_list: [{ refer_type: 'feature' }] },
			'kling-v3 supports duration 3-10 for this workflow, got: 11',
		],
		['omni-video', { ...O1, duration: '7' }, 'text2video only supports duration 5 or 10, got: 7'],
		[
			'omni-video',
			{ ...O1, duration: '7', image_list: [{ image_url: 'a' }] },
			'image2video only supports duration 5 or 10, got: 7',
		],
		[
			'omni-video',
			{ ...O1, duration: '11', image_list: [{ type: 'end_frame' }] },
			'first/end frame mode supports duration 3-10, got: 11',
		],
		[
			'omni-video',
			{ ...O1, video_list: [{ refer_type: 'base' }] },
			'video editing mode (refer_type=base) is only supported by kling-v3',
		],
		[
			'omni-video',
			{ ...OMNI, multi_prompt: [{ prompt: 'b', duration: '2' }] },
			'multi_prompt[0].duration must be at least 3, got: 2',
		],
	])('of %s %j there is not', (kindPath, sent, message) => {
		expect(refusalOf(() => check(kindPath, sent))).toEqual(noPrice(message));
	});
});

describe('the gateway panics at', () => {
	test.each<[string, string, JsonObject]>([
		['a duration that is a number', 'text2video', { ...TEXT, duration: 5 }],
		['the same with Omni', 'omni-video', { ...OMNI, duration: 5 }],
		['the same with a kind that has none', 'video-extend', { video_id: 'v', duration: 5 }],
		['images that are texts', 'omni-video', { ...OMNI, image_list: ['a'] }],
		['an image that is no text', 'image2video', { ...TEXT, image: { url: 'a' } }],
		['a list that is none', 'omni-video', { ...OMNI, image_list: { image_url: 'a' } }],
		[
			'an element whose id is a text',
			'omni-video',
			{ ...OMNI, element_list: [{ element_id: '1' }] },
		],
		['no images', 'multi-image2video', { ...MULTI, image_list: [] }],
		['five images', 'multi-image2video', { ...MULTI, image_list: Array(5).fill({ image: 'a' }) }],
		[
			'a swap without an image',
			'multi-elements',
			{ ...submission('a', 'multi-elements'), edit_mode: 'swap' },
		],
	])('%s', (_name, kindPath, sent) => {
		expect(refusalOf(() => check(kindPath, sent))).toEqual(PANIC);
	});
});

describe('what a kind lacks is told', () => {
	test.each<[string, JsonObject, string]>([
		['motion-control', { image_url: '' }, 'image_url is required for motion-control'],
		[
			'motion-control',
			{ character_orientation: 'up' },
			"character_orientation must be 'image' or 'video', got: up",
		],
		['motion-control', { mode: '4k' }, "mode must be 'std' or 'pro', got: 4k"],
		['advanced-lip-sync', { face_choose: [] }, 'face_choose is required for advanced-lip-sync'],
		[
			'advanced-lip-sync',
			{ face_choose: [{ face_id: '0' }] },
			'face_choose[0]: either audio_id or sound_file is required',
		],
		['video-extend', { video_id: '' }, 'video_id is required for video-extend'],
		['avatar/image2video', { image: '' }, 'image is required for avatar image2video'],
		[
			'avatar/image2video',
			{ sound_file: 's' },
			'audio_id and sound_file cannot be both provided for avatar image2video',
		],
	])('%s with %j: %s', (kindPath, change, message) => {
		const sent = { ...submission('a cat', kindPath), ...change };
		expect(refusalOf(() => check(kindPath, sent))).toEqual(notBuilt(message));
	});

	test.each(['text2video', 'image2video', 'motion-control', 'multi-image2video', 'multi-elements'])(
		'%s needs a prompt',
		(kindPath) => {
			expect(refusalOf(() => check(kindPath, submission('', kindPath)))).toMatchObject({
				status: 400,
				body: { message: 'prompt is required' },
			});
		},
	);

	test.each(['omni-video', 'advanced-lip-sync', 'video-extend', 'avatar/image2video'])(
		'%s does not',
		(kindPath) => {
			expect(check(kindPath, submission('', kindPath)).quota).toBeGreaterThan(0);
		},
	);

	test.each([
		['x', 'metadata.duration must be numeric'],
		['-1', 'metadata.duration must be >= 0'],
		[601, 'metadata.duration must be <= 600 seconds'],
	])('a duration of %j: %s', (duration, message) => {
		expect(refusalOf(() => check('text2video', { ...TEXT, duration }))).toEqual({
			status: 400,
			body: { code: 'invalid_request', message, data: null },
		});
	});
});

describe('models', () => {
	test('some kinds need none', () => {
		expect(check('avatar/image2video', submission('', 'avatar/image2video')).model).toBe(
			'kling-avatar',
		);
		expect(check('video-extend', submission('', 'video-extend')).model).toBe('kling-v1-6');
	});

	test('a restricted token has its own, and is told so before anything else', () => {
		expect(check('omni-video', OMNI, true).model).toBe('kling-v3-omni');
		for (const model of ['kling-v3', 'kling-v9', '']) {
			expect(refusalOf(() => check('text2video', { ...TEXT, model }, true))).toMatchObject({
				status: 403,
				body: { error: { message: `该令牌无权访问模型 ${model} (request id: sandbox)` } },
			});
		}
	});
});

test.each([
	['{"a":', 'unexpected end of JSON input'],
	['', 'unexpected end of JSON input'],
	['{"a":"b', 'unexpected end of JSON input'],
	['{"a":1', 'unexpected end of JSON input'],
	['hello', "invalid character 'h' looking for beginning of value"],
	['[1]', 'json: cannot unmarshal array into Go value of type middleware.ModelRequest'],
])('a body of %j is refused: %s', (text, reason) => {
	expect(refusalOf(() => readSubmit(text))).toMatchObject({
		status: 400,
		body: { error: { message: `Invalid request, 无效的请求, ${reason} (request id: sandbox)` } },
	});
});
