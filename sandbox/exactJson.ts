/** What JSON can say. An integer that no JavaScript number holds is a bigint, with all its digits. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject;

export interface JsonObject {
	[key: string]: Json;
}

/** A text or a number of JSON. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/** Stands before the digits of a large integer while JavaScript sees them as text. */
const MARK = '\ue000';
const MARKED = new RegExp(`^${MARK}(-?\\d+)$`);
const MARKED_TEXT = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

/** @throws SyntaxError as `JSON.parse` does, with positions in the text as it is */
export function parseExact(text: string): Json {
	const plain: Json = JSON.parse(text);
	const marked = text.replaceAll(TOKEN, (token) => (isLarge(token) ? `"${MARK}${token}"` : token));
	if (marked === text) return plain;
	return JSON.parse(marked, (_key, value: unknown) => {
		const digits = typeof value === 'string' ? MARKED.exec(value)?.[1] : undefined;
		return digits === undefined ? value : BigInt(digits);
	});
}

/** @param value may hold bigints anywhere */
export function stringifyExact(value: unknown): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === 'bigint' ? `${MARK}${inner}` : inner,
	).replaceAll(MARKED_TEXT, '$1');
}

function isLarge(token: string): boolean {
	return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
