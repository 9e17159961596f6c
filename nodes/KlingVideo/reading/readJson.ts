import type { IDataObject } from 'n8n-workflow';

// JSON from outside is `unknown` until one of these has read it.

/** A longer text is no number, whatever it holds. */
const MAX_NUMBER_LENGTH = 40;

/** The ids of gateways have 18 to 37 characters. */
export const MAX_ID_LENGTH = 200;

export function isJsonObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the object in the text; null for any other value, and for text that is no JSON */
export function parseJsonObject(text: string): IDataObject | null {
	try {
		const value: unknown = JSON.parse(text);
		return isJsonObject(value) ? value : null;
	} catch {
		return null;
	}
}

/** @returns the trimmed text; null for anything that is not text, or is blank */
export function readText(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const text = value.trim();
	return text === '' ? null : text;
}

/** @returns a finite number, also one written as text ("5.1", "30%"); null for anything else */
export function readNumber(value: unknown): number | null {
	const text = typeof value === 'number' ? String(value) : readText(value);
	if (text === null || text.length > MAX_NUMBER_LENGTH) return null;
	const digits = text.endsWith('%') ? readText(text.slice(0, -1)) : text;
	const number = digits === null ? Number.NaN : Number(digits);
	return Number.isFinite(number) ? number : null;
}

/**
 * An id as text. Kling's ids are 18-digit decimals: one that arrives as a JSON number above 2^53
 * has lost its last digits, and no id is better than a wrong one.
 */
export function readId(value: unknown): string | null {
	if (Number.isSafeInteger(value) || typeof value === 'bigint') return String(value);
	const text = readText(value);
	return text === null || text.length > MAX_ID_LENGTH ? null : text;
}
