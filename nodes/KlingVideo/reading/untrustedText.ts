/** A line is enough to know what a text says. */
const MAX_TEXT_LENGTH = 300;

/** Characters that show nothing, turn the direction of the text, or are half of one. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Surrogate}]/gu;

/** Line breaks, tabs and other control characters count as blanks, too. */
const BLANKS = /[\s\p{Cc}]+/gu;

/**
 * Makes a text from outside safe for messages, for n8n's log and for its database: one line of at most
 * 300 characters, with nothing in it that forges a line, hides a part or is markup.
 *
 * For every such text, once, where it is read. A text that is sanitized already stays as it is.
 */
export function sanitizeText(text: string): string {
	const line = text
		.replace(INVISIBLE, '')
		.replace(BLANKS, ' ')
		.trim()
		.replaceAll('<', '‹')
		.replaceAll('>', '›');
	if (line.length <= MAX_TEXT_LENGTH) return line;
	// a cut may leave half a character at the end
	return `${line.slice(0, MAX_TEXT_LENGTH - 1).replace(INVISIBLE, '')}…`;
}

/** @returns the sanitized text; null for anything that is not text, or of which nothing is left */
export function readSanitizedText(value: unknown): string | null {
	const text = typeof value === 'string' ? sanitizeText(value) : '';
	return text === '' ? null : text;
}
