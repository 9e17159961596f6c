import type { IDataObject } from 'n8n-workflow';
import { readSanitizedText } from '../reading/untrustedText';
import { isJsonObject, readId, readNumber, readText } from '../reading/readJson';

export const TASK_STATUSES = [
	'NOT_START',
	'SUBMITTED',
	'QUEUED',
	'IN_PROGRESS',
	'SUCCESS',
	'FAILURE',
	'UNKNOWN',
] as const;

/** The gateway's unified status. Nothing more happens after SUCCESS and FAILURE. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

export interface Video {
	id: string | null;
	url: string;
	/** Length in seconds. */
	duration: number | null;
}

/** What the gateway says of a task, read from any of the shapes its relays send. */
export interface Task {
	status: TaskStatus;
	/** 0 to 100. */
	progress: number | null;
	/** Empty unless the task succeeded. */
	videos: Video[];
	/** Why the task failed; null unless it did. */
	failureReason: string | null;
	/** Milliseconds since 1970, by the gateway's clock. */
	submittedAtMs: number | null;
}

export type TaskPhase = 'running' | 'succeeded' | 'failed' | 'succeededWithoutVideo';

/** Where a task stands, by its status and its videos. SUCCESS without a URL does not count as succeeded. */
export function getTaskPhase(task: Task): TaskPhase {
	if (task.status === 'FAILURE') return 'failed';
	if (task.status !== 'SUCCESS') return 'running';
	return task.videos.length > 0 ? 'succeeded' : 'succeededWithoutVideo';
}

/** A relay behind a relay nests Kling's own reply six levels deep; deeper than this is not a reply. */
const MAX_LEVELS = 8;

/** The gateway's own spellings and those of other relays that answer on the same path. */
const STATUS_BY_SPELLING = new Map<string, TaskStatus>([
	['not_start', 'NOT_START'],
	['submitted', 'SUBMITTED'],
	['queued', 'QUEUED'],
	['pending', 'QUEUED'],
	['in_progress', 'IN_PROGRESS'],
	['processing', 'IN_PROGRESS'],
	['running', 'IN_PROGRESS'],
	['success', 'SUCCESS'],
	['succeed', 'SUCCESS'],
	['succeeded', 'SUCCESS'],
	['completed', 'SUCCESS'],
	['failure', 'FAILURE'],
	['failed', 'FAILURE'],
	['fail', 'FAILURE'],
	['cancelled', 'FAILURE'],
	['canceled', 'FAILURE'],
]);

/**
 * Reads a task out of a reply's body: the unified envelope, Kling's native one, and relays behind
 * relays differ only in how deeply `data` is nested.
 *
 * @returns null when there is no task in it.
 */
export function readTask(body: IDataObject): Task | null {
	const levels = levelsOf(body);
	const spelling = statusSpelling(levels);
	if (spelling === null && !levels.some((level) => readId(level.task_id) !== null)) return null;

	const status = STATUS_BY_SPELLING.get(normalize(spelling ?? '')) ?? 'UNKNOWN';
	return {
		status,
		progress: first(levels, (level) => readProgress(level.progress)),
		videos: status === 'SUCCESS' ? readVideos(levels) : [],
		failureReason: status === 'FAILURE' ? readFailureReason(levels, spelling) : null,
		submittedAtMs: first(levels, (level) => readTimeMs(level.submit_time)),
	};
}

/** The body, its `data`, the `data` of that, and so on: outermost first. */
function levelsOf(body: IDataObject): IDataObject[] {
	const levels: IDataObject[] = [];
	let level: unknown = body;
	while (isJsonObject(level) && levels.length < MAX_LEVELS) {
		levels.push(level);
		level = level.data;
	}
	return levels;
}

function first<T>(levels: IDataObject[], read: (level: IDataObject) => T | null): T | null {
	for (const level of levels) {
		const value = read(level);
		if (value !== null) return value;
	}
	return null;
}

function normalize(spelling: string): string {
	return spelling
		.trim()
		.toLowerCase()
		.replace(/[\s-]+/g, '_');
}

