import type { IDataObject } from 'n8n-workflow';
import {
	getTaskPhase,
	listResultFiles,
	readTask,
	type Task,
} from '../../nodes/KlingVideo/gateway/task';
import {
	BARE_TASK,
	bodyOf,
	FAILURE,
	IN_PROGRESS,
	NO_DATA,
	NOT_STARTED,
	SUBMITTED_AT_MS,
	SUCCESS,
	TASK_ID,
	taskIn,
	VIDEO_ID,
	videoAt,
	VIDEO_URL,
} from '../support/bodies';

const video = videoAt(VIDEO_URL, { id: VIDEO_ID, duration: 5.1 });

/** The gateway's envelope around the fields that matter. */
function envelope(data: IDataObject): IDataObject {
	return { code: 'success', message: '', data: { task_id: TASK_ID, ...data } };
}

function succeeded(data: IDataObject): IDataObject {
	return envelope({ status: 'SUCCESS', ...data });
}

function failed(data: IDataObject): IDataObject {
	return envelope({ status: 'FAILURE', ...data });
}

/** Kling's own part of a reply, with `levels` of `data` around it. */
function wrapped(levels: number, inner: IDataObject): IDataObject {
	return levels === 0 ? inner : { data: wrapped(levels - 1, inner) };
}

describe("the gateway's own bodies", () => {
	const tasks: Array<[string, Task]> = [
		[
			NOT_STARTED,
			{
				status: 'NOT_START',
				progress: 0,
				action: 'multiImage2Video',
				videos: [],
				imagesAndAudio: [],
				failureReason: null,
				submittedAtMs: SUBMITTED_AT_MS,
			},
		],
		[
			IN_PROGRESS,
			{
				status: 'IN_PROGRESS',
				progress: 30,
				action: 'multiImage2Video',
				videos: [],
				imagesAndAudio: [],
				failureReason: null,
				submittedAtMs: SUBMITTED_AT_MS,
			},
		],
		[
			SUCCESS,
			{
				status: 'SUCCESS',
				progress: 100,
				action: 'multiImage2Video',
				videos: [video],
				imagesAndAudio: [],
				failureReason: null,
				submittedAtMs: SUBMITTED_AT_MS,
			},
		],
		[
			FAILURE,
			{
				status: 'FAILURE',
				progress: 100,
				action: 'multiImage2Video',
				videos: [],
				imagesAndAudio: [],
				failureReason: 'Image pixel is invalid',
				submittedAtMs: SUBMITTED_AT_MS,
			},
		],
	];

	test.each(tasks)('%s', (text, task) => {
		expect(readTask(bodyOf(text))).toEqual(task);
	});
});

describe('status', () => {
	const spellings: Array<[string, Task['status']]> = [
		['NOT_START', 'NOT_START'],
		['SUBMITTED', 'SUBMITTED'],
		['submitted', 'SUBMITTED'],
		['QUEUED', 'QUEUED'],
		['queued', 'QUEUED'],
		['IN_PROGRESS', 'IN_PROGRESS'],
		['in-progress', 'IN_PROGRESS'],
		['In Progress', 'IN_PROGRESS'],
		['processing', 'IN_PROGRESS'],
		['SUCCESS', 'SUCCESS'],
		['success', 'SUCCESS'],
		['succeed', 'SUCCESS'],
		['succeeded', 'SUCCESS'],
		[' Completed ', 'SUCCESS'],
		['FAILURE', 'FAILURE'],
		['failure', 'FAILURE'],
		['failed', 'FAILURE'],
		['fail', 'FAILURE'],
		['cancelled', 'FAILURE'],
		['canceled', 'FAILURE'],
		['UNKNOWN', 'UNKNOWN'],
		['', 'UNKNOWN'],
		['RETRYING_ON_MARS', 'UNKNOWN'],
		['constructor', 'UNKNOWN'],
	];

	test.each(spellings)('"%s" is %s', (spelling, status) => {
		expect(taskIn(envelope({ status: spelling })).status).toBe(status);
	});

	test.each(spellings)('Kling\'s own task_status "%s" is %s', (spelling, status) => {
		const body = { code: 0, data: { task_id: TASK_ID, task_status: spelling } };
		expect(taskIn(body).status).toBe(status);
	});

	test("the gateway's status wins over Kling's last word inside", () => {
		const inner = { code: 0, data: { task_status: 'submitted' } };
		expect(taskIn(failed({ data: inner })).status).toBe('FAILURE');
	});

	test("an envelope's word about the call is not the task's status", () => {
		const body = { status: 'success', data: { task_id: TASK_ID, task_status: 'processing' } };
		expect(taskIn(body).status).toBe('IN_PROGRESS');
	});

	test('a reply without an envelope has its status at the top', () => {
		expect(taskIn({ id: TASK_ID, status: 'queued', progress: 0 }).status).toBe('QUEUED');
	});

	test.each([[7], [null], [{ a: 1 }], [['SUCCESS']]])(
		'%j is no status: Kling is asked instead',
		(status) => {
			expect(taskIn(envelope({ status, data: { task_status: 'succeed' } })).status).toBe('SUCCESS');
		},
	);

	test('a task id alone makes a task of unknown status', () => {
		expect(taskIn({ data: { task_id: TASK_ID } }).status).toBe('UNKNOWN');
	});

	test.each([[bodyOf(NO_DATA)], [{}], [{ data: {} }], [{ data: [] }], [{ data: 'SUCCESS' }]])(
		'there is no task in %j',
		(body) => {
			expect(readTask(body)).toBeNull();
		},
	);

	test('fields nobody has heard of change nothing', () => {
		const body = bodyOf(SUCCESS);
		const data = bodyOf(JSON.stringify(body.data));
		const more = {
			...body,
			status: 7,
			data: { ...data, platform: 'kling', result_url: '', x: [] },
		};
		expect(readTask(more)).toEqual(readTask(body));
	});
});

