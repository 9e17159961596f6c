import * as fc from 'fast-check';
import { sanitizeText, readSanitizedText } from '../../nodes/KlingVideo/reading/untrustedText';
import {
	describeConnectionError,
	readErrorMessage,
} from '../../nodes/KlingVideo/reading/readError';

const UNFIT =
	/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Default_Ignorable_Code_Point}<>]|\s\s|^\s|\s$/u;

test.each([
	['words', 'Image pixel is invalid', 'Image pixel is invalid'],
	['Chinese words', '触发平台的内容安全策略', '触发平台的内容安全策略'],
	['several lines', ' a\r\nb\u2028c\td  e ', 'a b c d e'],
	['markup', '<script>x</script>', '‹script›x‹/script›'],
	['colours of a terminal', '\u001b[31mred', '[31mred'],
	['words that turn the direction', 'a\u202egnp.exe\u2066b', 'agnp.exeb'],
	['characters without width', 'a\u200bb\u200dc\ufeffd\u2060e\u3164f', 'abcdef'],
	['half a character', 'a\ud83db', 'ab'],
	['nothing', ' \u200b\n', ''],
])('%s', (_what, text, cleaned) => {
	expect(sanitizeText(text)).toBe(cleaned);
});

test('a page of text is cut to 300 characters, and never in the middle of one', () => {
	expect(sanitizeText('a'.repeat(300))).toHaveLength(300);
	expect(sanitizeText('a'.repeat(301))).toBe(`${'a'.repeat(299)}…`);
	expect(sanitizeText(`${'a'.repeat(298)}🎬🎬`)).toBe(`${'a'.repeat(298)}…`);
});

test('whatever comes is one line, and clean words stay as they are', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (text) => {
			const cleaned = sanitizeText(text);
			expect(cleaned).not.toMatch(UNFIT);
			expect(cleaned.length).toBeLessThanOrEqual(300);
			expect(sanitizeText(cleaned)).toBe(cleaned);
		}),
		{ numRuns: 2000 },
	);
});

test.each([[7], [null], [{}], [''], ['\u200b']])('%j holds no words', (value) => {
	expect(readSanitizedText(value)).toBeNull();
});

test('what others throw is cleaned', () => {
	const error = new Error('a\n<b>');
	expect(readErrorMessage(error)).toBe('a ‹b›');
	expect(describeConnectionError(error, 'the host')).toBe('no connection: a ‹b›');
});
