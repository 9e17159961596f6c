/** A task of the sandbox at the moment of a check. */
export interface TaskNow {
	taskId: string;
	/** What the relay calls its kind; null for one that it does not know. */
	action: string | null;
	/** The client's own name for it. */
	externalTaskId: string | null;
	/** 0 when submitted, 1 and more when done. */
	share: number;
	submittedAtS: number;
	finishedAtS: number;
	videoUrl: string;
	/** The host of its images and audio. */
	filesUrl: string;
	/** How often it has been checked since it was done. */
	checksSinceDone: number;
}

type Body = Record<string, unknown>;

/** From here on a task is processing; before, it is submitted. */
export const PROCESSING_FROM_SHARE = 0.2;

/** The relay's envelope around Kling's own reply, as its source writes it. */
function relayed(now: TaskNow, outer: Body, kling: Body): Body {
	return {
		code: 'success',
		message: '',
		data: {
			task_id: now.taskId,
			...(now.action !== null && { action: now.action }),
			status: 'UNKNOWN',
			fail_reason: '',
			submit_time: now.submittedAtS,
			start_time: now.share < 0.15 ? 0 : now.submittedAtS + 1,
			finish_time: now.share < 1 ? 0 : now.finishedAtS,
			progress: '0%',
			data: { code: 0, message: 'SUCCEED', request_id: 'sandbox', data: klingTask(now, kling) },
			...outer,
		},
	};
}

/** Kling's own words for a task. */
export function klingTask(now: TaskNow, more: Body): Body {
	return {
		created_at: now.submittedAtS * 1000,
		updated_at: now.submittedAtS * 1000 + 1,
		task_id: now.taskId,
		task_info: {
			...(now.action === 'videoExtend' && { parent_video: PARENT_VIDEO }),
			...(now.externalTaskId !== null && { external_task_id: now.externalTaskId }),
		},
		task_result: {},
		...more,
	};
}

const PARENT_VIDEO = {
	id: '842250903708762100',
	url: 'https://example.com/parent.mp4',
	duration: '5.1',
};

const videosOf = (now: TaskNow, count = 1) =>
	Array.from({ length: count }, (_, index) => ({
		id: `84225090370876220${index}`,
		url: index === 0 ? now.videoUrl : now.videoUrl.replace('.mp4', `-${index}.mp4`),
		duration: '5.1',
		...(now.action === 'multiElementsCreate' && { session_id: '842250903708762300' }),
	}));

/** A task on its way: the relay asks Kling at each check, so it never tells more stages than these two. */
function pending(now: TaskNow): Body {
	return now.share < PROCESSING_FROM_SHARE
		? relayed(now, { status: 'SUBMITTED', progress: '10%' }, { task_status: 'submitted' })
		: relayed(now, { status: 'IN_PROGRESS', progress: '30%' }, { task_status: 'processing' });
}

/** A task of which the relay has no news: a newer one asks Kling in its sweep only. */
function notStarted(now: TaskNow): Body {
	return relayed(now, { status: 'NOT_START', progress: '0%' }, { task_status: 'submitted' });
}

function succeeded(now: TaskNow, outer: Body = {}, videos: unknown[] = videosOf(now)): Body {
	return relayed(
		now,
		{ status: 'SUCCESS', progress: '100%', fail_reason: now.videoUrl, ...outer },
		{ task_status: 'succeed', task_result: { videos } },
	);
}

const audiosOf = (now: TaskNow) => [
	{
		id: '842250903708762400',
		url_mp3: `${now.filesUrl}/audio/0.mp3`,
		url_wav: `${now.filesUrl}/audio/0.wav`,
		duration_mp3: '5.04',
		duration_wav: '5.0',
	},
];

function succeededWith(now: TaskNow, taskResult: Body): Body {
	return relayed(
		now,
		{ status: 'SUCCESS', progress: '100%' },
		{ task_status: 'succeed', task_result: taskResult },
	);
}

/** A SUCCESS whose URL, if any, is not where the documents say. */
function succeededWithout(now: TaskNow, outer: Body): Body {
	const bare = { status: 'SUCCESS', progress: '100%', fail_reason: '', ...outer };
	return relayed(now, bare, { task_status: 'succeed' });
}

function failed(now: TaskNow, outer: Body, kling: Body): Body {
	return relayed(
		now,
		{ status: 'FAILURE', progress: '100%', fail_reason: 'SUCCEED', start_time: 0, ...outer },
		{ task_status: 'failed', ...kling },
	);
}

