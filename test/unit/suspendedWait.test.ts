import { transientError, type CheckResult } from '../../nodes/KlingVideo/gateway/checkResult';
import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import {
	addCheck,
	getDeadlineMs,
	hasEnded,
	startWait,
	startUnreadableWait,
	createProgressItem,
} from '../../nodes/KlingVideo/suspend/suspendedWait';
import { readStoredWait, type StoredWait } from '../../nodes/KlingVideo/suspend/storedWait';
import { readWaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';
import { SUBMITTED_AT_MS, TASK_ID, VIDEO_URL, taskReply, videoAt } from '../support/bodies';
import { throughDatabase } from '../support/database';
import { MULTI_IMAGE } from '../support/taskKinds';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const STARTED_AT_MS = SUBMITTED_AT_MS;
const PARENT = { parentExecutionId: '17', startedAtMs: STARTED_AT_MS };

const waitWith = (options: object = {}, taskId: unknown = TASK_ID): StoredWait =>
	startWait({
		...PARENT,
		parameters: {
			id: readTaskId(taskId),
			creates: false,
			path: null,
			raw: false,
			fileField: null,
			timeoutMs: null,
			maxDownloadBytes: 2e9,
		},
		plan: readWaitPlan(options),
	});

const RUNNING = taskReply();
const DONE = taskReply({
	status: 'SUCCESS',
	progress: 100,
	videos: [videoAt(VIDEO_URL, { duration: 5 })],
});
const FAILED = taskReply({
	status: 'FAILURE',
	progress: null,
	failureReason: 'Image pixel is invalid',
});
const TRANSIENT: CheckResult = transientError('the connection was cut');
const BUSY: CheckResult = {
	kind: 'transientError',
	cause: 'too fast',
	isRateLimited: true,
	retryAfterMs: 300 * SECOND,
};

/** The task after these checks, a minute apart; `lastChecks` of them when its time is up. */
function checked(wait: StoredWait, meanings: CheckResult[], lastChecks = 0): StoredWait {
	return meanings.reduce(
		(task, meaning, index) =>
			addCheck(
				task,
				meaning,
				index >= meanings.length - lastChecks,
				STARTED_AT_MS + index * MINUTE,
			),
		wait,
	);
}

describe('a wait that begins', () => {
	test('has no check, and goes on', () => {
		const wait = waitWith();
		expect(wait).toMatchObject({
			...PARENT,
			history: { checks: 0, lastReply: null },
			lastCause: null,
		});
		expect(hasEnded(wait)).toBe(false);
	});

	test.each([
		[' ', 'noTaskId'],
		[Number(TASK_ID), 'taskIdLostDigits'],
		['..', 'unusableTaskId'],
	])('has ended with the Task ID %j', (taskId, kind) => {
		const wait = waitWith({}, taskId);
		expect(hasEnded(wait)).toBe(true);
		expect(wait.outcome).toEqual({ kind: 'problem', problem: { kind }, lastReply: null });
	});

	test('has ended with fields that cannot be read', () => {
		const wait = startUnreadableWait(MULTI_IMAGE, PARENT, 'there is no such node');
		expect(wait).toMatchObject({
			...PARENT,
			parameters: { id: { taskId: '' } },
			outcome: { problem: { kind: 'unreadableParameters', cause: 'there is no such node' } },
		});
		expect(wait).not.toHaveProperty('cause');
	});
});

test('its time is up when the wait that was asked for is over', () => {
	expect(getDeadlineMs(waitWith({ maxWaitMinutes: 5 }))).toBe(STARTED_AT_MS + 5 * MINUTE);
});

describe('a check', () => {
	test('of a task that goes on is counted', () => {
		const wait = checked(waitWith(), [RUNNING, RUNNING]);
		expect(wait.history).toMatchObject({ checks: 2, failedChecks: 0, lastReply: RUNNING });
		expect(hasEnded(wait)).toBe(false);
	});

	test('that finds a video ends the wait, with its figures by the clock', () => {
		const wait = { checks: 3, waitedSeconds: 120, timedOut: false };
		expect(checked(waitWith(), [RUNNING, TRANSIENT, DONE]).outcome).toEqual({
			kind: 'task',
			reply: DONE,
			wait,
		});
	});

	test('that finds a failed task ends it as the plan says', () => {
		expect(checked(waitWith(), [FAILED]).outcome).toMatchObject({
			kind: 'problem',
			problem: { kind: 'taskFailed', reason: 'Image pixel is invalid' },
		});
		expect(checked(waitWith({ onFailure: 'returnTask' }), [FAILED]).outcome).toMatchObject({
			kind: 'task',
			reply: FAILED,
		});
	});

	test('that goes wrong is told until one goes well', () => {
		const troubled = checked(waitWith(), [RUNNING, TRANSIENT]);
		expect(troubled).toMatchObject({
			lastCause: 'the connection was cut',
			history: { failedChecks: 1 },
		});
		expect(troubled.history.lastReply).toEqual(RUNNING);
		expect(checked(troubled, [RUNNING])).toMatchObject({ lastCause: null });
	});

	test('after which the gateway is to be left alone says until when', () => {
		const nowMs = STARTED_AT_MS + MINUTE;
		const wait = addCheck(waitWith(), BUSY, false, nowMs);
		expect(wait.cooldownUntilMs).toBe(nowMs + 300 * SECOND);
		expect(addCheck(wait, RUNNING, false, nowMs).cooldownUntilMs).toBe(0);
		expect(addCheck(wait, TRANSIENT, false, nowMs).cooldownUntilMs).toBe(0);
	});

	test('that goes wrong once too often ends the wait', () => {
		const plan = { maxFailedChecks: 2 };
		expect(hasEnded(checked(waitWith(plan), [TRANSIENT, TRANSIENT]))).toBe(false);
		expect(checked(waitWith(plan), [TRANSIENT, TRANSIENT, TRANSIENT]).outcome).toMatchObject({
			problem: { kind: 'tooManyFailedChecks', failedChecks: 3 },
		});
	});

	test('is the last one when time is up', () => {
		expect(checked(waitWith(), [RUNNING, RUNNING], 1).outcome).toMatchObject({
			problem: { kind: 'timedOut', cause: null },
			lastReply: RUNNING,
		});
		const plan = { onTimeout: 'returnLastStatus' };
		expect(checked(waitWith(plan), [RUNNING, TRANSIENT], 1).outcome).toEqual({
			kind: 'task',
			reply: RUNNING,
			wait: { checks: 2, waitedSeconds: 60, timedOut: true },
		});
	});

	test('leaves the task before it as it was', () => {
		const wait = waitWith();
		const before = throughDatabase(wait);
		checked(wait, [RUNNING, TRANSIENT, DONE]);
		expect(wait).toEqual(before);
	});
});

describe('as an item', () => {
	test.each<[string, StoredWait]>([
		[`Task ${TASK_ID}: not known yet after 0 checks`, waitWith()],
		[`Task ${TASK_ID}: IN_PROGRESS (30%) after 1 check`, checked(waitWith(), [RUNNING])],
		[
			`Task ${TASK_ID}: QUEUED after 2 checks`,
			checked(waitWith(), [RUNNING, taskReply({ status: 'QUEUED', progress: null })]),
		],
		[
			`Task ${TASK_ID}: NOT_START (0%) after 1 check`,
			checked(waitWith(), [taskReply({ status: 'NOT_START', progress: 0 })]),
		],
		[
			`Task ${TASK_ID}: not known yet after 1 check; the last check went wrong: the connection was cut`,
			checked(waitWith(), [TRANSIENT]),
		],
		[
			`Task ${TASK_ID}: IN_PROGRESS (30%) after 2 checks; the last check went wrong: the connection was cut`,
			checked(waitWith(), [RUNNING, TRANSIENT]),
		],
		[`Task ${TASK_ID}: SUCCESS (100%) after 2 checks`, checked(waitWith(), [RUNNING, DONE])],
		[`Task ${TASK_ID}: FAILURE after 1 check`, checked(waitWith(), [FAILED])],
		[
			`Task ${TASK_ID}: ended without a video after 1 check`,
			checked(waitWith(), [{ kind: 'taskUnknown' }]),
		],
		[
			`Task ${TASK_ID}: ended without a video after 2 checks`,
			checked(waitWith(), [RUNNING, RUNNING], 1),
		],
		['Task : ended without a video after 0 checks', waitWith({}, '')],
	])('it shows people "%s"', (progress, wait) => {
		expect(createProgressItem(wait, false).progress).toBe(progress);
	});

	test('it says whether all are done, and comes back from the database as it was', () => {
		const wait = checked(waitWith(), [RUNNING, BUSY, DONE]);
		expect(readStoredWait(throughDatabase(wait))).toStrictEqual(wait);
		for (const allDone of [true, false]) {
			expect(createProgressItem(wait, allDone)).toEqual({
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
		['trouble only', null, [TRANSIENT]],
		['going on', 'IN_PROGRESS', [RUNNING]],
	])('%s is not taken for done', (_what, status, meanings) => {
		expect(createProgressItem(checked(waitWith(), meanings), false)).toMatchObject({
			status,
			done: false,
			succeeded: false,
			videoUrl: null,
		});
	});

	test.each<[string, unknown]>([
		['nothing', undefined],
		['null', null],
		['a text', 'wait'],
		['a list', [{ version: 1 }]],
		['another version', { ...waitWith(), version: 6 }],
		['a version as text', { ...waitWith(), version: '5' }],
	])('%s in its place is not read', (_what, wait) => {
		expect(readStoredWait(wait)).toBeNull();
	});
});
