import type { Task } from '../../nodes/KlingVideo/gateway/task';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { SUBMIT_REFUSALS, type SubmitRefusal } from '../../nodes/KlingVideo/gateway/submitResult';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { isProblem, type Problem, type ProblemKind } from '../../nodes/KlingVideo/problems/problem';
import { describeProblem } from '../../nodes/KlingVideo/problems/problemTable';
import { MAX_IMAGE_BYTES } from '../../nodes/KlingVideo/submit/imageSource';
import { MAX_PROMPT_CHARACTERS } from '../../nodes/KlingVideo/submit/submitBody';
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
	unusableChoice: (['mode', 'aspectRatio', 'sound', 'role'] as const).flatMap((field) =>
		['', SAID].map(
			(given) => ({ kind: 'unusableChoice', field, values: 'std, pro', given }) as const,
		),
	),
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

const ALL = Object.values(PROBLEMS).flat();

/** Of an item that has no task yet: here, nothing was created. */
const BEFORE_A_TASK = new Set<ProblemKind>([
	'noModel',
	'noPrompt',
	'promptTooLong',
	'noImages',
	'tooManyImages',
	'noFirstFrame',
	'tooManyFrames',
	'unusableChoice',
	'unusableDuration',
	'unusableCfgScale',
	'unusableCameraControl',
	'unusableAdditionalFields',
	'unusableImage',
	'notJpegOrPng',
	'imageTooLarge',
	'noFile',
	'submitRefused',
	'submitNotConnected',
	'noPlaceInTime',
	'createNotInTool',
]);

const UNCLEAR = PROBLEMS.submitUnclear;

/** The texts for a node that ends with the problem, which has checked a task or submitted one. */
function textsOf(problem: Problem, lastTask: Task | null, taskKind = MULTI_IMAGE) {
	const hasTask = !BEFORE_A_TASK.has(problem.kind) && problem.kind !== 'submitUnclear';
	return describeProblem(problem, {
		taskId: hasTask ? TASK_ID : null,
		creates: !hasTask,
		taskKind,
		lastTask,
		continuesOnFail: false,
	});
}

/** The texts for a node that submits videos; without a task id, for an item of which none was created. */
function textsOfCreate(
	problem: Problem,
	taskId: string | null,
	lastTask: Task | null = null,
	taskKind = MULTI_IMAGE,
) {
	const context = { taskId, creates: true, taskKind, lastTask, continuesOnFail: false };
	return describeProblem(problem, context);
}

/** n8n's names for settings, this node's names for options, and the gateway's status. */
const NAMES = /"On Error"|"Continue \(using error output\)"|\bFAILURE\b/g;

function allTold(problem: Problem): string {
	return [null, LAST_TASK]
		.flatMap((lastTask) => [
			textsOf(problem, lastTask),
			textsOfCreate(problem, BEFORE_A_TASK.has(problem.kind) ? null : TASK_ID, lastTask),
		])
		.map(({ message, description }) => `${message} ${description}`)
		.join(' ');
}