/** How a task is told of, on its way and when done. The name is the scenario's. */
export const STORIES: Record<string, (now: TaskNow) => Body> = {
	success: (now) => (now.share < 1 ? pending(now) : succeeded(now)),
	/** Exactly the API page's example. */
	documented: (now) =>
		now.share < 1
			? pending(now)
			: {
					code: 'success',
					message: '',
					data: {
						task_id: now.taskId,
						status: 'SUCCESS',
						progress: '100%',
						data: {
							code: 0,
							data: {
								task_id: now.taskId,
								task_status: 'succeed',
								task_result: { videos: videosOf(now) },
							},
						},
					},
				},
	/** As a newer relay tells it, or the gateway while Kling cannot be asked. */
	'not-started': (now) => (now.share < 1 ? notStarted(now) : succeeded(now)),
	/** For a submit call that asks for the watermark as well. */
	watermark: (now) =>
		now.share < 1
			? pending(now)
			: succeeded(
					now,
					{},
					videosOf(now).map((video) => ({ ...video, watermark_url: `${now.videoUrl}?watermark` })),
				),
	several: (now) => (now.share < 1 ? pending(now) : succeeded(now, {}, videosOf(now, 3))),

	// other relays: one level shallower, Kling's own, two levels deeper, other spellings and types
	shallow: (now) => ({
		code: 'success',
		message: '',
		data: {
			task_id: now.taskId,
			status: now.share < 1 ? 'IN_PROGRESS' : 'SUCCESS',
			progress: now.share < 1 ? '30%' : '100%',
			data: { task_result: now.share < 1 ? {} : { videos: videosOf(now) } },
		},
	}),
	native: (now) => ({
		code: 0,
		message: 'SUCCEED',
		request_id: 'sandbox',
		data: klingTask(
			now,
			now.share < 1
				? { task_status: 'processing' }
				: { task_status: 'succeed', task_result: { videos: videosOf(now) } },
		),
	}),
	deep: (now) => {
		const inner = now.share < 1 ? pending(now) : succeeded(now);
		const status = now.share < 1 ? 'IN_PROGRESS' : 'SUCCESS';
		return { code: 'success', message: '', data: { task_id: 'task_outer', status, data: inner } };
	},
	spelled: (now) =>
		now.share < 1
			? relayed(now, { status: 'processing', progress: '30%' }, { task_status: 'processing' })
			: succeeded(now, { status: 'succeeded' }),
	completed: (now) => (now.share < 1 ? pending(now) : succeeded(now, { status: 'completed' })),
	numbers: (now) =>
		now.share < 1
			? relayed(now, { status: 'IN_PROGRESS', progress: 30 }, { task_status: 'processing' })
			: succeeded(now, { progress: 100, submit_time: String(now.submittedAtS) }, [
					// more digits than a number holds: the id that arrives is not the one that was meant
					{ id: 842250903708762200, url: now.videoUrl, duration: 5.1 },
				]),

	// results that are no video, which relays give that know more kinds than the gateway does
	images: (now) =>
		now.share < 1
			? pending(now)
			: succeededWith(now, {
					images: [0, 1].map((index) => ({ index, url: `${now.filesUrl}/images/${index}.png` })),
				}),
	audio: (now) => (now.share < 1 ? pending(now) : succeededWith(now, { audios: audiosOf(now) })),
	/** Video to audio: the video with its new sound, and the sound alone. */
	sound: (now) =>
		now.share < 1
			? pending(now)
			: succeededWith(now, { videos: videosOf(now), audios: audiosOf(now) }),

	// other places of the URL
	'data-url': (now) =>
		now.share < 1 ? pending(now) : succeededWithout(now, { url: now.videoUrl }),
	'result-url': (now) =>
		now.share < 1
			? relayed(now, { status: 'IN_PROGRESS', progress: '30%', data: null }, {})
			: succeededWithout(now, { result_url: now.videoUrl, data: null }),
	'fail-reason-url': (now) =>
		now.share < 1 ? pending(now) : succeededWithout(now, { fail_reason: now.videoUrl }),
	'no-url': (now) => (now.share < 1 ? pending(now) : succeededWithout(now, {})),
	/** A newer relay gives an address of its own where it has no video. */
	'relay-url': (now) => {
		const result_url = `http://localhost:3000/v1/videos/${now.taskId}/content`;
		return now.share < 1 ? notStarted(now) : succeededWithout(now, { result_url });
	},
	'late-url': (now) =>
		now.share < 1
			? pending(now)
			: now.checksSinceDone < 2
				? succeededWithout(now, {})
				: succeeded(now),

	// tasks that come to nothing
	failure: (now) =>
		now.share < 1 ? pending(now) : failed(now, {}, { task_status_msg: 'Image pixel is invalid' }),
	'failure-text': (now) =>
		now.share < 1 ? pending(now) : failed(now, { fail_reason: 'content moderation failed' }, {}),
	'failure-timeout': (now) =>
		now.share < 1 ? pending(now) : failed(now, { fail_reason: '任务超时（1440分钟）' }, {}),
	'failure-url': (now) =>
		now.share < 1 ? pending(now) : failed(now, { fail_reason: now.videoUrl }, {}),
	'failure-message': (now) =>
		now.share < 1
			? pending(now)
			: failed(now, { fail_reason: '', error: { message: 'the channel was closed' } }, {}),
	'failure-silent': (now) => (now.share < 1 ? pending(now) : failed(now, {}, {})),
	/** The channel was deleted: the gateway gives up on a task that Kling still calls submitted. */
	'failure-outside': (now) =>
		now.share < 1
			? pending(now)
			: failed(now, { fail_reason: 'the channel was deleted' }, { task_status: 'submitted' }),
	cancelled: (now) =>
		now.share < 1 ? pending(now) : failed(now, { status: 'cancelled', fail_reason: '' }, {}),

	// tasks that are not done, whatever they say
	never: (now) =>
		relayed(
			now,
			{ status: 'IN_PROGRESS', progress: '30%', finish_time: 0 },
			{ task_status: 'processing' },
		),
	'unknown-status': (now) =>
		now.share < 1
			? relayed(now, { status: 'REVIEWING', progress: '20%' }, { task_status: 'processing' })
			: succeeded(now),
	'empty-status': (now) =>
		now.share < 1 ? relayed(now, { status: '' }, { task_status: 'submitted' }) : succeeded(now),
};

/** The stories of tasks that come to nothing; what was charged for them is paid back. */
export const FAILING_STORIES = [
	'failure',
	'failure-text',
	'failure-timeout',
	'failure-url',
	'failure-message',
	'failure-silent',
	'failure-outside',
	'cancelled',
];
