import type { Task } from '../../nodes/KlingVideo/gateway/task';
import { tell, type Situation } from '../../nodes/KlingVideo/output/situation';
import { TASK_ID } from './bodies';

const SAID = 'what the gateway said';
const LAST_SEEN: Task = {
	status: 'IN_PROGRESS',
	progress: 30,
	videos: [],
	failureReason: null,
	submittedAtMs: null,
};

/** One of each kind, as it is without and with the gateway's words. */
const SITUATIONS: Record<Situation['kind'], Situation[]> = {
	noTaskId: [{ kind: 'noTaskId' }],
	taskIdLostDigits: [{ kind: 'taskIdLostDigits' }],
	unusableTaskId: [{ kind: 'unusableTaskId' }],
	taskUnknown: [{ kind: 'taskUnknown' }],
	tokenRefused: [
		{ kind: 'tokenRefused', said: null },
		{ kind: 'tokenRefused', said: SAID },
	],
	tokenRestricted: [
		{ kind: 'tokenRestricted', said: null },
		{ kind: 'tokenRestricted', said: SAID },
	],
	accessRefused: [
		{ kind: 'accessRefused', said: null },
		{ kind: 'accessRefused', said: SAID },
	],
	wrongBaseUrl: [{ kind: 'wrongBaseUrl', found: SAID }],
	requestRefused: [
		{ kind: 'requestRefused', statusCode: 418, said: null },
		{ kind: 'requestRefused', statusCode: 418, said: SAID },
	],
	notSent: [{ kind: 'notSent', cause: SAID }],
	checkWentWrong: [{ kind: 'checkWentWrong', cause: SAID }],
	tooMuchTrouble: [{ kind: 'tooMuchTrouble', cause: SAID, failedChecks: 21 }],
	failed: [
		{ kind: 'failed', reason: null },
		{ kind: 'failed', reason: SAID },
	],
	succeededWithoutVideo: [{ kind: 'succeededWithoutVideo' }],
	timedOut: [
		{ kind: 'timedOut', maxWaitMinutes: 30, cause: null },
		{ kind: 'timedOut', maxWaitMinutes: 30, cause: SAID },
	],
	linkRunOut: [{ kind: 'linkRunOut', statusCode: 403 }],
	notAVideo: [{ kind: 'notAVideo', found: SAID }],
	downloadWentWrong: [{ kind: 'downloadWentWrong', cause: SAID }],
	unreadableParameters: [{ kind: 'unreadableParameters', cause: SAID }],
	hostTooOld: [{ kind: 'hostTooOld' }],
	insideTool: [{ kind: 'insideTool' }],
	workflowNotSaved: [{ kind: 'workflowNotSaved' }],
	callerDoesNotWait: [{ kind: 'callerDoesNotWait' }],
	notSuspended: [{ kind: 'notSuspended', cause: SAID }],
	progressLost: [{ kind: 'progressLost' }],
	parkedByOtherVersion: [{ kind: 'parkedByOtherVersion' }],
};
const ALL = Object.values(SITUATIONS).flat();

/** n8n's names for settings, this node's names for options, and the gateway's status. */
const NAMES = /"On Error"|"Continue \(using error output\)"|\bFAILURE\b/g;

function allTold(situation: Situation): string {
	return [null, LAST_SEEN]
		.map((lastSeen) => tell(situation, TASK_ID, lastSeen))
		.map(({ message, description }) => `${message} ${description}`)
		.join(' ');
}

