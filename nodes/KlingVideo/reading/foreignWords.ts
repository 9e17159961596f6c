/** A line is enough to know what somebody else's words mean. */
const MAX_WORDS_LENGTH = 300;

/** Characters that show nothing, turn the direction of the text, or are half of one. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Surrogate}]/gu;

/** Line breaks, tabs and other control characters count as blanks, too. */
const BLANKS = /[\s\p{Cc}]+/gu;

/**
 * Makes words that somebody else wrote fit for messages, for n8n's log and for its database: one line
 * of at most 300 characters, with nothing in it that forges a line, hides a part or is markup.
 *
 * For every text that comes from outside, once, where it is read. Cleaned words stay as they are.
 */
export function cleanWords(text: string): string {
	const line = text
		.replace(INVISIBLE, '')
		.replace(BLANKS, ' ')
		.trim()
		.replaceAll('<', '‹')
		.replaceAll('>', '›');
	if (line.length <= MAX_WORDS_LENGTH) return line;
	// a cut may leave half a character at the end
	return `${line.slice(0, MAX_WORDS_LENGTH - 1).replace(INVISIBLE, '')}…`;
}

/** @returns the cleaned words; null for anything that is not text, or has no words in it */
export function readWords(value: unknown): string | null {
	const words = typeof value === 'string' ? cleanWords(value) : '';
	return words === '' ? null : words;
}
