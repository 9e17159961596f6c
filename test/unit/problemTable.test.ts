import type { Task } from '../../nodes/KlingVideo/gateway/task';
import { SUBMIT_REFUSALS } from '../../nodes/KlingVideo/gateway/submitResult';
import type { Problem, ProblemKind } from '../../nodes/KlingVideo/problems/problem';
import { describeProblem } from '../../nodes/KlingVideo/problems/problemTable';
import { BARE_TASK, TASK_ID, videoAt } from '../support/bodies';
import { MULTI_IMAGE, OMNI, OTHER } from '../support/taskKinds';

const SAID = 'what the gateway said';
const EXTERNAL_TASK_ID = '0f9e8d7c-6b5a-4321-8765-43210fedcba9';
const LAST_TASK: Task = { ...BARE_TASK, status: 'IN_PROGRESS', progress: 30 };

/** One of each kind, as it is without and with the gateway's words. */
const PROBLEMS: Record<ProblemKind, Problem[]> = {
	noTaskId: [{ kind: 'noTaskId' }],
	taskIdLost: [{ kind: 'taskIdLost' }],
	taskIdLostDigits: [{ kind: 'taskIdLostDigits' }],
	unusableTaskId: [{ kind: 'unusableTaskId' }],
	noTaskPath: [{ kind: 'noTaskPath' }],
	unusableTaskPath: [{ kind: 'unusableTaskPath', taskPath: 'a b' }],
	taskUnknown: [{ kind: 'taskUnknown' }],
	tokenRefused: [
		{ kind: 'tokenRefused', gatewayMessage: null },
		{ kind: 'tokenRefused', gatewayMessage: SAID },
	],
	tokenNoLongerValid: [
		{ kind: 'tokenNoLongerValid', gatewayMessage: null },
		{ kind: 'tokenNoLongerValid', gatewayMessage: SAID },
	],
	tokenRestricted: [
		{ kind: 'tokenRestricted', gatewayMessage: null },
		{ kind: 'tokenRestricted', gatewayMessage: SAID },
	],
	accessRefused: [
		{ kind: 'accessRefused', gatewayMessage: null },
		{ kind: 'accessRefused', gatewayMessage: SAID },
	],
	wrongBaseUrl: [{ kind: 'wrongBaseUrl', received: SAID }],
	requestRefused: [
		{ kind: 'requestRefused', statusCode: 418, gatewayMessage: null },
		{ kind: 'requestRefused', statusCode: 418, gatewayMessage: SAID },
	],
	certificateNotTrusted: [{ kind: 'certificateNotTrusted', cause: SAID }],
	notSent: [{ kind: 'notSent', cause: SAID }],
	checkFailed: [{ kind: 'checkFailed', cause: SAID }],
	tooManyFailedChecks: [{ kind: 'tooManyFailedChecks', cause: SAID, failedChecks: 21 }],
	taskFailed: [
		{ kind: 'taskFailed', reason: null },
		{ kind: 'taskFailed', reason: SAID },
	],
	succeededWithoutVideo: [{ kind: 'succeededWithoutVideo' }],
	timedOut: [
		{ kind: 'timedOut', maxWaitMinutes: 30, cause: null },
		{ kind: 'timedOut', maxWaitMinutes: 30, cause: SAID },
	],
	linkExpired: [{ kind: 'linkExpired', statusCode: 403 }],
	notAVideo: [{ kind: 'notAVideo', received: SAID }],
	downloadFailed: [{ kind: 'downloadFailed', cause: SAID }],
	downloadNotAllowed: [{ kind: 'downloadNotAllowed', host: SAID }],
	downloadTooLarge: [{ kind: 'downloadTooLarge', maxMegabytes: 2000 }],
	downloadTooLong: [{ kind: 'downloadTooLong', maxMinutes: 30 }],
	tooManyVideos: [{ kind: 'tooManyVideos', videos: 21, maxVideos: 20 }],
	proxyRefused: [{ kind: 'proxyRefused' }],
	proxyNotUsable: [{ kind: 'proxyNotUsable', protocol: SAID }],
	unreadableParameters: [{ kind: 'unreadableParameters', cause: SAID }],
	hostTooOld: [{ kind: 'hostTooOld' }],
	insideTool: [{ kind: 'insideTool' }],
	workflowNotSaved: [{ kind: 'workflowNotSaved' }],
	callerDoesNotWait: [{ kind: 'callerDoesNotWait' }],
	notSuspended: [{ kind: 'notSuspended', cause: SAID }],
	progressLost: [{ kind: 'progressLost' }],
	otherVersion: [{ kind: 'otherVersion' }],
	noModel: [{ kind: 'noModel' }],
	noPrompt: [{ kind: 'noPrompt' }],
	promptTooLong: [
		{ kind: 'promptTooLong', field: 'prompt', characters: 2501 },
		{ kind: 'promptTooLong', field: 'negativePrompt', characters: 2501 },
	],
	noImages: [{ kind: 'noImages' }],
	tooManyImages: [{ kind: 'tooManyImages', images: 5, maxImages: 4 }],
	noFirstFrame: [{ kind: 'noFirstFrame' }],
	tooManyFrames: [
		{ kind: 'tooManyFrames', role: 'firstFrame' },
		{ kind: 'tooManyFrames', role: 'lastFrame' },
	],
	unusableDuration: [{ kind: 'unusableDuration' }],
	unusableCfgScale: [{ kind: 'unusableCfgScale' }],
	unusableCameraControl: [{ kind: 'unusableCameraControl' }],
	unusableAdditionalFields: [{ kind: 'unusableAdditionalFields' }],
	unusableImage: [{ kind: 'unusableImage', given: SAID }],
	notJpegOrPng: [{ kind: 'notJpegOrPng', image: 'image 2' }],
	imageTooLarge: [{ kind: 'imageTooLarge', image: 'the file in "photo"', megabytes: 12.34 }],
	noFile: [{ kind: 'noFile', field: 'photo' }],
	submitRefused: SUBMIT_REFUSALS.flatMap((reason) =>
		[null, SAID].map((words) => ({ kind: 'submitRefused', reason, words }) as const),
	),
	submitNotConnected: [{ kind: 'submitNotConnected', cause: SAID }],
	noPlaceInTime: [
		{ kind: 'noPlaceInTime', cause: SAID, maxQueueMinutes: 60 },
		{ kind: 'noPlaceInTime', cause: SAID, maxQueueMinutes: 0 },
	],
	submitUnclear: [false, true].flatMap((isRemembered) =>
		[false, true].map(
			(isAccepted) =>
				({
					kind: 'submitUnclear',
					isRemembered,
					isAccepted,
					externalTaskId: EXTERNAL_TASK_ID,
					cause: SAID,
				}) as const,
		),
	),
	createNotInTool: [{ kind: 'createNotInTool' }],
};