describe('phase', () => {
	test.each([
		['NOT_START', 'running'],
		['SUBMITTED', 'running'],
		['QUEUED', 'running'],
		['IN_PROGRESS', 'running'],
		['UNKNOWN', 'running'],
		['FAILURE', 'failed'],
		['SUCCESS', 'succeededWithoutVideo'],
	] satisfies Array<[Task['status'], string]>)('%s without a video is %s', (status, phase) => {
		expect(getTaskPhase({ ...BARE_TASK, status })).toBe(phase);
	});

	test('SUCCESS with a video is succeeded', () => {
		expect(getTaskPhase({ ...BARE_TASK, status: 'SUCCESS', videos: [video] })).toBe('succeeded');
	});

	test('SUCCESS with nothing but an image is succeeded', () => {
		const imagesAndAudio = [{ type: 'image' as const, url: 'https://a/1.png', duration: null }];
		expect(getTaskPhase({ ...BARE_TASK, status: 'SUCCESS', imagesAndAudio })).toBe('succeeded');
	});
});

describe('progress', () => {
	test.each([
		['0%', 0],
		['30%', 30],
		['100%', 100],
		[' 45 % ', 45],
		['45', 45],
		[45, 45],
		[12.5, 12.5],
		['', null],
		['half', null],
		['101%', null],
		[-1, null],
		[null, null],
		[[30], null],
	])('%j is %j', (sent, progress) => {
		expect(taskIn(envelope({ status: 'QUEUED', progress: sent })).progress).toBe(progress);
	});
});

describe('submit_time', () => {
	test.each([
		[1766737710, SUBMITTED_AT_MS],
		['1766737710', SUBMITTED_AT_MS],
		[SUBMITTED_AT_MS, SUBMITTED_AT_MS],
		[0, null],
		[-5, null],
		['yesterday', null],
		[undefined, null],
	])('%j is %j in milliseconds', (sent, ms) => {
		expect(taskIn(envelope({ status: 'QUEUED', submit_time: sent })).submittedAtMs).toBe(ms);
	});
});

