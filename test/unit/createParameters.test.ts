import type { IDataObject } from 'n8n-workflow';
import {
	readRequestedVideo,
	readSubmitLimits,
	type RequestedVideo,
} from '../../nodes/KlingVideo/submit/createParameters';

function read(parameters: IDataObject = {}): RequestedVideo {
	const result = readRequestedVideo('reference', (name, fallback) => parameters[name] ?? fallback);
	if (result.kind !== 'video') throw new Error(result.kind);
	return result.video;
}

const A = 'https://a.example/1.png';
const B = 'https://b.example/2.png';

test('with nothing filled in, all has its default', () => {
	expect(read()).toEqual({
		model: '',
		prompt: '',
		negativePrompt: '',
		images: [],
		mode: 'std',
		durationSeconds: 5,
		aspectRatio: '16:9',
		sound: false,
		cfgScale: null,
		cameraControl: null,
		externalTaskId: null,
		callbackUrl: null,
		additionalFields: new Map(),
	});
});

test('with all filled in', () => {
	const video = read({
		model: { __rl: true, mode: 'list', value: 'kling-v3-omni' },
		prompt: ' The cat puts on the hat\n',
		mode: '4k',
		duration: 10,
		aspectRatio: '9:16',
		sound: true,
		options: {
			negativePrompt: 'rain',
			cfgScale: 0,
			cameraControl: '{"type":"simple"}',
			externalTaskId: 'mine',
			callbackUrl: 'https://n8n.example/hook',
			additionalFields: '{"element_list":[{"element_id":829836802793406551}]}',
		},
	});
	expect(video).toEqual({
		model: 'kling-v3-omni',
		prompt: 'The cat puts on the hat',
		negativePrompt: 'rain',
		images: [],
		mode: '4k',
		durationSeconds: 10,
		aspectRatio: '9:16',
		sound: true,
		cfgScale: 0,
		cameraControl: '{"type":"simple"}',
		externalTaskId: 'mine',
		callbackUrl: 'https://n8n.example/hook',
		additionalFields: new Map([['element_list', '[{"element_id":829836802793406551}]']]),
	});
});

test.each<[string, unknown, string]>([
	['by its name', 'kling-v3', 'kling-v3'],
	['from the list', { mode: 'list', value: ' kling-v3 ' }, 'kling-v3'],
	['none', { mode: 'list', value: '' }, ''],
	['something else', 7, ''],
])('the model %s', (_how, model, name) => {
	expect(read({ model } as IDataObject).model).toBe(name);
});

test.each<[unknown, number]>([
	[10, 10],
	['10', 10],
	[' 7.5 ', 7.5],
	['long', Number.NaN],
	[{}, Number.NaN],
])('a duration of %j is %j seconds', (duration, seconds) => {
	expect(read({ duration } as IDataObject).durationSeconds).toBe(seconds);
});

const readAll = (parameters: IDataObject) =>
	readRequestedVideo('firstFrame', (name, fallback) =>
		name in parameters ? parameters[name] : fallback,
	);

test.each<[IDataObject, object]>([
	[{ mode: 'master' }, { field: 'mode', values: 'std, pro, 4k', given: 'master' }],
	[{ mode: ['std'] }, { field: 'mode', values: 'std, pro, 4k', given: '["std"]' }],
	[{ aspectRatio: '4:3' }, { field: 'aspectRatio', values: '16:9, 9:16, 1:1', given: '4:3' }],
	[{ aspectRatio: undefined }, { field: 'aspectRatio', values: '16:9, 9:16, 1:1', given: '' }],
	[{ sound: 'yes' }, { field: 'sound', values: 'true, false', given: 'yes' }],
	[{ sound: '' }, { field: 'sound', values: 'true, false', given: '' }],
	[
		{ images: { image: [{ url: A, role: 'middle' }] } },
		{ field: 'role', values: 'reference, firstFrame, lastFrame', given: 'middle' },
	],
])('what no list of the editor has is told: %j', (parameters, choice) => {
	expect(readAll(parameters)).toEqual({ kind: 'unusableChoice', ...choice });
});

test.each([
	[true, true],
	['true', true],
	[' TRUE', true],
	['false', false],
])('a sound that is %j is %j', (sound, isOn) => {
	expect(read({ sound }).sound).toBe(isOn);
});

describe('images', () => {
	const imagesIn = (...image: IDataObject[]) => read({ images: { image } }).images;
	const given = (value: string, role = 'reference') => ({
		role,
		source: 'given',
		image: { kind: 'image', value },
	});
	const file = (field: string, role = 'reference') => ({ role, source: 'file', field });

	test('addresses, files and several of each, in their order', () => {
		expect(
			imagesIn(
				{ source: 'url', url: `${A}\n${B}` },
				{ source: 'binary', binaryField: 'cat, hat' },
				{ url: [A], role: 'firstFrame' },
				{ source: 'binary', binaryField: ['last'], role: 'lastFrame' },
			),
		).toEqual([
			given(A),
			given(B),
			file('cat'),
			file('hat'),
			given(A, 'firstFrame'),
			file('last', 'lastFrame'),
		]);
	});

	test('what cannot be one is kept, to be told', () => {
		expect(imagesIn({ url: 'cat.png' })).toEqual([
			{ role: 'reference', source: 'given', image: { kind: 'unusableImage', given: 'cat.png' } },
		]);
	});

	test.each([[{}], [{ image: 'x' }], [{ image: [null, 7] }], [null], ['x']])(
		'there are none in %j',
		(images) => {
			expect(read({ images } as IDataObject).images).toEqual([]);
		},
	);

	test('without a role, it is the default of the kind', () => {
		const parameters: IDataObject = { images: { image: [{ url: A }] } };
		expect(readAll(parameters)).toMatchObject({ video: { images: [{ role: 'firstFrame' }] } });
	});
});

describe('JSON that is filled in', () => {
	test('may be an object that an expression gives', () => {
		const options = { additionalFields: { a: [1] }, cameraControl: { type: 'simple' } };
		expect(read({ options })).toMatchObject({
			additionalFields: new Map([['a', '[1]']]),
			cameraControl: '{"type":"simple"}',
		});
	});

	test.each([['{'], ['[]'], ['null'], [[1]]])(
		'additional fields that are %j are told',
		(fields) => {
			const options = { additionalFields: fields };
			expect(
				readRequestedVideo('reference', (name, fallback) =>
					name === 'options' ? options : fallback,
				),
			).toEqual({ kind: 'unusableAdditionalFields' });
		},
	);

	test.each([[''], [' '], [undefined]])('%j is none', (additionalFields) => {
		expect(read({ options: { additionalFields } }).additionalFields).toEqual(new Map());
	});
});

test.each<[unknown, object]>([
	[{}, { maxTasksAtOnce: null, maxQueueMs: 3_600_000 }],
	[undefined, { maxTasksAtOnce: null, maxQueueMs: 3_600_000 }],
	[
		{ maxTasksAtOnce: 5, maxQueueMinutes: 0 },
		{ maxTasksAtOnce: 5, maxQueueMs: 0 },
	],
	[
		{ maxTasksAtOnce: 0, maxQueueMinutes: 9999 },
		{ maxTasksAtOnce: 1, maxQueueMs: 86_400_000 },
	],
	[
		{ maxTasksAtOnce: 2.9, maxQueueMinutes: -1 },
		{ maxTasksAtOnce: 2, maxQueueMs: 0 },
	],
	[{ maxTasksAtOnce: 'many' }, { maxTasksAtOnce: null }],
])('the limits of the line in %j', (options, limits) => {
	expect(readSubmitLimits(options)).toMatchObject(limits);
});