/**
 * The unified status wins over Kling's inner `task_status`: a task can be FAILURE outside while
 * Kling's last word was "submitted". The envelope's own `status` counts last, since some envelopes
 * say "success" of the call there.
 */
function statusSpelling(levels: IDataObject[]): string | null {
	const spelledAt = (key: string) => (level: IDataObject) => {
		const value = level[key];
		return typeof value === 'string' ? value : null;
	};
	const [envelope, ...inner] = levels;
	return (
		first(inner, spelledAt('status')) ??
		first(levels, spelledAt('task_status')) ??
		first(envelope ? [envelope] : [], spelledAt('status'))
	);
}

function readProgress(value: unknown): number | null {
	const percent = readNumber(value);
	return percent !== null && percent >= 0 && percent <= 100 ? percent : null;
}

/** Unix seconds, as the relay sends, or milliseconds, as Kling does; 0 means "not yet". */
function readTimeMs(value: unknown): number | null {
	const time = readNumber(value);
	if (time === null || time <= 0) return null;
	const looksLikeMilliseconds = time > 1e11;
	return looksLikeMilliseconds ? time : time * 1000;
}

/** Signed links have about a thousand characters. */
const MAX_URL_LENGTH = 8192;

const WEB_URL = /^https?:\/\/[^\s\p{Cc}]+$/iu;

/** The machine itself, as `URL` writes it. */
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const CONTENT_PATH = /^\/v1\/videos\/[^/]+\/content$/;

/** @returns an address as it came: it is no text to be cleaned */
function readUrl(value: unknown): string | null {
	const text = readText(value);
	const isUrl = text !== null && text.length <= MAX_URL_LENGTH && WEB_URL.test(text);
	return isUrl && URL.canParse(text) && !isRelaysOwnAddress(new URL(text)) ? text : null;
}

/**
 * A newer relay that has no video gives the address of its own proxy for it, which needs the API token
 * and says nothing then. Its host is "localhost", unless the relay was told its own name. Only both
 * together, that path on such a host, are left out: a gateway on the same machine may serve real videos.
 */
function isRelaysOwnAddress({ hostname, pathname }: URL): boolean {
	return LOOPBACK_HOST.test(hostname) && CONTENT_PATH.test(pathname);
}

function readVideos(levels: IDataObject[]): Video[] {
	const listed = first(levels, (level) => {
		const videos = readVideoList(level.task_result);
		return videos.length > 0 ? videos : null;
	});
	if (listed !== null) return listed;

	// Older relays put the URL of a finished video into `fail_reason`.
	for (const key of ['url', 'result_url', 'fail_reason']) {
		const url = first(levels, (level) => readUrl(level[key]));
		if (url !== null) return [{ id: null, url, duration: null }];
	}
	return [];
}

function readVideoList(taskResult: unknown): Video[] {
	if (!isJsonObject(taskResult) || !Array.isArray(taskResult.videos)) return [];
	return taskResult.videos.flatMap((video: unknown) => {
		if (!isJsonObject(video)) return [];
		const url = readUrl(video.url);
		if (url === null) return [];
		const seconds = readNumber(video.duration);
		return [
			{ id: readId(video.id), url, duration: seconds !== null && seconds >= 0 ? seconds : null },
		];
	});
}

/**
 * Kling's `task_status_msg` is the true reason; the relay's `fail_reason` is often only Kling's
 * transport message, the word "SUCCEED".
 */
function readFailureReason(levels: IDataObject[], spelling: string | null): string {
	const readReason = (value: unknown) => {
		if (readUrl(value) !== null) return null;
		const words = readSanitizedText(value);
		return words === null || /^succe(?:ss|ed)$/i.test(words) ? null : words;
	};
	return (
		first(levels, (level) => readReason(level.task_status_msg)) ??
		first(levels, (level) => readReason(level.fail_reason)) ??
		first(levels, (level) =>
			isJsonObject(level.error) ? readReason(level.error.message) : null,
		) ??
		(/^cancel/i.test(normalize(spelling ?? '')) ? 'The task was cancelled' : 'Kling gave no reason')
	);
}
