import { PERMANENT_ERROR_FIELDS } from '../gateway/checkResult';
import { isNullOr, isNumber, isText, type Guard, type GuardedFields } from '../reading/guards';
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
