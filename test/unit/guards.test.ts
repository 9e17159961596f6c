import {
	isAnyOf,
	isBoolean,
	isListOf,
	isNullOr,
	isNumber,
	isObjectWith,
	isOneOf,
	isText,
	type Guard,
} from '../../nodes/KlingVideo/reading/guards';

const isPoint = isObjectWith({ x: isNumber, name: isNullOr(isText) });

test.each<[string, Guard<unknown>, unknown[], unknown[]]>([
	['a text', isText, ['', 'a'], [null, undefined, 1, {}, ['a']]],
	['a number', isNumber, [0, -1.5], [null, Number.NaN, Number.POSITIVE_INFINITY, '1', true]],
	['a boolean', isBoolean, [true, false], [null, 0, 'true']],
	['null or a text', isNullOr(isText), [null, 'a'], [undefined, 1]],
	['one of some values', isOneOf('a', 2), ['a', 2], ['b', '2', null]],
	['a list', isListOf(isNumber), [[], [1, 2]], [null, {}, 1, [1, 'a'], ['a', 1]]],
	[
		'an object',
		isPoint,
		[
			{ x: 1, name: null },
			{ x: 1, name: 'a', later: true },
		],
		[null, 'x', [], {}, { x: 1 }, { name: 'a' }, { x: '1', name: 'a' }, { x: 1, name: 2 }],
	],
	['any of two', isAnyOf(isText, isNumber), ['a', 1], [null, true, {}]],
	['any of none', isAnyOf(), [], ['a', null]],
])('the guard of %s', (_what, guard, accepted, refused) => {
	expect(accepted.filter((value) => !guard(value))).toEqual([]);
	expect(refused.filter((value) => guard(value))).toEqual([]);
});
