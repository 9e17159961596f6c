/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { IBinaryData, INodeParameters } from 'n8n-workflow';
import { bytesOf } from '../../engine/binaryStore';
import { startSandbox } from '../../sandbox/gateway';
import { dictate } from '../../sandbox/oddReplies';
import { VIDEO_NAMES } from '../../sandbox/videoHost';
import {
	continueWithOutput,
	errorFor,
	itemFor,
	runKling,
	startKling,
	waiting,
} from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';

const VIDEO = readFileSync(join(__dirname, '../../sandbox/video.mp4'));
const downloading: INodeParameters = { downloadVideo: true };

const sandbox = sandboxForEachTest();
// no host of a video ever gets the token
afterEach(() => {
	for (const { path, authorization } of sandbox.requests) {
		if (/videos\/|elsewhere/.test(path) && !path.startsWith('/kling')) {
			expect({ path, authorization }).toEqual({ path, authorization: null });
		}
	}
});

function fileIn(item: { binary?: Record<string, IBinaryData> }, field = 'data'): IBinaryData {
	const file = item.binary?.[field];
	if (file === undefined) throw new Error(`No file in ${field}`);
	return file;
}

const downloadsSeen = () => sandbox.requests.filter(({ path }) => path.startsWith('/videos/'));

describe.each([
	['a check', {}],
	['a wait', waiting()],
])('%s that downloads', (_operation, parameters) => {
	test('gives the video as the binary data of the item', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: { ...parameters, ...downloading },
		});
		const item = itemFor(result, 0);
		const file = fileIn(item);
		expect(file).toMatchObject({
			fileName: 'success-0s.mp4',
			fileExtension: 'mp4',
			fileType: 'video',
			mimeType: 'video/mp4',
			fileSize: expect.stringMatching(/^7\.\d+ kB$/),
		});
		expect(await bytesOf(file)).toEqual(VIDEO);
		expect(item.json.videos).toEqual([expect.objectContaining({ binaryProperty: 'data' })]);
		expect(item.pairedItem).toEqual({ item: 0 });
	});
});

test('all videos of a task, each under the name that its entry says', async () => {
	const result = await runKling({
		sandbox,
		tasks: ['several-0s'],
		parameters: { ...downloading, binaryPropertyName: 'clip' },
	});
	const item = itemFor(result, 0);
	expect(Object.keys(item.binary ?? {})).toEqual(['clip', 'clip_1', 'clip_2']);
	expect(item.json.videos).toEqual(
		['clip', 'clip_1', 'clip_2'].map((binaryProperty) =>
			expect.objectContaining({ binaryProperty }),
		),
	);
	expect(Object.values(item.binary ?? {}).map(({ fileName }) => fileName)).toEqual([
		'several-0s.mp4',
		'several-0s_1.mp4',
		'several-0s_2.mp4',
	]);
});

test('with Simplify off, the reply comes as it is, with the files beside it', async () => {
	const result = await runKling({
		sandbox,
		tasks: ['several-0s'],
		parameters: { ...downloading, simplify: false },
	});
	const { json, binary } = itemFor(result, 0);
	expect(Object.keys(json)).toEqual(['code', 'message', 'data']);
	expect(Object.keys(binary ?? {})).toEqual(['data', 'data_1', 'data_2']);
});

test.each([['success-600s'], ['failure-0s'], ['no-url-0s']])(
	'a check of %s, which has no video, gives its item without binary data',
	async (taskId) => {
		const result = await runKling({ sandbox, tasks: [taskId], parameters: downloading });
		const item = itemFor(result, 0);
		expect(item.json.taskId).toBe(taskId);
		expect(item.binary).toBeUndefined();
	},
);

test('nothing is downloaded unless it is asked for', async () => {
	const { items } = await runKling({ sandbox, tasks: ['success-0s'] });
	expect(items[0]?.binary).toBeUndefined();
	expect(downloadsSeen()).toEqual([]);
});

test('a task id that is no file name makes one', async () => {
	const taskId = 'success-0s-a/b:c ü';
	const result = await runKling({ sandbox, tasks: [taskId], parameters: downloading });
	expect(fileIn(itemFor(result, 0)).fileName).toBe('success-0s-a_b_c_.mp4');
});

