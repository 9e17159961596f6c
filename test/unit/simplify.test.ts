import { simplify } from '../../nodes/KlingVideo/output/simplify';
import type { Task } from '../../nodes/KlingVideo/gateway/task';
import {
	bodyOf,
	FAILURE,
	IN_PROGRESS,
	SUCCESS,
	TASK_ID,
	taskIn,
	VIDEO_ID,
	VIDEO_URL,
} from '../support/bodies';

const BARE: Task = {
	status: 'UNKNOWN',
	progress: null,
	videos: [],
	failureReason: null,
	submittedAtMs: null,
};

test('a running task', () => {
	expect(simplify(TASK_ID, taskIn(bodyOf(IN_PROGRESS)), null, {})).toEqual({
		taskId: TASK_ID,
		status: 'IN_PROGRESS',
		done: false,
		succeeded: false,
		progress: 30,
		videoUrl: null,
		duration: null,
		videos: [],
		failureReason: null,
	});
});

test('a finished task, after a wait', () => {
	const wait = { checks: 3, waitedSeconds: 25.4, timedOut: false };
	expect(simplify(TASK_ID, taskIn(bodyOf(SUCCESS)), wait, {})).toEqual({
		taskId: TASK_ID,
		status: 'SUCCESS',
		done: true,
		succeeded: true,
		progress: 100,
		videoUrl: VIDEO_URL,
		duration: 5.1,
		videos: [{ id: VIDEO_ID, url: VIDEO_URL, duration: 5.1 }],
		failureReason: null,
		wait: { checks: 3, waitedSeconds: 25.4, timedOut: false },
	});
});

test('a failed task', () => {
	expect(simplify(TASK_ID, taskIn(bodyOf(FAILURE)), null, {})).toEqual({
		taskId: TASK_ID,
		status: 'FAILURE',
		done: true,
		succeeded: false,
		progress: 100,
		videoUrl: null,
		duration: null,
		videos: [],
		failureReason: 'Image pixel is invalid',
	});
});

test('SUCCESS without a video is done, but has not succeeded', () => {
	const item = simplify(TASK_ID, { ...BARE, status: 'SUCCESS' }, null, {});
	expect(item).toMatchObject({ status: 'SUCCESS', done: true, succeeded: false, videoUrl: null });
});

test('the first of several videos is the one most workflows need', () => {
	const videos = [
		{ id: null, url: 'https://a/1', duration: null },
		{ id: '2', url: 'https://a/2', duration: 10 },
	];
	const item = simplify(TASK_ID, { ...BARE, status: 'SUCCESS', videos }, null, {});
	expect(item).toMatchObject({ videoUrl: 'https://a/1', duration: null, videos });
});

test('the task id is the one that was asked for, every digit', () => {
	expect(simplify('task_x', taskIn(bodyOf(SUCCESS)), null, {}).taskId).toBe('task_x');
	expect(simplify(TASK_ID, BARE, null, {}).taskId).toBe('842250903629086785');
});

test('each video names the field that has its file', () => {
	const videos = ['https://a/1', 'https://a/2'].map((url) => ({ id: null, url, duration: null }));
	const file = { data: '', mimeType: 'video/mp4' };
	const item = simplify(TASK_ID, { ...BARE, videos }, null, { clip: file });
	expect(item.videos).toEqual([{ ...videos[0], binaryProperty: 'clip' }, videos[1]]);
});

test('a task of unknown status is neither done nor succeeded, and has no wait', () => {
	expect(simplify(TASK_ID, BARE, null, {})).toStrictEqual({
		taskId: TASK_ID,
		status: 'UNKNOWN',
		videoUrl: null,
		done: false,
		succeeded: false,
		progress: null,
		duration: null,
		videos: [],
		failureReason: null,
	});
});