describe('videos', () => {
	const result = { task_result: { videos: [{ id: VIDEO_ID, url: VIDEO_URL, duration: '5.1' }] } };

	test.each([
		['documented', succeeded({ data: { code: 0, data: result } })],
		['one level shallower', succeeded({ data: result })],
		['beside the status', succeeded(result)],
		["Kling's own", { code: 0, data: { task_id: TASK_ID, task_status: 'succeed', ...result } }],
		['a relay behind a relay', succeeded({ data: { data: { data: { data: result } } } })],
		['six levels down', { status: 'SUCCESS', ...wrapped(6, result) }],
	])('are found where the nesting is: %s', (_nesting, body) => {
		expect(taskIn(body).videos).toEqual([video]);
	});

	test('all of them, in their order', () => {
		const videos = [
			{ id: '1', url: 'https://a/1.mp4', duration: '5.1' },
			{ id: '2', url: 'http://a/2.mp4', duration: 10 },
		];
		expect(taskIn(succeeded({ task_result: { videos } })).videos).toEqual([
			videoAt('https://a/1.mp4', { id: '1', duration: 5.1 }),
			videoAt('http://a/2.mp4', { id: '2', duration: 10 }),
		]);
	});

	test.each<[IDataObject, string[]]>([
		[
			{ ...result, url: 'https://b', result_url: 'https://c', fail_reason: 'https://d' },
			[VIDEO_URL],
		],
		[{ url: 'https://b', result_url: 'https://c', fail_reason: 'https://d' }, ['https://b']],
		[{ result_url: 'https://c', fail_reason: 'https://d' }, ['https://c']],
		[{ fail_reason: 'https://d', data: { task_result: {} } }, ['https://d']],
		[{ fail_reason: ' HTTPS://d ' }, ['HTTPS://d']],
		[{ fail_reason: 'SUCCEED' }, []],
		[{ fail_reason: '', data: null }, []],
		[{ url: 'ftp://b', result_url: 'javascript:alert(1)', fail_reason: 'see https://d' }, []],
		[{ url: { href: 'https://b' } }, []],
		[{ task_result: { videos: [] }, result_url: 'https://c' }, ['https://c']],
		[{ task_result: { videos: [{ id: '1' }] }, result_url: 'https://c' }, ['https://c']],
		[{ task_result: { videos: 'https://a' } }, []],
		[
			{ task_result: { videos: [null, 7, { url: 'file:///etc/passwd' }, { url: 'https://a' }] } },
			['https://a'],
		],
	])('URLs in %j: %j', (data, urls) => {
		expect(taskIn(succeeded(data)).videos.map(({ url }) => url)).toEqual(urls);
	});

	test.each(['NOT_START', 'IN_PROGRESS', 'FAILURE', 'UNKNOWN'])(
		'%s has none, whatever URLs are around',
		(status) => {
			const data = {
				...result,
				url: 'https://b',
				result_url: 'https://c',
				fail_reason: 'https://d',
			};
			expect(taskIn(envelope({ status, ...data })).videos).toEqual([]);
		},
	);

	test.each([
		['5.1', 5.1],
		[10, 10],
		['', null],
		['long', null],
		[-1, null],
		[undefined, null],
	])('duration %j is %j seconds', (duration, seconds) => {
		const videos = [{ url: VIDEO_URL, duration }];
		expect(taskIn(succeeded({ task_result: { videos } })).videos[0]?.duration).toBe(seconds);
	});

	test.each([
		['842250903708762200', '842250903708762200'],
		[42, '42'],
		[842250903708762200, null],
		['', null],
		[undefined, null],
	])('id %j is %j, as text and never a wrong one', (id, read) => {
		const videos = [{ url: VIDEO_URL, id }];
		expect(taskIn(succeeded({ task_result: { videos } })).videos[0]?.id).toBe(read);
	});
});

describe('what else a video has', () => {
	const read = (more: IDataObject) =>
		taskIn(succeeded({ task_result: { videos: [{ url: VIDEO_URL, ...more }] } })).videos;

	test('its watermarked version, if the reply has its address', () => {
		expect(read({ watermark_url: 'https://a/marked.mp4' })).toEqual([
			videoAt(VIDEO_URL, { watermarkUrl: 'https://a/marked.mp4' }),
		]);
		expect(read({ watermark_url: '' })).toEqual([videoAt(VIDEO_URL)]);
		expect(read({ watermark_url: 'none' })).toEqual([videoAt(VIDEO_URL)]);
	});

	test('its session, every digit', () => {
		expect(read({ session_id: '842250903708762300' })).toEqual([
			videoAt(VIDEO_URL, { sessionId: '842250903708762300' }),
		]);
		expect(read({ session_id: Number('842250903708762300') })).toEqual([videoAt(VIDEO_URL)]);
	});
});

