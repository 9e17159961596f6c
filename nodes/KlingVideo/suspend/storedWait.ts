import type { IDataObject } from 'n8n-workflow';
import { TASK_STATUSES } from '../gateway/task';
import { TASK_ID_KINDS } from '../gateway/taskId';
import { TASK_PATH_KINDS } from '../gateway/taskPath';
import { isProblem } from '../problems/problem';
import {
	isAnyOf,
	isBoolean,
	isListOf,
	isNullOr,
	isNumber,
	isObjectWith,
	isOneOf,
	isText,
	type Guarded,
} from '../reading/guards';
import { sanitizeText } from '../reading/untrustedText';
import { isJsonObject } from '../reading/readJson';
import { isSubmission } from '../submit/submission';
import { upgradeFromV1 } from './storedWaitV1';
import { upgradeFromV2 } from './storedWaitV2';
import { upgradeFromV3 } from './storedWaitV3';
import { upgradeFromV4 } from './storedWaitV4';

/**
 * What a suspended wait keeps in n8n's database between two checks: a newer version of this package
 * may have to read it. Whoever renames, adds or removes something that is stored raises this number,
 * and reads the version before as well. Only what a wait can do without may be added without that.
 */
export const STORED_WAIT_VERSION = 5;

const isStoredTask = isObjectWith({
	status: isOneOf(...TASK_STATUSES),
	action: isNullOr(isText),
	progress: isNullOr(isNumber),
	videos: isListOf(
		isObjectWith({
			id: isNullOr(isText),
			url: isText,
			duration: isNullOr(isNumber),
			watermarkUrl: isNullOr(isText),
			sessionId: isNullOr(isText),
		}),
	),
	imagesAndAudio: isListOf(
		isObjectWith({
			type: isOneOf('image', 'audio'),
			url: isText,
			duration: isNullOr(isNumber),
		}),
	),
	failureReason: isNullOr(isText),
	submittedAtMs: isNullOr(isNumber),
});

const isStoredReply = isObjectWith({ kind: isOneOf('task'), task: isStoredTask, body: isText });

const isStoredOutcome = isAnyOf(
	isObjectWith({
		kind: isOneOf('task'),
		reply: isStoredReply,
		wait: isNullOr(
			isObjectWith({ checks: isNumber, waitedSeconds: isNumber, timedOut: isBoolean }),
		),
	}),
	isObjectWith({
		kind: isOneOf('problem'),
		problem: isProblem,
		lastReply: isNullOr(isStoredReply),
	}),
);

const isStoredWait = isObjectWith({
	version: isOneOf(STORED_WAIT_VERSION),
	/** The execution whose node waits for it. */
	parentExecutionId: isText,
	/** Milliseconds since 1970; for a task that was created here, when that was. */
	startedAtMs: isNumber,
	parameters: isObjectWith({
		id: isObjectWith({
			kind: isOneOf(...TASK_ID_KINDS),
			taskId: isText,
		}),
		creates: isBoolean,
		path: isNullOr(isObjectWith({ kind: isOneOf(...TASK_PATH_KINDS), taskPath: isText })),
		raw: isBoolean,
		fileField: isNullOr(isText),
		timeoutMs: isNullOr(isNumber),
		maxDownloadBytes: isNumber,
	}),
	plan: isObjectWith({
		intervalMs: isNullOr(isNumber),
		maxWaitMs: isNumber,
		maxFailedChecks: isNumber,
		onTimeout: isOneOf('error', 'returnLastStatus'),
		onFailure: isOneOf('error', 'returnTask'),
	}),
	history: isObjectWith({
		checks: isNumber,
		failedChecks: isNumber,
		checksWithoutVideo: isNumber,
		lastReply: isNullOr(isStoredReply),
	}),
	/** What was wrong with the last check, if anything was. */
	lastCause: isNullOr(isText),
	/** The gateway has asked for no requests until then; milliseconds since 1970, 0 for no such wish. */
	cooldownUntilMs: isNumber,
	/** Whether Kling is given the address of the progress execution, and calls it when the task changes. */
	isCalledBack: isBoolean,
	/** Null unless the task is still to be created. */
	pendingSubmit: isNullOr(
		isObjectWith({
			submission: isSubmission,
			maxTasksAtOnce: isNullOr(isNumber),
			maxQueueMs: isNumber,
			/** How many connections in a row could not be made. */
			failedConnections: isNumber,
			/** Since when no place got free for the first in the line; milliseconds since 1970, null if one did. */
			blockedSinceMs: isNullOr(isNumber),
		}),
	),
	/** Null while the wait goes on. */
	outcome: isNullOr(isStoredOutcome),
});

/** One input item's wait, as plain JSON. */
export type StoredWait = Guarded<typeof isStoredWait>;

/** A task that is still to be created. */
export type PendingSubmit = NonNullable<StoredWait['pendingSubmit']>;

/** From each version to the next, the first one first. */
const UPGRADES: ReadonlyArray<(wait: IDataObject) => unknown> = [
	upgradeFromV1,
	upgradeFromV2,
	upgradeFromV3,
	upgradeFromV4,
];

/** @returns null for anything else than a wait in a version that is known */
export function readStoredWait(value: unknown): StoredWait | null {
	const upgraded = UPGRADES.reduce(
		(wait, upgrade, index) =>
			isJsonObject(wait) && wait.version === index + 1 ? upgrade(wait) : wait,
		value,
	);
	const cleaned = sanitizeStoredTexts(upgraded);
	return isStoredWait(cleaned) ? cleaned : null;
}

/** The fields that hold somebody else's words. */
const UNTRUSTED_TEXT_FIELDS = new Set([
	'cause',
	'lastCause',
	'gatewayMessage',
	'received',
	'reason',
	'failureReason',
	'given',
	'words',
]);

/** Early releases stored words as they came. Words that are clean already stay as they are. */
function sanitizeStoredTexts(wait: unknown): unknown {
	if (!isJsonObject(wait)) return wait;
	return JSON.parse(JSON.stringify(wait), (name, field: unknown) =>
		UNTRUSTED_TEXT_FIELDS.has(name) && typeof field === 'string' ? sanitizeText(field) : field,
	);
}
