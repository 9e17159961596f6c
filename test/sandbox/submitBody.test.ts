import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parseExact, stringifyExact } from '../../sandbox/exactJson';
import { ShortJson, shortened } from '../../sandbox/submitBody';

/** @param size of the pieces, in bytes */
function shortenedJson(text: string, size: number): string {
	const json = new ShortJson();
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += size) json.add(bytes.subarray(at, at + size));
	return json.end();
}

test('a long text is its length and its hash, however it comes', () => {
	const image = 'iVBORw0KGgo'.repeat(10_000);
	const short = `110000 bytes, sha256 ${createHash('sha256').update(image).digest('hex')}`;
	for (const size of [7, 1000, 65_536, 1_000_000]) {
		expect(JSON.parse(shortenedJson(JSON.stringify({ a: image, b: ['c'] }), size))).toEqual({
			a: short,
			b: ['c'],
		});
	}
	expect(shortened(image)).toBe(short);
});

test('a text of 20,000 bytes is kept, one more is not', () => {
	const longest = 'x'.repeat(20_000);
	for (const text of [longest, `${longest}x`, 'ü'.repeat(10_000), `${'ü'.repeat(10_000)}x`]) {
		expect(JSON.parse(shortenedJson(JSON.stringify(text), 999))).toBe(shortened(text));
	}
	expect(shortened(longest)).toBe(longest);
});

test('any other JSON is left as it is, wherever it is torn', () => {
	fc.assert(
		fc.property(
			fc.jsonValue(),
			fc.integer({ min: 1, max: 9 }),
			fc.integer({ min: 0, max: 4 }),
			(value, size, indent) => {
				const text = JSON.stringify(value, null, indent);
				expect(shortenedJson(text, size)).toBe(text);
			},
		),
	);
});

test.each(['{"a":"b', '{"a":"b\\', '{"a"', ''])('JSON that is broken off stays so: %s', (text) => {
	expect(shortenedJson(text, 2)).toBe(text);
});

test('a backslash before the quote does not end a text, two of them do', () => {
	for (const beginning of ['"', '\\', '\\"', '\\\\', '"\\', 'a\\"b\\\\"']) {
		const value = beginning + 'x'.repeat(25_000);
		const asItStands = JSON.stringify(value).slice(1, -1);
		for (const size of [1, 2, 3, 50_000]) {
			expect(JSON.parse(shortenedJson(JSON.stringify([value, 'next']), size))).toEqual([
				shortened(asItStands),
				'next',
			]);
		}
	}
});

describe('integers that no number holds', () => {
	const text =
		'{"id":850137463219999999,"list":[-9007199254740993,1.5,3],"no":"850137463219999999"}';

	test('keep their digits, there and back', () => {
		const value = parseExact(text);
		expect(value).toEqual({
			id: 850137463219999999n,
			list: [-9007199254740993n, 1.5, 3],
			no: '850137463219999999',
		});
		expect(stringifyExact(value)).toBe(text);
	});

	test('and nothing else is changed', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				const json = JSON.stringify(value);
				expect(stringifyExact(parseExact(json))).toBe(json);
			}),
		);
	});
});
