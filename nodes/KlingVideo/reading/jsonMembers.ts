import { parseJsonObject } from './readJson';

/** The members of a JSON object, by their names: each value as the text that it was written as. */
export type JsonMembers = ReadonlyMap<string, string>;

/**
 * Reads an object's members without reading their values: a number with more digits than JavaScript
 * keeps stays as it was written.
 *
 * @returns null for a text that is no JSON object
 */
export function readJsonMembers(text: string): JsonMembers | null {
	if (parseJsonObject(text) === null) return null;
	const members = new Map<string, string>();
	let depth = 0;
	let start = 0;
	let name: string | null = null;
	for (let index = 0; index < text.length; index++) {
		switch (text[index]) {
			case '"':
				index = findEndOfText(text, index);
				break;
			case '{':
			case '[':
				if (depth++ === 0) start = index + 1;
				break;
			case ':':
				if (depth > 1 || name !== null) break;
				name = String(JSON.parse(text.slice(start, index)));
				start = index + 1;
				break;
			case ',':
			case '}':
			case ']':
				if (text[index] !== ',') depth--;
				if (depth > (text[index] === ',' ? 1 : 0) || name === null) break;
				members.set(name, text.slice(start, index).trim());
				name = null;
				start = index + 1;
				break;
		}
	}
	return members;
}

export function writeJsonMembers(members: JsonMembers): string {
	const written = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
	return `{${written.join(',')}}`;
}

/** @returns the place of the quote that ends the text which begins with the one at `start` */
function findEndOfText(text: string, start: number): number {
	let index = start + 1;
	while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
	return index;
}
