import type { AxiosInstance } from 'axios';
import { startSandbox, type Sandbox } from '../../sandbox/gateway';
import { STORIES } from '../../sandbox/taskReplies';
import { FAILURE, IN_PROGRESS, NOT_STARTED, SUCCESS } from '../support/bodies';
import { at, clientOf, statusPath, textAt } from '../support/client';

interface Told {
	/** When asked about for the first time; SUBMITTED if left out. */
	fresh?: object;
	done: object;
	/** The places of all URLs when it is done. */
	urls: string[];
}

/** The relay's envelope with Kling's reply, or none, in it. */
const relayed = (outer: object, kling: object | null) => ({
	code: 'success',
	message: '',
	data: { ...outer, data: kling === null ? null : { code: 0, data: kling } },
});
const running = (outer: object = {}, task_status = 'processing') =>
	relayed({ status: 'IN_PROGRESS', progress: '30%', finish_time: 0, ...outer }, { task_status });
const succeeded = (outer: object = {}, kling: object = {}) =>
	relayed({ status: 'SUCCESS', progress: '100%', ...outer }, { task_status: 'succeed', ...kling });
const failed = (outer: object = {}, kling: object = {}) =>
	relayed(
		// Kling's transport message, not a reason
		{ status: 'FAILURE', progress: '100%', fail_reason: 'SUCCEED', ...outer },
		{ task_status: 'failed', ...kling },
	);
const PENDING = relayed(
	{ status: 'SUBMITTED', progress: '10%', fail_reason: '', start_time: 0, finish_time: 0 },
	{ task_status: 'submitted', task_result: {} },
);

const NOT_STARTED_YET = relayed(
	{ status: 'NOT_START', progress: '0%' },
	{ task_status: 'submitted' },
);

const RESULT = 'data.data.data.task_result';
const VIDEO = `${RESULT}.videos.0.url`;
const SOUND = ['url_mp3', 'url_wav'].map((url) => `${RESULT}.audios.0.${url}`);
/** Where older relays have it as well. */
const FAIL_REASON = 'data.fail_reason';