describe('what a host does', () => {
	const runOut = (status: number) => ({
		message: expect.stringContaining('is not valid any more'),
		description: expect.stringMatching(new RegExp(`${status}.*same Task ID.*30 days`)),
	});
	const notAVideo = (found: string) => ({
		message: expect.stringContaining('is not a video'),
		description: expect.stringContaining(found),
	});
	const wentWrong = (cause: string) => ({
		message: expect.stringMatching(new RegExp(`could not be downloaded: .*${cause}`)),
		description: expect.stringContaining('same Task ID'),
	});
	const whole = 'the whole video';

	/** What comes of it, and how often the host is asked. */
	const OUTCOMES: Record<string, [outcome: unknown, downloads: number]> = {
		'video-cut': [wentWrong('broke off|cut'), 3],
		'video-short': [wentWrong('broke off|cut'), 3],
		'video-cut-unannounced': [wentWrong('broke off|cut'), 3],
		'video-unannounced': [whole, 1],
		'video-untyped': [whole, 1],
		'video-in-bits': [whole, 1],
		'video-packed': [whole, 1],
		'video-packed-cut': [wentWrong('broke off|cut'), 3],
		'video-page': [notAVideo('a web page'), 1],
		'video-page-after-words': [notAVideo('a web page'), 1],
		'video-text': [notAVideo('a text'), 1],
		'video-list': [notAVideo('a list of names'), 1],
		'video-image': [notAVideo('an image'), 1],
		'video-utf16': [notAVideo('a web page'), 1],
		'video-message-marked': [notAVideo('a JSON message'), 1],
		'video-page-as-video': [notAVideo('a web page'), 1],
		'video-message': [notAVideo('a JSON message'), 1],
		'video-empty': [wentWrong('an empty file'), 3],
		'video-expired': [runOut(403), 1],
		'video-missing': [runOut(404), 1],
		'video-removed': [runOut(410), 1],
		'video-busy': [wentWrong('HTTP status 503'), 3],
		'video-unauthorized': [notAVideo('HTTP status 401'), 1],
		'video-moved': [whole, 1],
	};
	const withoutEnd = ['video-silent', 'video-drip', 'video-endless'];
	const names = VIDEO_NAMES.filter((name) => !withoutEnd.includes(name));

	test.each(names)('%s', async (name) => {
		const [outcome, downloads] = OUTCOMES[name] ?? ['a host that is not tested', 0];
		const result = await runKling({
			sandbox,
			tasks: [`${name}-0s`, 'success-0s'],
			parameters: downloading,
			settings: continueWithOutput,
		});
		if (outcome === whole) {
			const file = fileIn(itemFor(result, 0));
			expect(file.mimeType).toBe('video/mp4');
			expect(await bytesOf(file)).toEqual(VIDEO);
		} else {
			const told = Object(outcome);
			expect(errorFor(result, 0)).toEqual({ ...told, taskId: `${name}-0s`, status: 'SUCCESS' });
			expect(itemFor(result, 0).binary).toBeUndefined();
		}
		expect(await bytesOf(fileIn(itemFor(result, 1)))).toEqual(VIDEO);
		expect(downloadsSeen().filter(({ path }) => path.includes(name))).toHaveLength(downloads);
	});

	test('one that falls silent is given up after the timeout, and tried again', async () => {
		const result = await runKling({
			sandbox,
			tasks: ['blip-video-silent-0s', 'video-silent-0s'],
			parameters: { ...downloading, requestOptions: { timeout: 300 } },
			settings: continueWithOutput,
		});
		expect(await bytesOf(fileIn(itemFor(result, 0)))).toEqual(VIDEO);
		expect(errorFor(result, 1)).toMatchObject(wentWrong('sent nothing for 0.3 seconds'));
	});

	test.each(['video-cut', 'video-short', 'video-empty', 'video-busy'])(
		'%s, and then the whole video',
		async (name) => {
			const result = await runKling({
				sandbox,
				tasks: [`blip-${name}-0s`],
				parameters: downloading,
			});
			expect(await bytesOf(fileIn(itemFor(result, 0)))).toEqual(VIDEO);
		},
	);

	test('a redirect is followed, and the other host gets no token either', async () => {
		await runKling({ sandbox, tasks: ['video-moved-0s'], parameters: downloading });
		expect(sandbox.requests.at(-1)).toMatchObject({
			path: '/elsewhere/video.mp4',
			host: expect.stringMatching(/^localhost:/),
			authorization: null,
		});
	});

	test('without "Continue", it ends the node and the other waits', async () => {
		const { status, error } = await runKling({
			sandbox,
			tasks: ['never', 'video-expired-0s'],
			parameters: { ...waiting(), ...downloading },
		});
		expect(status).toBe('error');
		expect(error).toMatchObject({
			message: expect.stringContaining('video-expired-0s'),
			context: { itemIndex: 1 },
		});
	});
});

test('Stop ends a download at once, and no other is begun', async () => {
	const tasks = Array.from({ length: 8 }, (_, index) => `video-silent-0s-${index}`);
	const run = startKling({ sandbox, tasks, parameters: { ...waiting(), ...downloading } });
	while (downloadsSeen().length < 3) await sandbox.untilSeen(sandbox.requests.length + 1);
	run.stop();
	expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1, items: [] });
	// a download that was begun when a place got free would arrive before this one
	await runKling({ sandbox, tasks: ['success-0s'], parameters: downloading });
	expect(downloadsSeen()).toHaveLength(4);
});

test.each([
	['is not taken', {}, false],
	['is taken with "Ignore SSL Issues"', { allowUnauthorizedCerts: true }, true],
])('a video from a host with a certificate of its own %s', async (_what, requestOptions, taken) => {
	// for this test only: anybody may know the key
	const pem = readFileSync(join(__dirname, 'selfSigned.pem'));
	const host = createServer({ key: pem, cert: pem }, (_request, response) => response.end(VIDEO));
	await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
	try {
		const url = `https://127.0.0.1:${Object(host.address()).port}/video.mp4`;
		const data = { task_id: '1', status: 'SUCCESS', url };
		const text = JSON.stringify({ code: 'success', message: '', data });
		const result = await runKling({
			sandbox,
			tasks: [dictate({ statusCode: 200, headers: {}, text })],
			parameters: { ...downloading, requestOptions },
			settings: continueWithOutput,
		});
		if (taken) expect(await bytesOf(fileIn(itemFor(result, 0)))).toEqual(VIDEO);
		else expect(errorFor(result, 0)).toMatchObject({ status: 'SUCCESS' });
	} finally {
		host.closeAllConnections();
		host.close();
	}
});

test("n8n's proxy setting counts for the download as for the check", async () => {
	const proxy = await startSandbox();
	const { hostname: host, port } = new URL(proxy.url);
	try {
		await runKling({
			sandbox,
			tasks: ['success-0s'],
			parameters: {
				...downloading,
				requestOptions: { proxy: `http://${host}:${port}` },
			},
		});
		// a proxy is asked for the whole URL; this one answers by its path
		expect(proxy.requests.map(({ path }) => path)).toEqual([
			expect.stringContaining('/success-0s'),
			expect.stringContaining('/videos/success-0s.mp4'),
		]);
		expect(sandbox.requests).toEqual([]);
	} finally {
		await proxy.close();
	}
});
