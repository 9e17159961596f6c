import * as fc from 'fast-check';
import { readJsonMembers, writeJsonMembers } from '../../nodes/KlingVideo/reading/jsonMembers';

test.each<[string, Array<[string, string]>]>([
	['{}', []],
	[' { } ', []],
	['{"a":1}', [['a', '1']]],
	['{"element_id": 842250903629086785}', [['element_id', '842250903629086785']]],
	[
		'{ "a" : [1, {"b": 2}] , "c" : "x,y:}" }',
		[
			['a', '[1, {"b": 2}]'],
			['c', '"x,y:}"'],
		],
	],
	[
		'{"a":"\\"}","b\\u0041":null,"c":[[],{}]}',
		[
			['a', '"\\"}"'],
			['bA', 'null'],
			['c', '[[],{}]'],
		],
	],
	['{"a":1,"a":2}', [['a', '2']]],
	[
		'{"a":"\\\\","b":true}',
		[
			['a', '"\\\\"'],
			['b', 'true'],
		],
	],
])('%s has its members as they were written', (text, members) => {
	expect([...(readJsonMembers(text) ?? [])]).toEqual(members);
});

test.each([[''], ['null'], ['[]'], ['"a"'], ['{"a":}'], ['{a:1}'], ['{"a":1']])(
	'%j is no object',
	(text) => {
		expect(readJsonMembers(text)).toBeNull();
	},
);

test('whatever object it is, it is written as it was read', () => {
	fc.assert(
		fc.property(
			fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
			fc.constantFrom(undefined, 2, '\t'),
			(object, space) => {
				const members = readJsonMembers(JSON.stringify(object, null, space));
				const read: unknown = JSON.parse(writeJsonMembers(members ?? new Map()));
				expect(read).toEqual(JSON.parse(JSON.stringify(object)));
			},
		),
	);
});