const TOLD: Record<string, Told> = {
	success: { done: succeeded(), urls: [FAIL_REASON, VIDEO] },
	documented: { done: succeeded(), urls: [VIDEO] },
	'not-started': { fresh: NOT_STARTED_YET, done: succeeded(), urls: [FAIL_REASON, VIDEO] },
	'relay-url': {
		fresh: NOT_STARTED_YET,
		done: succeeded({ fail_reason: '' }),
		urls: ['data.result_url'],
	},
	watermark: {
		done: succeeded({}, { task_result: { videos: [{ duration: '5.1' }] } }),
		urls: [FAIL_REASON, VIDEO, VIDEO.replace('url', 'watermark_url')],
	},
	images: {
		done: succeeded({}, { task_result: { images: [{ index: 0 }, { index: 1 }] } }),
		urls: ['0', '1'].map((index) => `${RESULT}.images.${index}.url`),
	},
	audio: {
		done: succeeded(
			{},
			{ task_result: { audios: [{ duration_mp3: '5.04', duration_wav: '5.0' }] } },
		),
		urls: SOUND,
	},
	sound: { done: succeeded(), urls: [VIDEO, ...SOUND] },
	several: {
		done: succeeded(),
		urls: [FAIL_REASON, VIDEO, VIDEO.replace('0', '1'), VIDEO.replace('0', '2')],
	},
	shallow: {
		fresh: { code: 'success', data: { status: 'IN_PROGRESS', data: { task_result: {} } } },
		done: { code: 'success', data: { status: 'SUCCESS', progress: '100%' } },
		urls: ['data.data.task_result.videos.0.url'],
	},
	native: {
		fresh: { code: 0, data: { task_status: 'processing', task_result: {} } },
		done: { code: 0, data: { task_status: 'succeed' } },
		urls: ['data.task_result.videos.0.url'],
	},
	deep: {
		fresh: { data: { task_id: 'task_outer', status: 'IN_PROGRESS', data: PENDING } },
		done: { data: { task_id: 'task_outer', status: 'SUCCESS', data: succeeded() } },
		urls: [`data.data.${FAIL_REASON}`, `data.data.${VIDEO}`],
	},
	spelled: {
		fresh: running({ status: 'processing' }),
		done: succeeded({ status: 'succeeded' }),
		urls: [FAIL_REASON, VIDEO],
	},
	completed: { done: succeeded({ status: 'completed' }), urls: [FAIL_REASON, VIDEO] },
	numbers: {
		fresh: running({ progress: 30 }),
		done: succeeded(
			{ progress: 100, submit_time: expect.stringMatching(/^\d{10}$/) },
			{ task_result: { videos: [{ id: 842250903708762200, duration: 5.1 }] } },
		),
		urls: [FAIL_REASON, VIDEO],
	},
	'data-url': { done: succeeded({ fail_reason: '' }), urls: ['data.url'] },
	'result-url': {
		fresh: relayed({ status: 'IN_PROGRESS', progress: '30%' }, null),
		done: relayed({ status: 'SUCCESS', progress: '100%', fail_reason: '' }, null),
		urls: ['data.result_url'],
	},
	'fail-reason-url': { done: succeeded(), urls: [FAIL_REASON] },
	'no-url': { done: succeeded({ fail_reason: '' }), urls: [] },
	// at first; see below
	'late-url': { done: succeeded({ fail_reason: '' }), urls: [] },
	failure: { done: failed({}, { task_status_msg: 'Image pixel is invalid' }), urls: [] },
	'failure-text': { done: failed({ fail_reason: 'content moderation failed' }), urls: [] },
	'failure-timeout': { done: failed({ fail_reason: '任务超时（1440分钟）' }), urls: [] },
	'failure-url': {
		done: failed({ fail_reason: expect.stringMatching(/^http/) }),
		urls: [FAIL_REASON],
	},
	'failure-message': {
		done: failed({ fail_reason: '', error: { message: 'the channel was closed' } }),
		urls: [],
	},
	'failure-silent': { done: failed(), urls: [] },
	'failure-outside': {
		done: failed({ fail_reason: 'the channel was deleted' }, { task_status: 'submitted' }),
		urls: [],
	},
	cancelled: { done: failed({ status: 'cancelled', fail_reason: '' }), urls: [] },
	never: { fresh: running(), done: running(), urls: [] },
	'unknown-status': {
		fresh: running({ status: 'REVIEWING', progress: '20%' }),
		done: succeeded(),
		urls: [FAIL_REASON, VIDEO],
	},
	'empty-status': {
		fresh: running({ status: '', progress: '0%' }, 'submitted'),
		done: succeeded(),
		urls: [FAIL_REASON, VIDEO],
	},
};

/** By the first part of the path. */
const TYPE_OF: Record<string, string> = {
	videos: 'video/mp4',
	images: 'image/png',
	audio: 'application/octet-stream',
};

let sandbox: Sandbox;
let client: AxiosInstance;
beforeAll(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterAll(async () => await sandbox.close());

async function ask(taskId: string): Promise<unknown> {
	const { status, data, headers } = await client.get<unknown>(statusPath(taskId));
	// every state of a task, failure included
	expect(status).toBe(200);
	expect(headers['content-type']).toBe('application/json; charset=utf-8');
	return data;
}

/** Each URL in a body with its place. */
function urlsIn(value: unknown, place = ''): Array<[place: string, url: string]> {
	if (typeof value === 'string') return value.startsWith('http') ? [[place, value]] : [];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		urlsIn(inner, place === '' ? key : `${place}.${key}`),
	);
}

function toldOf(name: string): Told {
	const told = TOLD[name];
	if (told === undefined) throw new Error(`No expectation of ${name}`);
	return told;
}

const placesIn = (body: unknown) => urlsIn(body).map(([place]) => place);

