import type { Meaning } from '../../nodes/KlingVideo/gateway/meaning';
import type { Task } from '../../nodes/KlingVideo/gateway/task';
import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import {
	afterCheck,
	deadlineMs,
	isDone,
	park,
	parkUnreadable,
	progressOf,
	readParked,
	type ParkedTask,
} from '../../nodes/KlingVideo/suspend/parkedTask';
import { readPlan } from '../../nodes/KlingVideo/wait/plan';
import { SUBMITTED_AT_MS, TASK_ID, VIDEO_URL } from './bodies';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const STARTED_AT_MS = SUBMITTED_AT_MS;
const PARENT = { parentExecutionId: '17', startedAtMs: STARTED_AT_MS };

const parkedWith = (options: object = {}, taskId: unknown = TASK_ID): ParkedTask =>
	park({
		...PARENT,
		asked: { id: readTaskId(taskId), raw: false, fileField: null, timeoutMs: null },
		plan: readPlan(options),
	});

function seen(task: Partial<Task>): Meaning {
	return {
		kind: 'task',
		task: {
			status: 'IN_PROGRESS',
			progress: 30,
			videos: [],
			failureReason: null,
			submittedAtMs: null,
			...task,
		},
		body: '',
	};
}

const RUNNING = seen({});
const DONE = seen({
	status: 'SUCCESS',
	progress: 100,
	videos: [{ id: null, url: VIDEO_URL, duration: 5 }],
});
const FAILED = seen({ status: 'FAILURE', progress: null, failureReason: 'Image pixel is invalid' });
const TROUBLE: Meaning = { kind: 'trouble', cause: 'the connection was cut', slowDownMs: null };
const BUSY: Meaning = { kind: 'trouble', cause: 'too fast', slowDownMs: 300 * SECOND };

/** The task after these checks, a minute apart; `lastChecks` of them when its time is up. */
function checked(parked: ParkedTask, meanings: Meaning[], lastChecks = 0): ParkedTask {
	return meanings.reduce(
		(task, meaning, index) =>
			afterCheck(
				task,
				meaning,
				index >= meanings.length - lastChecks,
				STARTED_AT_MS + index * MINUTE,
			),
		parked,
	);
}

const throughDatabase = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a wait that begins', () => {
	test('has no check, and goes on', () => {
		const parked = parkedWith();
		expect(parked).toMatchObject({ ...PARENT, tally: { checks: 0, seen: null }, trouble: null });
		expect(isDone(parked)).toBe(false);
	});

	test.each([
		[' ', 'noTaskId'],
		[Number(TASK_ID), 'taskIdLostDigits'],
		['..', 'unusableTaskId'],
	])('has ended with the Task ID %j', (taskId, kind) => {
		const parked = parkedWith({}, taskId);
		expect(isDone(parked)).toBe(true);
		expect(parked.outcome).toEqual({ kind: 'situation', situation: { kind }, seen: null });
	});

	test('has ended with fields that cannot be read', () => {
		const parked = parkUnreadable({ ...PARENT, cause: 'there is no such node' });
		expect(parked).toMatchObject({
			...PARENT,
			asked: { id: { taskId: '' } },
			outcome: { situation: { kind: 'unreadableParameters', cause: 'there is no such node' } },
		});
		expect(parked).not.toHaveProperty('cause');
	});
});

test('its time is up when the wait that was asked for is over', () => {
	expect(deadlineMs(parkedWith({ maxWaitMinutes: 5 }))).toBe(STARTED_AT_MS + 5 * MINUTE);
});