/** The texts for a node that ends with the problem. */
function textsOf(problem: Problem, lastTask: Task | null, taskKind = MULTI_IMAGE) {
	return describeProblem(problem, {
		taskId: TASK_ID,
		creates: false,
		taskKind,
		lastTask,
		continuesOnFail: false,
	});
}

const ALL = Object.values(PROBLEMS).flat();

/** n8n's names for settings, this node's names for options, and the gateway's status. */
const NAMES = /"On Error"|"Continue \(using error output\)"|\bFAILURE\b/g;

function allTold(problem: Problem): string {
	return [null, LAST_TASK]
		.map((lastTask) => textsOf(problem, lastTask))
		.map(({ message, description }) => `${message} ${description}`)
		.join(' ');
}

describe.each(ALL)('%j', (problem) => {
	test.each([[null], [LAST_TASK]])(
		'says what happened and what to do (last seen: %j)',
		(lastTask) => {
			const { message, description } = textsOf(problem, lastTask);
			expect(message).toMatch(/^\S.*\S$/);
			expect(description).toMatch(new RegExp(`^\\S.*(\\.|${SAID})$`));
		},
	);

	test('blames nobody', () => {
		expect(allTold(problem).replaceAll(NAMES, '')).not.toMatch(/error|problem|failure|mistake/i);
	});

	test('shows nothing unfinished', () => {
		expect(allTold(problem)).not.toMatch(/undefined|null|NaN|\[object|\.\.|\s\s/);
	});
});

const WITHOUT_TASK_ID = new Set<ProblemKind>(['noTaskId', 'taskIdLost', 'unreadableParameters']);

test.each(ALL.filter(({ kind }) => !WITHOUT_TASK_ID.has(kind)))('%j names the task', (problem) => {
	expect(textsOf(problem, null).message).toContain(TASK_ID);
	expect(textsOf(problem, LAST_TASK).message).toContain(TASK_ID);
});

describe('the words of the gateway', () => {
	test.each(
		ALL.filter(
			(problem) =>
				('gatewayMessage' in problem && problem.gatewayMessage === SAID) ||
				('reason' in problem && problem.reason === SAID) ||
				'received' in problem ||
				('cause' in problem && problem.cause === SAID),
		),
	)('are passed on: %j', (problem) => {
		const { message, description } = textsOf(problem, null);
		expect(`${message} ${description}`).toContain(SAID);
	});
});

describe('what each problem says', () => {
	test.each<[string, Problem, RegExp]>([
		['whose task it is not', { kind: 'taskUnknown' }, /unknown to this token's account/],
		[
			'what may be wrong with a token',
			{ kind: 'tokenRefused', gatewayMessage: null },
			/wrong, expired.*used up/,
		],
		[
			'the token that is needed',
			{ kind: 'tokenRestricted', gatewayMessage: null },
			/without a model restriction/,
		],
		[
			'that the task goes on, and how to get at it',
			{ kind: 'tokenNoLongerValid', gatewayMessage: null },
			/task itself goes on.*another API token of the same account/,
		],
		['that it was charged', { kind: 'taskIdLost' }, /accepted and charged.*not submit again/i],
		['where to look', { kind: 'wrongBaseUrl', received: 'a web page' }, /web page.*"Base URL"/],
		[
			'that Kling refused with HTTP status 200',
			{ kind: 'requestRefused', statusCode: 200, gatewayMessage: SAID },
			/Kling did not accept it\. .*what the gateway said/,
		],
		['the HTTP status', { kind: 'requestRefused', statusCode: 418, gatewayMessage: null }, /418/],
		['how to pass the id', { kind: 'taskIdLostDigits' }, /as text/],
		[
			'how often',
			{ kind: 'tooManyFailedChecks', cause: SAID, failedChecks: 21 },
			/21 times in a row/,
		],
		[
			'the reason',
			{ kind: 'taskFailed', reason: 'content moderation failed' },
			/content moderation failed/,
		],
		['that there is no reason', { kind: 'taskFailed', reason: null }, /no reason/],
		['what is missing', { kind: 'succeededWithoutVideo' }, /no video URL/],
	])('%s', (_what, problem, words) => {
		expect(allTold(problem)).toMatch(words);
	});

	test.each<[number, RegExp]>([
		[30, /within 30 minutes/],
		[1, /within 1 minute(?!s)/],
		[0.5, /within 0\.5 minutes/],
		[1 / 3, /within 0\.33 minutes/],
		[0.001, /within 60 milliseconds/],
	])('how long it waited: %d', (maxWaitMinutes, words) => {
		const problem: Problem = { kind: 'timedOut', maxWaitMinutes, cause: null };
		expect(textsOf(problem, LAST_TASK).message).toMatch(words);
	});

	test.each<[Problem]>([
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: null }],
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: SAID }],
		[{ kind: 'tooManyFailedChecks', cause: SAID, failedChecks: 21 }],
	])('the last status: %j', (problem) => {
		expect(textsOf(problem, LAST_TASK).description).toMatch(/IN_PROGRESS \(30%\)/);
		const withoutProgress = textsOf(problem, { ...LAST_TASK, progress: null });
		expect(withoutProgress.description).toMatch(/IN_PROGRESS\./);
		expect(textsOf(problem, null).description).not.toMatch(/status was/);
	});
});

