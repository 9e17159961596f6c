import fc from 'fast-check';
import { listModels } from '../../nodes/KlingVideo/create/models';
import { CREATABLE_KINDS } from '../../nodes/KlingVideo/submit/submitBody';
import { modelList } from '../../sandbox/models';

const replyWith = (...ids: unknown[]) => ({ data: ids.map((id) => ({ id })), object: 'list' });
const namesIn = (list: ReturnType<typeof listModels>) => list?.map(({ name }) => name);
const EVERYTHING = modelList(false);

const OTHERS_OF_OMNI = [
	'kling-v3',
	'kling-v2-master',
	'kling-v2-6',
	'kling-v2-5-turbo',
	'kling-v2-1 (retired by Kling)',
	'kling-v1-6 (retired by Kling)',
	'kling-v1-5 (retired by Kling)',
	'kling-v1',
];

test('the models of the kind come first, then the other models of Kling', () => {
	expect(namesIn(listModels(EVERYTHING, 'omniVideo', ''))).toEqual([
		'kling-v3-omni',
		'kling-video-o1',
		...OTHERS_OF_OMNI,
	]);
});

test.each([
	['multiImageVideo', ['kling-v1-6 (retired by Kling)', 'kling-video-o1']],
	['textToVideo', ['kling-v3', 'kling-v2-6', 'kling-v2-5-turbo', 'kling-v2-master', 'kling-v1']],
	['imageToVideo', ['kling-v3', 'kling-v2-6', 'kling-v2-5-turbo', 'kling-v2-master', 'kling-v1']],
] as const)('for %s the newest comes first', (kind, first) => {
	expect(namesIn(listModels(EVERYTHING, kind, ''))?.slice(0, first.length)).toEqual(first);
});

test('a retired model is marked in its name only', () => {
	const retired = ['kling-v1-5', 'kling-v1-6', 'kling-v2-1', 'kling-v2-1-master'];
	const list = listModels(replyWith(...retired, 'kling-v2-master'), 'imageToVideo', '');
	expect(list).toEqual([
		{ name: 'kling-v2-master', value: 'kling-v2-master' },
		...['kling-v2-1-master', 'kling-v2-1', 'kling-v1-6', 'kling-v1-5'].map((value) => ({
			name: `${value} (retired by Kling)`,
			value,
		})),
	]);
});

test('models of other makers and the names of calls without a model are left out', () => {
	const shown = listModels(EVERYTHING, null, '')?.map(({ value }) => value);
	for (const id of ['sora-2', 'gpt-5', 'kling-tts', 'kling-lip-sync', 'kling-video-extend']) {
		expect(shown).not.toContain(id);
	}
	expect(shown).toHaveLength(10);
});

test('a model that came after this package is there, the newest first', () => {
	const list = listModels(
		replyWith('kling-v9', 'kling-v10', 'kling-v3-omni', 'Kuaishou/Kling-V4'),
		'omniVideo',
		'',
	);
	expect(namesIn(list)).toEqual(['kling-v3-omni', 'Kuaishou/Kling-V4', 'kling-v10', 'kling-v9']);
});

test.each([
	['OMNI', ['kling-v3-omni']],
	[' retired ', OTHERS_OF_OMNI.filter((name) => name.includes('retired'))],
	['veo', []],
])('what was typed, %j, is looked for in any case', (filter, names) => {
	expect(namesIn(listModels(EVERYTHING, 'omniVideo', filter))).toEqual(names);
});

test('a model that is listed twice is shown once', () => {
	expect(namesIn(listModels(replyWith('kling-v3', 'kling-v3'), 'textToVideo', ''))).toEqual([
		'kling-v3',
	]);
});

test('entries that are no models are passed over, and a name shows nothing that hides', () => {
	const reply = { data: [null, 5, {}, { id: 7 }, { id: ' ' }, { id: 'kling-\u202ev8' }] };
	expect(listModels(reply, 'omniVideo', '')).toEqual([
		{ name: 'kling-v8', value: 'kling-\u202ev8' },
	]);
});

test.each([[null], ['text'], [[]], [{}], [{ data: {} }], [{ data: null }], [{ error: {} }]])(
	'%j is no list of models',
	(reply) => {
		expect(listModels(reply, 'omniVideo', '')).toBeNull();
	},
);

test('an empty list is a list', () => {
	expect(listModels({ data: [] }, 'omniVideo', '')).toEqual([]);
});

test('whatever comes, every model is one of the reply, once', () => {
	const kinds = fc.constantFrom(...CREATABLE_KINDS, null);
	const ids = fc.array(
		fc.oneof(
			fc.anything(),
			fc.string().map((text) => `kling${text}`),
		),
	);
	fc.assert(
		fc.property(ids, kinds, fc.string(), (given, kind, filter) => {
			const values = (listModels(replyWith(...given), kind, filter) ?? []).map(
				({ value }) => value,
			);
			expect(new Set(values).size).toBe(values.length);
			const known = given.filter((id) => typeof id === 'string').map((id) => id.trim());
			expect(known).toEqual(expect.arrayContaining(values));
		}),
	);
});
