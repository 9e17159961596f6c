import type { IDataObject } from 'n8n-workflow';
import { isJsonObject } from '../../nodes/KlingVideo/reading/readJson';
import { readStoredWait, STORED_WAIT_VERSION } from '../../nodes/KlingVideo/suspend/storedWait';
import version1 from '../fixtures/storedWaits/v1.json';
import version2 from '../fixtures/storedWaits/v2.json';
import version3 from '../fixtures/storedWaits/v3.json';
import version4 from '../fixtures/storedWaits/v4.json';
import version5 from '../fixtures/storedWaits/v5.json';

// Waits as each version of this package has written them. What is in the database of somebody's n8n
// stays as it is: these files are never changed, only added to.

const WRITTEN_BY_1: Record<string, unknown> = version1;
const WRITTEN_BY_2: Record<string, unknown> = version2;
const WRITTEN_BY_3: Record<string, unknown> = version3;
const WRITTEN_BY_4: Record<string, unknown> = version4;
const WRITTEN_BY_5: Record<string, unknown> = version5;
const NAMES = Object.keys(WRITTEN_BY_5);
const OLD_NAMES = Object.keys(WRITTEN_BY_2);
const NAMES_OF_3 = Object.keys(WRITTEN_BY_3);
const NAMES_OF_4 = Object.keys(WRITTEN_BY_4);

test('there are examples of the version that is written now', () => {
	for (const wait of Object.values(WRITTEN_BY_5)) {
		expect(wait).toMatchObject({ version: STORED_WAIT_VERSION });
	}
	expect(Object.keys(WRITTEN_BY_1)).toEqual(OLD_NAMES);
	expect(NAMES_OF_3).toEqual(expect.arrayContaining(OLD_NAMES));
	expect(NAMES_OF_4).toEqual(expect.arrayContaining(NAMES_OF_3));
	expect(NAMES).toEqual(expect.arrayContaining(NAMES_OF_4));
});

test.each(NAMES)('%s: version 5 is read as it is', (name) => {
	expect(readStoredWait(WRITTEN_BY_5[name])).toStrictEqual(WRITTEN_BY_5[name]);
});

test.each(NAMES_OF_4)('%s: version 4 is read as the same wait', (name) => {
	expect(readStoredWait(WRITTEN_BY_4[name])).toStrictEqual(WRITTEN_BY_5[name]);
});

test.each(NAMES_OF_3)('%s: version 3 is read as the same wait', (name) => {
	expect(readStoredWait(WRITTEN_BY_3[name])).toStrictEqual(WRITTEN_BY_5[name]);
});

test.each(OLD_NAMES)('%s: versions 1 and 2 are read as the same wait', (name) => {
	expect(readStoredWait(WRITTEN_BY_2[name])).toStrictEqual(WRITTEN_BY_5[name]);
	expect(readStoredWait(WRITTEN_BY_1[name])).toStrictEqual(WRITTEN_BY_5[name]);
});

/** The path of every field, those of objects in lists included. */
function pathsIn(value: unknown, path: string[] = []): string[][] {
	const entries = Array.isArray(value)
		? [...value.entries()].map(([index, entry]) => [String(index), entry] as const)
		: isJsonObject(value)
			? Object.entries(value)
			: [];
	return entries.flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

function change(wait: unknown, path: string[], edit: (parent: IDataObject, key: string) => void) {
	const copy: unknown = structuredClone(wait);
	let parent: unknown = copy;
	for (const key of path.slice(0, -1)) parent = Object(parent)[key];
	edit(Object(parent), path.at(-1) ?? '');
	return copy;
}

describe.each(NAMES)('%s: a field that is not as it was written is not read', (name) => {
	const wait = WRITTEN_BY_5[name];

	test.each(pathsIn(wait).map((path) => [path.join('.'), path] as const))('%s', (_text, path) => {
		const retyped = change(wait, path, (parent, key) => {
			parent[key] = [{ not: 'what it was' }];
		});
		expect(readStoredWait(retyped)).toBeNull();
		// a list that is shorter is a list
		if (/^\d+$/.test(path.at(-1) ?? '')) return;
		const missing = change(wait, path, (parent, key) => delete parent[key]);
		expect(readStoredWait(missing)).toBeNull();
	});
});

test.each([
	['a problem of an unknown kind', { kind: 'problem', problem: { kind: 'x' }, lastReply: null }],
	['no problem', { kind: 'problem', problem: null, lastReply: null }],
	['an outcome of an unknown kind', { kind: 'stopped' }],
	["a name of JavaScript's", { kind: 'problem', problem: { kind: 'toString' }, lastReply: null }],
])('%s is not read', (_what, outcome) => {
	expect(readStoredWait({ ...Object(WRITTEN_BY_5.running), outcome })).toBeNull();
});

test('a field that a later version has added does not matter', () => {
	const wait = { ...Object(WRITTEN_BY_5.running), added: 1 };
	expect(readStoredWait(wait)).toEqual(wait);
});