describe('images and audio', () => {
	const read = (task_result: IDataObject, more: IDataObject = {}) => {
		const { videos, imagesAndAudio } = taskIn(succeeded({ data: { task_result }, ...more }));
		return { videos, imagesAndAudio };
	};
	const image = (url: string) => ({ type: 'image', url, duration: null });
	const audio = (url: string, duration: number | null) => ({ type: 'audio', url, duration });

	test('images, in their order', () => {
		const images = [
			{ index: 0, url: 'https://a/0.png' },
			{ index: 1, url: 'https://a/1.png' },
			{ index: 2, url: 'none' },
		];
		expect(read({ images })).toEqual({
			videos: [],
			imagesAndAudio: [image('https://a/0.png'), image('https://a/1.png')],
		});
	});

	test.each<[IDataObject, object]>([
		[{ url: 'https://a/0.mp3', duration: '3.1' }, audio('https://a/0.mp3', 3.1)],
		[{ url: 'https://a/0.mp3' }, audio('https://a/0.mp3', null)],
		[
			{
				url_wav: 'https://a/0.wav',
				duration_wav: '5.0',
				url_mp3: 'https://a/0.mp3',
				duration_mp3: '5.04',
			},
			audio('https://a/0.mp3', 5.04),
		],
		[{ url_wav: 'https://a/0.wav', duration_wav: 5 }, audio('https://a/0.wav', 5)],
	])('audio %j is %j: MP3 before WAV', (sent, file) => {
		expect(read({ audios: [sent] }).imagesAndAudio).toEqual([file]);
	});

	test('are not looked at where there are videos', () => {
		const result = {
			videos: [{ url: VIDEO_URL }],
			images: [{ url: 'https://a/0.png' }],
			audios: [{ url: 'https://a/0.mp3' }],
		};
		expect(read(result)).toEqual({ videos: [videoAt(VIDEO_URL)], imagesAndAudio: [] });
	});

	test('count more than an address that may be of anything', () => {
		const result = { images: [{ url: 'https://a/0.png' }] };
		expect(read(result, { fail_reason: 'https://a/0.png' })).toEqual({
			videos: [],
			imagesAndAudio: [image('https://a/0.png')],
		});
	});

	test.each([[null], ['https://a'], [[null, 7, {}, { url: 7 }]]])(
		'%j is no list of them',
		(list) => {
			expect(read({ images: list, audios: list })).toEqual({ videos: [], imagesAndAudio: [] });
		},
	);

	test('there are none before the task has succeeded', () => {
		const body = envelope({
			status: 'IN_PROGRESS',
			task_result: { images: [{ url: 'https://a' }] },
		});
		expect(taskIn(body).imagesAndAudio).toEqual([]);
	});
});

test('the files of a result are its videos, or else its images and audio', () => {
	const images = [{ type: 'image' as const, url: 'https://a/1.png', duration: null }];
	expect(listResultFiles({ ...BARE_TASK, videos: [video] })).toEqual([
		{ type: 'video', url: VIDEO_URL },
	]);
	expect(listResultFiles({ ...BARE_TASK, imagesAndAudio: images })).toEqual([
		{ type: 'image', url: 'https://a/1.png' },
	]);
	expect(listResultFiles(BARE_TASK)).toEqual([]);
});

test.each([
	[{ action: 'omniVideo' }, 'omniVideo'],
	[{ data: { action: 'omniVideo' } }, 'omniVideo'],
	[{ action: 7 }, null],
	[{}, null],
])("the relay's name of the kind in %j is %j", (data, action) => {
	expect(taskIn(envelope({ status: 'QUEUED', ...data })).action).toBe(action);
});

describe('failure reason', () => {
	const klingSays = (text: string) => ({ data: { data: { task_status_msg: text } } });

	test.each<[IDataObject, string]>([
		[{ fail_reason: 'SUCCEED', ...klingSays('Image pixel is invalid') }, 'Image pixel is invalid'],
		[
			{ fail_reason: 'relay', ...klingSays('content moderation failed') },
			'content moderation failed',
		],
		[{ fail_reason: '任务超时（1440分钟）', ...klingSays(' ') }, '任务超时（1440分钟）'],
		[{ fail_reason: ' relay ', data: null }, 'relay'],
		[{ fail_reason: 'SUCCEED', error: { message: 'upstream' } }, 'upstream'],
		[{ fail_reason: 'Success', error: { message: 'upstream' } }, 'upstream'],
		[{ fail_reason: '', error: { message: 'upstream' } }, 'upstream'],
		[{ fail_reason: VIDEO_URL, error: { message: 'upstream' } }, 'upstream'],
		[{ fail_reason: 'relay', error: { message: 'upstream' } }, 'relay'],
		[{ fail_reason: 'relay', ...klingSays('succeed') }, 'relay'],
	])('of %j: %s', (data, reason) => {
		expect(taskIn(failed(data)).failureReason).toBe(reason);
	});

	test.each<[IDataObject]>([
		[{}],
		[{ fail_reason: 'SUCCEED' }],
		[{ fail_reason: VIDEO_URL, error: { message: 7 } }],
		[{ fail_reason: { a: 1 }, error: 'text' }],
	])('a plain sentence where %j gives none', (data) => {
		expect(taskIn(failed(data)).failureReason).toMatch(/^[A-Z].*\w$/);
	});

	test('a cancelled task says so if nothing else does', () => {
		expect(taskIn(envelope({ status: 'cancelled' })).failureReason).toMatch(/cancelled/);
	});

	test.each(['SUCCESS', 'IN_PROGRESS', 'UNKNOWN'])('%s has none', (status) => {
		const data = { status, fail_reason: 'x', task_status_msg: 'y', error: { message: 'z' } };
		expect(taskIn(envelope(data)).failureReason).toBeNull();
	});
});
