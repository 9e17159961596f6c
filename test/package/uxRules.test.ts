import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { titleCase } from 'title-case';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { KlingVideoTrigger } from '../../nodes/KlingVideoTrigger/KlingVideoTrigger.node';

// n8n's rules for what the editor shows, for everything that the description has: what is made from
// a table, n8n's linter does not see.

type Named = INodeProperties | INodePropertyOptions | INodePropertyCollection;

const isProperty = (entry: Named): entry is INodeProperties => 'type' in entry;
const isOption = (entry: Named): entry is INodePropertyOptions => 'value' in entry;

/** Properties of one name differ in this. */
function shownFor({ displayOptions }: INodeProperties): string {
	return Object.values(displayOptions?.show ?? {})
		.map((values) => ` of ${values?.join()}`)
		.join('');
}

/** Every property, option and operation, with the way to it. */
function entriesIn(list: Named[], path: string): Array<[string, Named]> {
	return list.flatMap((entry) => {
		const resource = !path.includes(' › ') && isProperty(entry) ? shownFor(entry) : '';
		const here = `${path} › ${isOption(entry) ? String(entry.value) : entry.name}${resource}`;
		const inner = [
			...('options' in entry && entry.options ? entry.options : []),
			...('values' in entry ? entry.values : []),
		];
		return [[here, entry], ...entriesIn(inner, here)];
	});
}

const ENTRIES = [
	...entriesIn(new KlingVideo().description.properties, 'node'),
	...entriesIn(new KlingVideoTrigger().description.properties, 'trigger'),
	...entriesIn(new EzModelApi().properties, 'credential'),
];
const PROPERTIES = ENTRIES.filter((entry): entry is [string, INodeProperties] =>
	isProperty(entry[1]),
);
const OPERATIONS = PROPERTIES.filter(([, { name }]) => name === 'operation').flatMap(
	([path, { options = [] }]) => entriesIn(options, path),
);

const nameOf = (entry: Named) => ('displayName' in entry ? entry.displayName : entry.name);
const descriptionOf = (entry: Named) => ('description' in entry ? entry.description : undefined);

/** How much of a description the editor's list of operations shows. */
const MAX_SHOWN_IN_LIST = 110;

/** n8n cuts longer names in the panel. */
const MAX_NAME = 40;

test('there is something to look at', () => {
	expect(PROPERTIES.length).toBeGreaterThan(10);
	expect(OPERATIONS.length).toBeGreaterThanOrEqual(3);
});

describe.each(ENTRIES)('%s', (_path, entry) => {
	test('its name is in Title Case, and short enough to be seen', () => {
		expect(nameOf(entry)).toBe(titleCase(nameOf(entry)));
		expect(nameOf(entry).length).toBeLessThanOrEqual(MAX_NAME);
	});

	test('its description is one sentence without a full stop, or several with one', () => {
		const description = descriptionOf(entry);
		if (description === undefined) return;
		expect(description.trim()).toBe(description);
		expect(description).toMatch(/^[A-Z0-9]/);
		const hasSeveral = /[.!?:] [A-Z0-9]/.test(description);
		expect(/\.$/.test(description)).toBe(hasSeveral);
	});
});

describe.each(PROPERTIES)('%s', (_path, property) => {
	test('a boolean says "Whether …"', () => {
		if (property.type === 'boolean') expect(property.description).toMatch(/^Whether /);
	});

	test('it says what it is for, unless its name does', () => {
		const speaksForItself = ['resource', 'operation', 'options', 'suspendPart'];
		if (!speaksForItself.includes(property.name)) expect(property.description).toBeTruthy();
	});

	test('a placeholder is an example', () => {
		const { placeholder, type } = property;
		if (placeholder === undefined) return;
		const isList = type === 'collection' || type === 'fixedCollection';
		expect(placeholder).toMatch(isList ? /^Add / : /^e\.g\. /);
	});

	test('a hint is only where n8n shows one: not beside an expression', () => {
		const isExpression = String(property.default).startsWith('=');
		if (isExpression) expect(property.hint).toBeUndefined();
	});

	test('a list of five and more is in alphabetical order', () => {
		const names = (property.options ?? []).map(nameOf);
		if (names.length >= 5) expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	});

	test('it has a default, which is one of its options', () => {
		expect(property).toHaveProperty('default');
		if (property.type !== 'options') return;
		expect(property.options?.map((option) => isOption(option) && option.value)).toContain(
			property.default,
		);
	});
});

describe.each(OPERATIONS)('%s', (_path, operation) => {
	test('its action is a sentence without a full stop', () => {
		expect(operation).toHaveProperty('action', expect.stringMatching(/^[A-Z][^A-Z.]*[^.]$/));
	});

	test('its description is short enough to be seen whole', () => {
		expect(descriptionOf(operation)?.length).toBeLessThanOrEqual(MAX_SHOWN_IN_LIST);
	});
});
