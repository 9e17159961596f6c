import type { Task } from '../../nodes/KlingVideo/gateway/task';
import { simplify } from '../../nodes/KlingVideo/output/simplify';
import {
	BARE_TASK,
	bodyOf,
	FAILURE,
	IN_PROGRESS,
	SUCCESS,
	TASK_ID,
	taskIn,
	VIDEO_ID,
	videoAt,
	VIDEO_URL,
} from '../support/bodies';

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
	const item = simplify(TASK_ID, { ...BARE_TASK, status: 'SUCCESS' }, null, {});
	expect(item).toMatchObject({ status: 'SUCCESS', done: true, succeeded: false, videoUrl: null });
});

test('the first of several videos is the one most workflows need', () => {
	const videos = [videoAt('https://a/1'), videoAt('https://a/2', { id: '2', duration: 10 })];
	const item = simplify(TASK_ID, { ...BARE_TASK, status: 'SUCCESS', videos }, null, {});
	expect(item).toMatchObject({
		videoUrl: 'https://a/1',
		duration: null,
		videos: [
			{ id: null, url: 'https://a/1', duration: null },
			{ id: '2', url: 'https://a/2', duration: 10 },
		],
	});
});

test('the task id is the one that was asked for, every digit', () => {
	expect(simplify('task_x', taskIn(bodyOf(SUCCESS)), null, {}).taskId).toBe('task_x');
	expect(simplify(TASK_ID, BARE_TASK, null, {}).taskId).toBe('842250903629086785');
});

test('each video names the field that has its file', () => {
	const videos = ['https://a/1', 'https://a/2'].map((url) => videoAt(url));
	const file = { data: '', mimeType: 'video/mp4' };
	const item = simplify(TASK_ID, { ...BARE_TASK, videos }, null, { clip: file });
	expect(item.videos).toEqual([
		{ id: null, url: 'https://a/1', duration: null, binaryProperty: 'clip' },
		{ id: null, url: 'https://a/2', duration: null },
	]);
});

test('a video has its watermarked version and its session, where the reply has them', () => {
	const video = videoAt('https://a/1', { watermarkUrl: 'https://a/1-marked', sessionId: '7' });
	const task: Task = { ...BARE_TASK, status: 'SUCCESS', videos: [video] };
	expect(simplify(TASK_ID, task, null, {}).videos).toStrictEqual([
		{
			id: null,
			url: 'https://a/1',
			duration: null,
			watermarkUrl: 'https://a/1-marked',
			sessionId: '7',
		},
	]);
});

test('images and audio are files beside an empty list of videos, and have succeeded', () => {
	const task: Task = {
		...BARE_TASK,
		status: 'SUCCESS',
		imagesAndAudio: [
			{ type: 'image', url: 'https://a/1.png', duration: null },
			{ type: 'audio', url: 'https://a/2.mp3', duration: 5.04 },
		],
	};
	const file = { data: '', mimeType: 'image/png' };
	expect(simplify(TASK_ID, task, null, { data: file, data_1: file })).toMatchObject({
		succeeded: true,
		videoUrl: null,
		duration: null,
		videos: [],
		files: [
			{ type: 'image', url: 'https://a/1.png', duration: null, binaryProperty: 'data' },
			{ type: 'audio', url: 'https://a/2.mp3', duration: 5.04, binaryProperty: 'data_1' },
		],
	});
});

test('there are no files where there are videos', () => {
	expect(simplify(TASK_ID, taskIn(bodyOf(SUCCESS)), null, {})).not.toHaveProperty('files');
});

test('a task of unknown status is neither done nor succeeded, and has no wait', () => {
	expect(simplify(TASK_ID, BARE_TASK, null, {})).toStrictEqual({
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