describe.each(ALL)('%j', (situation) => {
	test.each([[null], [LAST_SEEN]])(
		'says what happened and what to do (last seen: %j)',
		(lastSeen) => {
			const { message, description } = tell(situation, TASK_ID, lastSeen);
			expect(message).toMatch(/^\S.*\S$/);
			expect(description).toMatch(new RegExp(`^\\S.*(\\.|${SAID})$`));
		},
	);

	test('blames nobody', () => {
		expect(allTold(situation).replaceAll(NAMES, '')).not.toMatch(/error|problem|failure|mistake/i);
	});

	test('shows nothing unfinished', () => {
		expect(allTold(situation)).not.toMatch(/undefined|null|NaN|\[object|\.\.|\s\s/);
	});
});

const WITHOUT_TASK_ID = new Set<Situation['kind']>(['noTaskId', 'unreadableParameters']);

test.each(ALL.filter(({ kind }) => !WITHOUT_TASK_ID.has(kind)))(
	'%j names the task',
	(situation) => {
		expect(tell(situation, TASK_ID, null).message).toContain(TASK_ID);
		expect(tell(situation, TASK_ID, LAST_SEEN).message).toContain(TASK_ID);
	},
);

describe('the words of the gateway', () => {
	const pageOfText = 'line after line\n\t of <html> '.repeat(500);
	const wordy: Situation[] = [
		{ kind: 'tokenRefused', said: pageOfText },
		{ kind: 'tokenRestricted', said: pageOfText },
		{ kind: 'accessRefused', said: pageOfText },
		{ kind: 'wrongBaseUrl', found: pageOfText },
		{ kind: 'requestRefused', statusCode: 400, said: pageOfText },
		{ kind: 'notSent', cause: pageOfText },
		{ kind: 'checkWentWrong', cause: pageOfText },
		{ kind: 'tooMuchTrouble', cause: pageOfText, failedChecks: 21 },
		{ kind: 'failed', reason: pageOfText },
		{ kind: 'timedOut', maxWaitMinutes: 30, cause: pageOfText },
	];

	test.each(wordy)('are shortened to a line: $kind', (situation) => {
		const { message, description } = tell(situation, TASK_ID, null);
		const told = `${message} ${description}`;
		expect(told).toContain('line after line of <html> line');
		expect(told).not.toMatch(/[\n\t]/);
		expect(told).toContain('…');
		expect(told.length).toBeLessThan(1000);
	});

	test.each(
		ALL.filter(
			(situation) =>
				('said' in situation && situation.said === SAID) ||
				('reason' in situation && situation.reason === SAID) ||
				'found' in situation ||
				('cause' in situation && situation.cause === SAID),
		),
	)('are passed on: %j', (situation) => {
		const { message, description } = tell(situation, TASK_ID, null);
		expect(`${message} ${description}`).toContain(SAID);
	});
});

describe('what each situation has to tell', () => {
	test.each<[string, Situation, RegExp]>([
		['whose task it is not', { kind: 'taskUnknown' }, /unknown to this token's account/],
		[
			'what may be wrong with a token',
			{ kind: 'tokenRefused', said: null },
			/wrong, expired.*used up/,
		],
		[
			'the token that is needed',
			{ kind: 'tokenRestricted', said: null },
			/without a model restriction/,
		],
		['where to look', { kind: 'wrongBaseUrl', found: 'a web page' }, /web page.*"Base URL"/],
		['the HTTP status', { kind: 'requestRefused', statusCode: 418, said: null }, /418/],
		['how to pass the id', { kind: 'taskIdLostDigits' }, /as text/],
		['how often', { kind: 'tooMuchTrouble', cause: SAID, failedChecks: 21 }, /21 times in a row/],
		[
			'the reason',
			{ kind: 'failed', reason: 'content moderation failed' },
			/content moderation failed/,
		],
		['that there is no reason', { kind: 'failed', reason: null }, /no reason/],
		['what is missing', { kind: 'succeededWithoutVideo' }, /no video URL/],
	])('%s', (_what, situation, words) => {
		expect(allTold(situation)).toMatch(words);
	});

	test.each<[number, RegExp]>([
		[30, /within 30 minutes/],
		[1, /within 1 minute(?!s)/],
		[0.5, /within 0\.5 minutes/],
		[1 / 3, /within 0\.33 minutes/],
	])('how long it waited: %d', (maxWaitMinutes, words) => {
		const situation: Situation = { kind: 'timedOut', maxWaitMinutes, cause: null };
		expect(tell(situation, TASK_ID, LAST_SEEN).message).toMatch(words);
	});

	test.each<[Situation]>([
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: null }],
		[{ kind: 'timedOut', maxWaitMinutes: 30, cause: SAID }],
		[{ kind: 'tooMuchTrouble', cause: SAID, failedChecks: 21 }],
	])('the last status: %j', (situation) => {
		expect(tell(situation, TASK_ID, LAST_SEEN).description).toMatch(/IN_PROGRESS \(30%\)/);
		const withoutProgress = tell(situation, TASK_ID, { ...LAST_SEEN, progress: null });
		expect(withoutProgress.description).toMatch(/IN_PROGRESS\./);
		expect(tell(situation, TASK_ID, null).description).not.toMatch(/status was/);
	});
});