describe('a check', () => {
	test('of a task that goes on is counted', () => {
		const parked = checked(parkedWith(), [RUNNING, RUNNING]);
		expect(parked.tally).toMatchObject({ checks: 2, failedChecks: 0, seen: RUNNING });
		expect(isDone(parked)).toBe(false);
	});

	test('that finds a video ends the wait, with its figures by the clock', () => {
		const wait = { checks: 3, waitedSeconds: 120, timedOut: false };
		expect(checked(parkedWith(), [RUNNING, TROUBLE, DONE]).outcome).toEqual({
			kind: 'task',
			seen: DONE,
			wait,
		});
	});

	test('that finds a failed task ends it as the plan says', () => {
		expect(checked(parkedWith(), [FAILED]).outcome).toMatchObject({
			kind: 'situation',
			situation: { kind: 'failed', reason: 'Image pixel is invalid' },
		});
		expect(checked(parkedWith({ onFailure: 'returnTask' }), [FAILED]).outcome).toMatchObject({
			kind: 'task',
			seen: FAILED,
		});
	});

	test('that goes wrong is told until one goes well', () => {
		const troubled = checked(parkedWith(), [RUNNING, TROUBLE]);
		expect(troubled).toMatchObject({ trouble: TROUBLE.cause, tally: { failedChecks: 1 } });
		expect(troubled.tally.seen).toEqual(RUNNING);
		expect(checked(troubled, [RUNNING])).toMatchObject({ trouble: null });
	});

	test('after which the gateway is to be left alone says until when', () => {
		const nowMs = STARTED_AT_MS + MINUTE;
		const parked = afterCheck(parkedWith(), BUSY, false, nowMs);
		expect(parked.leaveAloneUntilMs).toBe(nowMs + 300 * SECOND);
		expect(afterCheck(parked, RUNNING, false, nowMs).leaveAloneUntilMs).toBe(0);
		expect(afterCheck(parked, TROUBLE, false, nowMs).leaveAloneUntilMs).toBe(0);
	});

	test('that goes wrong once too often ends the wait', () => {
		const plan = { maxFailedChecks: 2 };
		expect(isDone(checked(parkedWith(plan), [TROUBLE, TROUBLE]))).toBe(false);
		expect(checked(parkedWith(plan), [TROUBLE, TROUBLE, TROUBLE]).outcome).toMatchObject({
			situation: { kind: 'tooMuchTrouble', failedChecks: 3 },
		});
	});

	test('is the last one when time is up', () => {
		expect(checked(parkedWith(), [RUNNING, RUNNING], 1).outcome).toMatchObject({
			situation: { kind: 'timedOut', cause: null },
			seen: RUNNING,
		});
		const plan = { onTimeout: 'returnLastStatus' };
		expect(checked(parkedWith(plan), [RUNNING, TROUBLE], 1).outcome).toEqual({
			kind: 'task',
			seen: RUNNING,
			wait: { checks: 2, waitedSeconds: 60, timedOut: true },
		});
	});

	test('leaves the task before it as it was', () => {
		const parked = parkedWith();
		const before = throughDatabase(parked);
		checked(parked, [RUNNING, TROUBLE, DONE]);
		expect(parked).toEqual(before);
	});
});

describe('as an item', () => {
	test.each<[string, ParkedTask]>([
		[`Task ${TASK_ID}: not known yet after 0 checks`, parkedWith()],
		[`Task ${TASK_ID}: IN_PROGRESS (30%) after 1 check`, checked(parkedWith(), [RUNNING])],
		[
			`Task ${TASK_ID}: QUEUED after 2 checks`,
			checked(parkedWith(), [RUNNING, seen({ status: 'QUEUED', progress: null })]),
		],
		[
			`Task ${TASK_ID}: NOT_START (0%) after 1 check`,
			checked(parkedWith(), [seen({ status: 'NOT_START', progress: 0 })]),
		],
		[
			`Task ${TASK_ID}: not known yet after 1 check; the last check went wrong: the connection was cut`,
			checked(parkedWith(), [TROUBLE]),
		],
		[
			`Task ${TASK_ID}: IN_PROGRESS (30%) after 2 checks; the last check went wrong: the connection was cut`,
			checked(parkedWith(), [RUNNING, TROUBLE]),
		],
		[`Task ${TASK_ID}: SUCCESS (100%) after 2 checks`, checked(parkedWith(), [RUNNING, DONE])],
		[`Task ${TASK_ID}: FAILURE after 1 check`, checked(parkedWith(), [FAILED])],
		[
			`Task ${TASK_ID}: ended without a video after 1 check`,
			checked(parkedWith(), [{ kind: 'taskUnknown' }]),
		],
		[
			`Task ${TASK_ID}: ended without a video after 2 checks`,
			checked(parkedWith(), [RUNNING, RUNNING], 1),
		],
		['Task : ended without a video after 0 checks', parkedWith({}, '')],
	])('it shows people "%s"', (progress, parked) => {
		expect(progressOf(parked, false).progress).toBe(progress);
	});

	test('it says whether all are done, and comes back from the database as it was', () => {
		const parked = checked(parkedWith(), [RUNNING, BUSY, DONE]);
		expect(readParked(JSON.parse(JSON.stringify(parked)))).toStrictEqual(parked);
		for (const allDone of [true, false]) {
			expect(progressOf(parked, allDone)).toEqual({
				progress: expect.any(String),
				taskId: TASK_ID,
				status: 'SUCCESS',
				done: true,
				succeeded: true,
				videoUrl: VIDEO_URL,
				allDone,
			});
		}
	});

	test.each([
		['nothing known', null, []],
		['trouble only', null, [TROUBLE]],
		['going on', 'IN_PROGRESS', [RUNNING]],
	])('%s is not taken for done', (_what, status, meanings) => {
		expect(progressOf(checked(parkedWith(), meanings), false)).toMatchObject({
			status,
			done: false,
			succeeded: false,
			videoUrl: null,
		});
	});

	test.each<[string, unknown]>([
		['nothing', undefined],
		['null', null],
		['a text', 'parked'],
		['a list', [{ version: 1 }]],
		['another version', { ...parkedWith(), version: 2 }],
		['a version as text', { ...parkedWith(), version: '1' }],
	])('%s in its place is not read', (_what, parked) => {
		expect(readParked(parked)).toBeNull();
	});
});