test('a task id that is any text is cleaned, and only the texts have it so', () => {
	const taskId = '1\n[ERROR] forged <b>\u202e';
	const texts = describeProblem(
		{ kind: 'taskUnknown' },
		{ taskId, creates: false, taskKind: MULTI_IMAGE, lastTask: null, continuesOnFail: false },
	);
	expect(texts.message).toBe("Task 1 [ERROR] forged ‹b› is unknown to this token's account");
});

describe('whose error it is', () => {
	/** The other kinds are about the gateway's replies, or those of the videos' hosts. */
	const OF_THE_NODE: ProblemKind[] = [
		'noTaskId',
		'taskIdLost',
		'taskIdLostDigits',
		'unusableTaskId',
		'noTaskPath',
		'unusableTaskPath',
		'unreadableParameters',
		'hostTooOld',
		'insideTool',
		'workflowNotSaved',
		'callerDoesNotWait',
		'notSuspended',
		'otherVersion',
		'proxyNotUsable',
	];

	test.each(ALL)('%j', (problem) => {
		const { error } = textsOf(problem, null);
		expect(error).toBe(OF_THE_NODE.includes(problem.kind) ? 'node' : 'api');
	});

	test.each(ALL)('the HTTP status beside it: %j', (problem) => {
		const statuses: Partial<Record<ProblemKind, string>> = {
			taskUnknown: '400',
			tokenRefused: '401',
			tokenNoLongerValid: '401',
			tokenRestricted: '403',
			accessRefused: '403',
			requestRefused: '418',
			proxyRefused: '407',
		};
		expect(textsOf(problem, null).httpCode).toBe(statuses[problem.kind] ?? null);
	});
});