describe.each(ALL)('%j', (problem) => {
	test.each([[null], [LAST_TASK]])(
		'says what happened and what to do (last seen: %j)',
		(lastTask) => {
			const { message, description } = textsOf(problem, lastTask);
			expect(message).toMatch(/^\S.*[^\s.]$/);
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

describe('what stands in quotes', () => {
	const OF_N8N = [
		'On Error',
		'Continue (using error output)',
		'Request Options',
		'Proxy',
		'Execute Sub-workflow',
		'Edit Image',
		'Binary',
	];

	/** What the editor calls its fields, their values and the operations. */
	function listLabels(described: unknown): string[] {
		if (typeof described !== 'object' || described === null) return [];
		return Object.entries(described).flatMap(([key, value]: [string, unknown]) =>
			['displayName', 'name'].includes(key) && typeof value === 'string'
				? [value]
				: listLabels(value),
		);
	}

	const labels = [...listLabels(new KlingVideo().description), ...listLabels(new EzModelApi())];

	test.each(ALL)('has the name that the editor shows: %j', (problem) => {
		const told = `${allTold(problem)} ${textsOfCreate(problem, null).description}`;
		const quoted = [...told.matchAll(/"([A-Z][^"]*)"/g)].map(([, words]) => String(words));
		const isLabel = (words: string) =>
			// the unit or the type of a field stands in parentheses behind its name
			OF_N8N.includes(words) ||
			labels.some((label) => label.split(' (')[0] === words) ||
			labels.includes(words);
		expect(quoted.filter((words) => !isLabel(words))).toEqual([]);
	});
});

describe('what a suspended wait stores', () => {
	test.each(ALL)('%j', (problem) => {
		expect(isProblem(JSON.parse(JSON.stringify(problem)))).toBe(true);
	});

	test.each([
		{ kind: 'submitRefused', reason: 'somethingNew', words: null },
		{ kind: 'promptTooLong', field: 'title', characters: 2501 },
		{ kind: 'tooManyFrames', role: 'reference' },
		{
			kind: 'submitUnclear',
			isRemembered: false,
			isAccepted: 'no',
			externalTaskId: '1',
			cause: '',
		},
		{ kind: 'noPlaceInTime', cause: SAID, maxQueueMinutes: null },
	])('not %j', (value) => {
		expect(isProblem(value)).toBe(false);
	});
});

const WITHOUT_TASK_ID = new Set<ProblemKind>([
	'noTaskId',
	'taskIdLost',
	'unreadableParameters',
	'submitUnclear',
	...BEFORE_A_TASK,
]);

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
				('words' in problem && problem.words === SAID && problem.reason !== 'proxyRefused') ||
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
	const OF_THE_SUBMIT: ProblemKind[] = ['submitRefused', 'submitNotConnected', 'noPlaceInTime'];
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
		...[...BEFORE_A_TASK].filter((kind) => !OF_THE_SUBMIT.includes(kind)),
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
		const refusals: Partial<Record<SubmitRefusal, string>> = {
			modelNotOffered: '503',
			outOfMoney: '403',
			tokenRefused: '401',
			tokenNoLongerValid: '401',
			tokenRestricted: '403',
			accessRefused: '403',
			proxyRefused: '407',
		};
		const status =
			problem.kind === 'submitRefused' ? refusals[problem.reason] : statuses[problem.kind];
		expect(textsOf(problem, null).httpCode).toBe(status ?? null);
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

describe('a node that has submitted the task', () => {
	const WITH_TASK = ALL.filter(({ kind }) => !BEFORE_A_TASK.has(kind) && kind !== 'submitUnclear');

	test.each(WITH_TASK)('%j: is never to be run again for it, which would pay again', (problem) => {
		for (const lastTask of [null, LAST_TASK]) {
			const { message, description } = textsOfCreate(problem, TASK_ID, lastTask);
			expect(`${message} ${description}`).not.toMatch(
				/run (this node|it) again|check the task id/i,
			);
		}
	});

	/** Those that another check, or another download, may end well. */
	test.each(
		WITH_TASK.filter(
			({ kind }) =>
				![
					// it has no Task ID and no Task Path
					'noTaskId',
					'taskIdLost',
					'taskIdLostDigits',
					'unusableTaskId',
					'noTaskPath',
					'unusableTaskPath',
					'unreadableParameters',
					// it waits
					'checkFailed',
					'requestRefused',
					'taskFailed',
				].includes(kind),
		),
	)('%j: the operation that gets the video is named, with the id', (problem) => {
		expect(textsOfCreate(problem, TASK_ID).description).toContain(
			`Use the operation "Wait Until Complete" of the same resource with Task ID ${TASK_ID}`,
		);
		// what cannot be read may have been such a node's
		if (problem.kind === 'otherVersion') return;
		expect(textsOf(problem, null).description).not.toContain(TASK_ID);
	});

	test('a task that failed is paid back, and the next one is a new one', () => {
		const { description } = textsOfCreate({ kind: 'taskFailed', reason: null }, TASK_ID);
		expect(description).toMatch(/paid back to the account.*run the workflow anew/);
	});

	test('a token that submits a task and is not accepted then is most likely used up', () => {
		const problem: Problem = { kind: 'tokenRefused', gatewayMessage: null };
		expect(textsOfCreate(problem, TASK_ID).description).toMatch(
			/most likely used up.*goes on.*another API token of the same account/,
		);
	});

	test('its support knows more of a request that was refused', () => {
		const problem: Problem = { kind: 'requestRefused', statusCode: 418, gatewayMessage: null };
		expect(textsOfCreate(problem, TASK_ID).description).toMatch(/support about this task\.$/);
	});
});

describe('where nothing was submitted', () => {
	const SUSPENDING: Problem[] = [
		...PROBLEMS.hostTooOld,
		...PROBLEMS.insideTool,
		...PROBLEMS.workflowNotSaved,
		...PROBLEMS.callerDoesNotWait,
		...PROBLEMS.notSuspended,
	];

	test.each([
		...ALL.filter(({ kind }) => BEFORE_A_TASK.has(kind)),
		...SUSPENDING,
		...PROBLEMS.unreadableParameters,
		...PROBLEMS.proxyNotUsable,
		...PROBLEMS.certificateNotTrusted,
		...PROBLEMS.notSent,
	])('%j says so, and names no task', (problem) => {
		const { message, description } = textsOfCreate(problem, null);
		expect(message).toMatch(/^Nothing was submitted: /);
		expect(`${message} ${description}`).not.toMatch(/without an id|\btask null\b/i);
	});

	test.each(SUSPENDING)('%j: the way without suspending is named', (problem) => {
		expect(textsOfCreate(problem, null).description).toContain(
			'Set "After Submitting" to "Wait Until Complete" or "Return the Task ID"',
		);
	});

	test('a progress that is lost says that a task may have been created since', () => {
		const { message, description } = textsOfCreate({ kind: 'progressLost' }, null);
		expect(message).toMatch(/^It is not known whether a task was created/);
		expect(description).toMatch(/may have been charged.*EZModel console.*run the workflow anew/);
	});

	test('a wait of another version says where its task may be found', () => {
		const { message, description } = textsOfCreate({ kind: 'otherVersion' }, null);
		expect(message).toMatch(/^This wait was begun by another version/);
		expect(description).toMatch(/EZModel console.*"Wait Until Complete" with its task id/);
	});
});

test('each reason of a refused submit call has texts of its own', () => {
	const texts = SUBMIT_REFUSALS.map((reason) =>
		textsOfCreate({ kind: 'submitRefused', reason, words: SAID }, null),
	);
	expect(new Set(texts.map(({ message }) => message)).size).toBe(SUBMIT_REFUSALS.length);
	expect(new Set(texts.map(({ description }) => description)).size).toBe(SUBMIT_REFUSALS.length);
});

describe('what a problem of creating says', () => {
	test.each<[string, Problem, RegExp]>([
		[
			'which prompt',
			{ kind: 'promptTooLong', field: 'negativePrompt', characters: 2501 },
			/the Negative Prompt has 2501 characters/,
		],
		[
			"Kling's limit of a prompt",
			{ kind: 'promptTooLong', field: 'prompt', characters: 2501 },
			new RegExp(`up to ${MAX_PROMPT_CHARACTERS.toLocaleString('en')}\\. .*"Prompt"`),
		],
		['the numbers', { kind: 'tooManyImages', images: 5, maxImages: 4 }, /5 images.*up to 4/],
		['which frame', { kind: 'tooManyFrames', role: 'lastFrame' }, /more than one last frame/],
		[
			'how large an image is, and may be',
			{ kind: 'imageTooLarge', image: 'image 2', megabytes: 12.34 },
			new RegExp(`image 2 has 12\\.3 MB.*${Math.floor(MAX_IMAGE_BYTES / 1e5) / 10} MB`),
		],
		['the field', { kind: 'noFile', field: 'photo' }, /no file in the field "photo"/],
		[
			'whose account it is not',
			{ kind: 'submitRefused', reason: 'operatorRefused', words: SAID },
			/not about your API token/,
		],
		[
			'the words of Kling first',
			{ kind: 'submitRefused', reason: 'requestRefused', words: SAID },
			new RegExp(`^Nothing was submitted: ${SAID}`),
		],
		[
			'how long there was no place',
			{ kind: 'noPlaceInTime', cause: SAID, maxQueueMinutes: 60 },
			/within 60 minutes .*"Max Queue Time \(Minutes\)".*"Max Tasks at Once"/,
		],
		[
			'that there was no place at once',
			{ kind: 'noPlaceInTime', cause: SAID, maxQueueMinutes: 0 },
			/Kling has no free place/,
		],
	])('%s', (_what, problem, words) => {
		expect(allTold(problem)).toMatch(words);
	});

	test('the kind of video', () => {
		const { description } = textsOfCreate({ kind: 'noImages' }, null, null, OMNI);
		expect(description).toMatch(/^Omni Video needs/);
		const problem: Problem = { kind: 'tooManyImages', images: 8, maxImages: 7 };
		expect(textsOfCreate(problem, null, null, OMNI).description).toMatch(/reference video/);
		expect(textsOfCreate(problem, null).description).not.toMatch(/reference video/);
	});

	test('texts of the user are cleaned', () => {
		const given = 'a\n<b>\u202e';
		for (const problem of [
			{ kind: 'noFile', field: given },
			{ kind: 'notJpegOrPng', image: given },
			{ kind: 'imageTooLarge', image: given, megabytes: 11 },
		] as const) {
			expect(textsOfCreate(problem, null).message).toContain('a ‹b›');
		}
		const { description } = textsOfCreate(
			{
				kind: 'submitUnclear',
				isRemembered: false,
				isAccepted: false,
				externalTaskId: given,
				cause: SAID,
			},
			null,
		);
		expect(description).toContain('External Task ID is a ‹b›.');
	});
});

describe('where it is not clear whether a task was created', () => {
	test.each(UNCLEAR)('%j: the user learns what to look for, and how to go on', (problem) => {
		const { description } = textsOfCreate(problem, null);
		expect(description).toMatch(new RegExp(`External Task ID (is )?${EXTERNAL_TASK_ID}\\.`));
		expect(description).toMatch(/charged.*"Wait Until Complete".*No retry.*run the workflow anew/);
	});

	test('what is known is told', () => {
		const messageOf = (isRemembered: boolean, isAccepted: boolean) =>
			textsOfCreate(
				{ kind: 'submitUnclear', isRemembered, isAccepted, externalTaskId: '1', cause: SAID },
				null,
			).message;
		expect(messageOf(false, false)).toBe(`It is not clear whether a task was created: ${SAID}`);
		expect(messageOf(true, false)).toBe(
			`It is not clear whether an earlier try has created a task: ${SAID}`,
		);
		expect(messageOf(false, true)).toBe(`The task was accepted, but its id is not known: ${SAID}`);
	});
});

test('a problem that is told of tasks can be told without one', () => {
	expect(textsOfCreate({ kind: 'taskUnknown' }, null).message).toMatch(/^Task without an id is/);
});