describe.each(Object.keys(STORIES))('%s', (name) => {
	test('at the beginning is not done and has no video', async () => {
		const body = await ask(`${name}-3600s`);
		expect(body).toMatchObject(toldOf(name).fresh ?? PENDING);
		expect(urlsIn(body)).toEqual([]);
	});

	test('when done is what its name says, with the URL in the right places', async () => {
		const { done, urls } = toldOf(name);
		const body = await ask(`${name}-0s`);
		expect(body).toMatchObject(done);
		expect(placesIn(body).sort()).toEqual([...urls].sort());
		for (const [, url] of urlsIn(body)) {
			// the address of a relay that has no video
			if (name === 'relay-url') continue;
			expect(url).toMatch(new RegExp(`^${sandbox.url}/(videos/${name}-0s|images/|audio/)`));
			expect(await client.get(url)).toMatchObject({
				status: 200,
				headers: { 'content-type': TYPE_OF[new URL(url).pathname.split('/')[1] ?? ''] },
			});
		}
	});
});

test('there is no expectation of a story that is gone', () => {
	expect(Object.keys(TOLD).sort()).toEqual(Object.keys(STORIES).sort());
});

test('several videos have several URLs', async () => {
	const urls = urlsIn(await ask('several-0s'))
		.filter(([place]) => place !== FAIL_REASON)
		.map(([, url]) => url);
	expect(new Set(urls).size).toBe(3);
});

test('only the failure that says so gives a reason of Kling', async () => {
	const withReason: string[] = [];
	for (const name of Object.keys(STORIES)) {
		const kling = at(await ask(`${name}-0s`), 'data', 'data', 'data');
		if (at(kling, 'task_status_msg') !== undefined) withReason.push(name);
	}
	expect(withReason).toEqual(['failure']);
});

test('late-url has its URL at the third check after the end', async () => {
	// it takes a moment, so that the checks before the end do not count
	const id = 'late-url-0s-checks';
	let body = await ask(id);
	while (textAt(body, 'data', 'status') !== 'SUCCESS') body = await ask(id);
	const bodies = [body, await ask(id), await ask(id), await ask(id)];
	expect(bodies.map((told) => placesIn(told).length)).toEqual([0, 0, 2, 2]);
});

/** A body without what differs from task to task: ids, times, the video's URL. */
function masked(text: string): object {
	const bare = text
		.replace(/"https?:[^"]*"/g, '"URL"')
		.replace(/("(?:task_|request_)?id":)"[^"]*"/g, '$1"ID"')
		.replace(/:\d{10,}/g, ':1');
	const body: object = JSON.parse(bare);
	return body;
}

/** What a task says at a moment of its life; over HTTP the moment is up to the machine. */
const successAt = (share: number) =>
	STORIES.success?.({
		taskId: '842250903629086785',
		action: 'multiImage2Video',
		externalTaskId: null,
		share,
		submittedAtS: 1766737710,
		finishedAtS: 1766737890,
		videoUrl: 'https://example.com/x.mp4',
		filesUrl: 'https://example.com',
		checksSinceDone: 0,
	});

describe('the bodies are those of the gateway', () => {
	const textOf = async (taskId: string) =>
		(await client.get<string>(statusPath(taskId), { responseType: 'text' })).data;

	test.each([
		['success-0s', SUCCESS],
		['failure-0s', FAILURE],
	])('to the letter: %s', async (taskId, body) => {
		expect(masked(await textOf(taskId))).toEqual(masked(body));
	});

	test('to the letter: a task in progress', () => {
		expect(masked(JSON.stringify(successAt(0.5)))).toEqual(masked(IN_PROGRESS));
	});

	test('and more than that at the beginning, where the gateway has no result yet', async () => {
		expect(masked(await textOf('not-started-3600s-x'))).toMatchObject(masked(NOT_STARTED));
	});
});

test.each([
	[0, 'SUBMITTED', '10%', 'submitted'],
	[0.19, 'SUBMITTED', '10%', 'submitted'],
	[0.2, 'IN_PROGRESS', '30%', 'processing'],
	[0.99, 'IN_PROGRESS', '30%', 'processing'],
	[1, 'SUCCESS', '100%', 'succeed'],
])('at %d of its time a task is %s, %s', (share, status, progress, task_status) => {
	expect(successAt(share)).toMatchObject(relayed({ status, progress }, { task_status }));
});