test.each<[Problem]>([
	[{ kind: 'taskFailed', reason: null }],
	[{ kind: 'timedOut', maxWaitMinutes: 30, cause: null }],
	[{ kind: 'tooManyFailedChecks', cause: SAID, failedChecks: 21 }],
])('%j: the error output is proposed only where it is off', (problem) => {
	const context = { taskId: TASK_ID, creates: false, taskKind: MULTI_IMAGE, lastTask: null };
	const off = describeProblem(problem, { ...context, continuesOnFail: false }).description;
	const on = describeProblem(problem, { ...context, continuesOnFail: true }).description;
	expect(off).toContain('Continue (using error output)');
	expect(on).not.toContain('Continue (using error output)');
	expect(off.startsWith(on)).toBe(true);
});

describe('the kind of task', () => {
	test.each<[Problem]>([
		[{ kind: 'taskFailed', reason: SAID }],
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: null }],
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: SAID }],
	])('%j names it', (problem) => {
		expect(textsOf(problem, null, OMNI).message).toMatch(`Task ${TASK_ID} (Omni Video) `);
	});

	test('is the one that the gateway says, if it says one that is known', () => {
		const problem: Problem = { kind: 'taskFailed', reason: SAID };
		const messageOf = (action: string | null) =>
			textsOf(problem, { ...BARE_TASK, action }, OMNI).message;
		expect(messageOf('advancedLipSync')).toMatch('(Lip Sync)');
		expect(messageOf('somethingNew')).toMatch('(Omni Video)');
		expect(messageOf(null)).toMatch('(Omni Video)');
	});

	test('what may be wrong beside the Base URL is where the path comes from', () => {
		const problem: Problem = { kind: 'wrongBaseUrl', received: 'HTTP status 404' };
		expect(textsOf(problem, null, OMNI).description).toMatch(
			/Base URL.*"Resource": the gateway may not offer Omni Video\.$/,
		);
		expect(textsOf(problem, null, OTHER).description).toMatch(/Base URL.*"Task Path"/);
	});
});

describe('what a task has made is called what it is', () => {
	const image: Task = {
		...BARE_TASK,
		imagesAndAudio: [{ type: 'image', url: 'https://a/1', duration: null }],
	};
	const audio: Task = {
		...BARE_TASK,
		imagesAndAudio: [{ type: 'audio', url: 'https://a/1', duration: 5 }],
	};
	const video: Task = { ...BARE_TASK, videos: [videoAt('https://a/1')] };

	test.each([
		[video, 'video', 'a video', '{{ $json.videoUrl }}'],
		[image, 'image', 'an image', '{{ $json.files[0].url }}'],
		[audio, 'audio file', 'an audio file', '{{ $json.files[0].url }}'],
	])('%#: a %s', (task, name, one, field) => {
		const notOne = textsOf({ kind: 'notAVideo', received: SAID }, task);
		expect(notOne.message).toBe(
			`What came in place of the ${name} of task ${TASK_ID} is not ${one}`,
		);
		expect(notOne.description).toContain(field);
		expect(textsOf({ kind: 'linkExpired', statusCode: 403 }, task).message).toMatch(
			`The link to the ${name} of`,
		);
		expect(textsOf({ kind: 'downloadFailed', cause: SAID }, task).message).toMatch(
			`The ${name} of task`,
		);
		expect(textsOf({ kind: 'downloadTooLarge', maxMegabytes: 1 }, task).description).toContain(
			field,
		);
	});
});
