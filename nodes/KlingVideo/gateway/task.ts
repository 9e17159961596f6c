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
	/** The same video with Kling's mark in it, if the submit call asked for that. */
	watermarkUrl: string | null;
	/** Only a video of Multi-Elements has one. */
	sessionId: string | null;
}

/** What a task made that makes no video. */
export interface ImageOrAudio {
	type: 'image' | 'audio';
	url: string;
	/** Length in seconds; null for an image. */
	duration: number | null;
}

/** What the gateway says of a task, read from any of the shapes its relays send. */
export interface Task {
	status: TaskStatus;
	/** What the relay calls this kind of task, such as `omniVideo`. */
	action: string | null;
	/** 0 to 100. */
	progress: number | null;
	/** Empty unless the task succeeded. */
	videos: Video[];
	/** Empty if there are videos. */
	imagesAndAudio: ImageOrAudio[];
	/** Why the task failed; null unless it did. */
	failureReason: string | null;
	/** Milliseconds since 1970, by the gateway's clock. */
	submittedAtMs: number | null;
}

export type TaskPhase = 'running' | 'succeeded' | 'failed' | 'succeededWithoutVideo';

/** Where a task stands, by its status and its result. SUCCESS without a URL does not count as succeeded. */
export function getTaskPhase(task: Task): TaskPhase {
	if (task.status === 'FAILURE') return 'failed';
	if (task.status !== 'SUCCESS') return 'running';
	return listResultFiles(task).length > 0 ? 'succeeded' : 'succeededWithoutVideo';
}

/** A file that a task has made. */
export interface ResultFile {
	type: 'video' | ImageOrAudio['type'];
	url: string;
}

/** The files of a task's result: its videos, or else its images and audio. */
export function listResultFiles({ videos, imagesAndAudio }: Task): ResultFile[] {
	return videos.length > 0
		? videos.map(({ url }) => ({ type: 'video', url }))
		: imagesAndAudio.map(({ type, url }) => ({ type, url }));
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
	const result = status === 'SUCCESS' ? readResult(levels) : NO_RESULT;
	return {
		status,
		action: first(levels, (level) => readSanitizedText(level.action)),
		progress: first(levels, (level) => readProgress(level.progress)),
		...result,
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

type Result = Pick<Task, 'videos' | 'imagesAndAudio'>;

const NO_RESULT: Result = { videos: [], imagesAndAudio: [] };

/** A task that has both gives its videos: a sound track is beside a video, which has it as well. */
function readResult(levels: IDataObject[]): Result {
	const videos = first(levels, ({ task_result }) =>
		someOf(readList(task_result, 'videos', readVideo)),
	);
	if (videos !== null) return { videos, imagesAndAudio: [] };

	const imagesAndAudio = first(levels, ({ task_result }) =>
		someOf([
			...readList(task_result, 'images', readImage),
			...readList(task_result, 'audios', readAudio),
		]),
	);
	if (imagesAndAudio !== null) return { videos: [], imagesAndAudio };

	// Older relays put the URL of a finished video into `fail_reason`.
	for (const key of ['url', 'result_url', 'fail_reason']) {
		const url = first(levels, (level) => readUrl(level[key]));
		if (url !== null) return { videos: [{ ...NO_DETAILS, url }], imagesAndAudio: [] };
	}
	return NO_RESULT;
}

const NO_DETAILS = { id: null, duration: null, watermarkUrl: null, sessionId: null };

function someOf<T>(list: T[]): T[] | null {
	return list.length > 0 ? list : null;
}

/** @param read gives null for what is no entry */
function readList<T>(
	taskResult: unknown,
	name: string,
	read: (entry: IDataObject) => T | null,
): T[] {
	const list: unknown = isJsonObject(taskResult) ? taskResult[name] : null;
	if (!Array.isArray(list)) return [];
	return list.flatMap((entry: unknown) => (isJsonObject(entry) ? (read(entry) ?? []) : []));
}

function readVideo(video: IDataObject): Video | null {
	const url = readUrl(video.url);
	if (url === null) return null;
	return {
		id: readId(video.id),
		url,
		duration: readSeconds(video.duration),
		watermarkUrl: readUrl(video.watermark_url),
		sessionId: readId(video.session_id),
	};
}

function readImage(image: IDataObject): ImageOrAudio | null {
	const url = readUrl(image.url);
	return url === null ? null : { type: 'image', url, duration: null };
}

/** Kling gives some audio in two formats. The smaller one is what most programs take. */
function readAudio(audio: IDataObject): ImageOrAudio | null {
	for (const format of ['', '_mp3', '_wav']) {
		const url = readUrl(audio[`url${format}`]);
		if (url !== null)
			return { type: 'audio', url, duration: readSeconds(audio[`duration${format}`]) };
	}
	return null;
}

function readSeconds(value: unknown): number | null {
	const seconds = readNumber(value);
	return seconds !== null && seconds >= 0 ? seconds : null;
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
