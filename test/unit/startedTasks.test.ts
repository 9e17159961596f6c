import type { IDataObject } from 'n8n-workflow';
import {
	MAX_STARTED_TASKS,
	STARTED_TASKS_VERSION,
	StartedTasks,
} from '../../nodes/KlingVideo/trigger/startedTasks';
import version1 from '../fixtures/startedTasks/v1.json';

// What each version of this package has written into n8n's static data. The files are never changed,
// only added to.

const WRITTEN_BY_1: Record<string, IDataObject> = version1;

function loaded(stored: IDataObject): StartedTasks {
	const tasks = new StartedTasks();
	tasks.load(structuredClone(stored));
	return tasks;
}

function stored(tasks: StartedTasks): IDataObject {
	const staticData: IDataObject = {};
	tasks.store(staticData);
	return staticData;
}

const idsIn = (staticData: IDataObject): unknown => Object(staticData.startedTasks).taskIds;

test('there are examples of the version that is written now', () => {
	for (const { startedTasks } of Object.values(WRITTEN_BY_1)) {
		expect(startedTasks).toMatchObject({ version: STARTED_TASKS_VERSION });
	}
});

test.each(Object.keys(WRITTEN_BY_1))('%s: version 1 is read, and written as it was', (name) => {
	const before = WRITTEN_BY_1[name] ?? {};
	expect(stored(loaded(before))).toStrictEqual(before);
});

test.each<[string, unknown]>([
	['nothing', undefined],
	['a text', 'x'],
	['a list', ['a']],
	['a later version', { version: 2, taskIds: ['a'] }],
	['no version', { taskIds: ['a'] }],
	['no ids', { version: 1 }],
	['ids that are no texts', { version: 1, taskIds: ['a', 7] }],
])('%s counts as no tasks', (_what, startedTasks) => {
	const tasks = loaded({ startedTasks } as IDataObject);
	expect(tasks.has('a')).toBe(false);
	expect(idsIn(stored(tasks))).toEqual([]);
});

test('what is stored and what the process knows are put together', () => {
	const tasks = new StartedTasks();
	tasks.add('b');
	tasks.load({ startedTasks: { version: 1, taskIds: ['a', 'b'] } });
	tasks.add('c');
	tasks.load({ startedTasks: { version: 1, taskIds: ['a'] } });
	expect(idsIn(stored(tasks))).toEqual(['a', 'b', 'c']);
});

test('the oldest are forgotten', () => {
	const tasks = new StartedTasks();
	for (let index = 0; index <= MAX_STARTED_TASKS; index++) tasks.add(String(index));
	expect(tasks.has('0')).toBe(false);
	expect(tasks.has('1')).toBe(true);
	expect(idsIn(stored(tasks))).toHaveLength(MAX_STARTED_TASKS);
});

test('it leaves alone what else is in the static data', () => {
	const staticData: IDataObject = { other: 1 };
	loaded({}).store(staticData);
	expect(staticData.other).toBe(1);
});
