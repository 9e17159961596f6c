import { PERMANENT_ERROR_FIELDS } from '../gateway/checkResult';
import { SUBMIT_REFUSALS } from '../gateway/submitResult';
import {
	isBoolean,
	isNullOr,
	isNumber,
	isOneOf,
	isText,
	type Guard,
	type GuardedFields,
} from '../reading/guards';
import { isJsonObject } from '../reading/readJson';

/**
 * Everything that can keep an item from its video, with the fields of each. Suspended waits store a
 * problem in n8n's database: whoever renames a kind or a field here adds a version to `storedWait.ts`.
 * A new kind needs none: an older version of this package refuses it as it refuses another version.
 */
const PROBLEM_FIELDS = {
	...PERMANENT_ERROR_FIELDS,
	noTaskId: {},
	taskIdLost: {},
	taskIdLostDigits: {},
	unusableTaskId: {},
	noTaskPath: {},
	unusableTaskPath: { taskPath: isText },
	unreadableParameters: { cause: isText },
	/** A single check, by "Get Status". */
	checkFailed: { cause: isText },
	tooManyFailedChecks: { cause: isText, failedChecks: isNumber },
	taskFailed: { reason: isNullOr(isText) },
	succeededWithoutVideo: {},
	/** `cause` says what was wrong with the last check, if anything was. */
	timedOut: { maxWaitMinutes: isNumber, cause: isNullOr(isText) },
	linkExpired: { statusCode: isNumber },
	notAVideo: { received: isText },
	downloadFailed: { cause: isText },
	/** n8n's SSRF protection forbids the host. */
	downloadNotAllowed: { host: isText },
	downloadTooLarge: { maxMegabytes: isNumber },
	downloadTooLong: { maxMinutes: isNumber },
	tooManyVideos: { videos: isNumber, maxVideos: isNumber },
	hostTooOld: {},
	insideTool: {},
	workflowNotSaved: {},
	callerDoesNotWait: {},
	notSuspended: { cause: isText },
	/** What is stored was written by a version of this package that this one does not know. */
	otherVersion: {},
	/** n8n ended the progress workflow in the middle of a check. */
	progressLost: {},
	noModel: {},
	noPrompt: {},
	promptTooLong: { field: isOneOf('prompt', 'negativePrompt'), characters: isNumber },
	noImages: {},
	tooManyImages: { images: isNumber, maxImages: isNumber },
	/** There is a last frame, and no first one. */
	noFirstFrame: {},
	tooManyFrames: { role: isOneOf('firstFrame', 'lastFrame') },
	/** A field with a list of values, by comma, has another one; `given` is what it was. */
	unusableChoice: {
		field: isOneOf('mode', 'aspectRatio', 'sound', 'role'),
		values: isText,
		given: isText,
	},
	unusableDuration: {},
	unusableCfgScale: {},
	unusableCameraControl: {},
	unusableAdditionalFields: {},
	/** Neither an address nor base64 text; `given` is what it was. */
	unusableImage: { given: isText },
	/** `image` is what a sentence calls it: image 2, or the file in "photo". */
	notJpegOrPng: { image: isText },
	imageTooLarge: { image: isText, megabytes: isNumber },
	/** The input item has no file in the field of this name. */
	noFile: { field: isText },
	/** `words` are those of the gateway or of Kling, or say what came in their place. */
	submitRefused: { reason: isOneOf(...SUBMIT_REFUSALS), words: isNullOr(isText) },
	submitNotConnected: { cause: isText },
	noPlaceInTime: { cause: isText, maxQueueMinutes: isNumber },
	/** A task may have been created, and paid. */
	submitUnclear: {
		/** Whether an earlier try of the execution has sent it. */
		isRemembered: isBoolean,
		/** Whether Kling has taken the task, by the gateway's reply. */
		isAccepted: isBoolean,
		externalTaskId: isText,
		cause: isText,
	},
	/** n8n runs the tool of an AI agent by the node's routing alone, which cannot submit. */
	createNotInTool: {},
} as const satisfies Record<string, Record<string, Guard<unknown>>>;

export type ProblemKind = keyof typeof PROBLEM_FIELDS;

export type ProblemOf<Kind extends ProblemKind> = {
	[K in Kind]: { kind: K } & GuardedFields<(typeof PROBLEM_FIELDS)[K]>;
}[Kind];

export type Problem = ProblemOf<ProblemKind>;

/** Checks the kind and every field of it. */
export const isProblem: Guard<Problem> = (value): value is Problem => {
	if (!isJsonObject(value)) return false;
	const { kind } = value;
	return (
		isProblemKind(kind) &&
		Object.entries<Guard<unknown>>(PROBLEM_FIELDS[kind]).every(([name, guard]) =>
			guard(value[name]),
		)
	);
};

function isProblemKind(value: unknown): value is ProblemKind {
	return typeof value === 'string' && Object.hasOwn(PROBLEM_FIELDS, value);
}
