import {
	isJsonObject,
	parseJsonObject,
	readId,
	readNumber,
	readText,
} from '../../nodes/KlingVideo/reading/readJson';

test('an object is a JSON object, and nothing else is', () => {
	expect([{}, { a: 1 }].filter(isJsonObject)).toHaveLength(2);
	expect([null, undefined, [], 'a', 1, true].filter(isJsonObject)).toEqual([]);
});

test.each([
	['{"a":1}', { a: 1 }],
	['[1]', null],
	['null', null],
	['7', null],
	['{', null],
	['', null],
])('the JSON object in %j is %j', (text, value) => {
	expect(parseJsonObject(text)).toEqual(value);
});

test.each<[unknown, string | null]>([
	[' a b ', 'a b'],
	[' \n', null],
	['', null],
	[7, null],
	[null, null],
])('the text in %j is %j', (value, text) => {
	expect(readText(value)).toBe(text);
});

describe('a number', () => {
	test.each<[unknown, number]>([
		[30, 30],
		['30%', 30],
		[' 30 % ', 30],
		['5.1', 5.1],
		[`${' '.repeat(1000)}7`, 7],
		['1'.repeat(40), Number('1'.repeat(40))],
	])('%j is one', (value, number) => {
		expect(readNumber(value)).toBe(number);
	});

	test.each<[unknown]>([
		['%'],
		['30%%'],
		['thirty'],
		[Number.NaN],
		['1'.repeat(41)],
		[`1${' '.repeat(1000)}1`],
		[`1${' '.repeat(1000)}%1`],
	])('%j is none', (value) => {
		expect(readNumber(value)).toBeNull();
	});
});

describe('an id', () => {
	test.each<[unknown, string | null]>([
		[' 842250903708762200 ', '842250903708762200'],
		[42, '42'],
		[842250903708762200n, '842250903708762200'],
		[2 ** 53, null],
		['1'.repeat(200), '1'.repeat(200)],
		['1'.repeat(201), null],
		[{}, null],
	])('%p is %p', (value, id) => {
		expect(readId(value)).toBe(id);
	});
});
