import * as fc from 'fast-check';
import type { StatusResponse } from '../../nodes/KlingVideo/gateway/statusResponse';
import { sanitizeText } from '../../nodes/KlingVideo/reading/untrustedText';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import type { DictatedReply } from '../../sandbox/oddReplies';
import {
	bodyOf,
	DATABASE_DOWN,
	INVALID_URL,
	KLING_REFUSAL,
	NO_DATA,
	PANIC,
	RATE_LIMIT,
	relayError,
	replyOf,
	SUBMITTED_AT_MS,
	TASK_BODIES,
	TASK_NOT_EXIST,
	UPSTREAM_BUSY,
	VIDEO_URL,
	WEB_PAGE,
	type Reply,
} from './bodies';
import { namesOf, RELAYS, textOf } from './relayBodies';

// What may come from outside, from the likely to the absurd.

/** JSON that means something where a reply is read, and so is worth more than any other. */
const TELLING: unknown[] = [
	null,
	'',
	'success',
	'SUCCEED',
	'IN_PROGRESS',
	'Completed',
	'cancelled',
	'task_not_exist',
	VIDEO_URL,
	` ${VIDEO_URL} `,
	'ftp://a/b.mp4',
	'200%',
	-1,
	0,
	1302,
	SUBMITTED_AT_MS / 1000,
	SUBMITTED_AT_MS,
	1e308,
	[],
	{},
	{ videos: [] },
	{ videos: [{ url: VIDEO_URL }] },
	{ videos: [{ url: 7 }, null] },
	{ videos: [{ url: VIDEO_URL, watermark_url: VIDEO_URL, session_id: '7' }] },
	{ images: [{ index: 0, url: VIDEO_URL }] },
	{ audios: [{ url_wav: VIDEO_URL, duration_wav: '5.0' }] },
	'omniVideo',
	{ message: 'SUCCEED' },
];

/** Keys that are read somewhere in a reply. */
const READ_KEYS = [
	'code',
	'message',
	'error',
	'data',
	'task_id',
	'status',
	'task_status',
	'task_status_msg',
	'fail_reason',
	'progress',
	'submit_time',
	'url',
	'result_url',
	'task_result',
	'videos',
	'images',
	'audios',
	'watermark_url',
	'session_id',
	'duration',
	'id',
	'action',
];

const anyJson: fc.Arbitrary<unknown> = fc.oneof(
	fc.constantFrom(...TELLING),
	fc.constant({ toString: 1, valueOf: null }),
	fc.jsonValue(),
);

interface Change {
	/** Which of all places in the body; counted round. */
	place: number;
	kind: 'replace' | 'delete' | 'wrap' | 'set';
	key: string;
	value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
	place: fc.nat(200),
	kind: fc.constantFrom('replace', 'delete', 'wrap', 'set'),
	key: fc.constantFrom(...READ_KEYS),
	value: anyJson,
});

type Path = string[];

function entriesOf(value: unknown): Array<[string, unknown]> {
	return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function pathsIn(value: unknown): Path[] {
	const deeper = entriesOf(value).flatMap(([key, inner]) =>
		pathsIn(inner).map((path) => [key, ...path]),
	);
	return [[], ...deeper];
}

/** `undefined` for what is gone. */
function changed(value: unknown, [key, ...rest]: Path, { kind, ...by }: Change): unknown {
	if (key !== undefined) {
		const entries = entriesOf(value)
			.map(([name, inner]): [string, unknown] => [
				name,
				name === key ? changed(inner, rest, { kind, ...by }) : inner,
			])
			.filter(([, inner]) => inner !== undefined);
		return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
	}
	switch (kind) {
		case 'replace':
			return by.value;
		case 'delete':
			return undefined;
		case 'wrap':
			return { data: value };
		case 'set':
			return { ...Object.fromEntries(entriesOf(value)), [by.key]: by.value };
	}
}

/** Parts are replaced, deleted, added or wrapped in more `data`. */
function mutate(body: unknown, changes: Change[]): string {
	const mutated = changes.reduce<unknown>((value, by) => {
		const paths = pathsIn(value);
		return changed(value, paths[by.place % paths.length] ?? [], by);
	}, body);
	return JSON.stringify(mutated) ?? '';
}

const mutatedBody: fc.Arbitrary<string> = fc
	.tuple(fc.constantFrom(...TASK_BODIES), fc.array(change, { maxLength: 4 }))
	.map(([text, changes]) => mutate(bodyOf(text), changes));

export const anyBody: fc.Arbitrary<string> = fc.oneof(
	{ weight: 5, arbitrary: mutatedBody },
	{ weight: 2, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

const anyHeader: fc.Arbitrary<string> = fc.oneof(
	fc.constantFrom('', 'text/html', 'application/json', '0', '30', '1e3', '-5'),
	fc.date().map((date) => date.toUTCString()),
	fc.string(),
);

export const anyReply: fc.Arbitrary<Reply> = fc
	.record({
		statusCode: fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 })),
		contentType: anyHeader,
		retryAfter: anyHeader,
		location: anyHeader,
		receivedAtMs: fc.integer({ min: 0, max: 4e12 }),
		text: anyBody,
	})
	.map(({ text, ...rest }) => replyOf(text, rest));

const REFUSALS: StatusResponse[] = [
	replyOf(TASK_NOT_EXIST, { statusCode: 400 }),
	replyOf(relayError('Invalid token'), { statusCode: 401 }),
	replyOf(relayError('This token has no access to model'), { statusCode: 403 }),
	replyOf(INVALID_URL, { statusCode: 404 }),
	replyOf('', { statusCode: 301 }),
	replyOf('', { statusCode: 407 }),
	replyOf(relayError('该令牌已过期'), { statusCode: 401 }),
	{ kind: 'certificateNotTrusted', cause: 'self-signed certificate' },
	replyOf(WEB_PAGE, { contentType: 'text/html' }),
	replyOf(KLING_REFUSAL),
];

const PASSING_TRANSIENT: StatusResponse[] = [
	replyOf(''),
	replyOf(NO_DATA),
	replyOf('', { statusCode: 429 }),
	replyOf(RATE_LIMIT, { statusCode: 429, retryAfter: '40' }),
	replyOf(UPSTREAM_BUSY, { statusCode: 429, retryAfter: '3600' }),
	replyOf(DATABASE_DOWN, { statusCode: 500 }),
	replyOf(PANIC, { statusCode: 500 }),
	replyOf(WEB_PAGE, { statusCode: 502, contentType: 'text/html' }),
];

const goingOn: fc.Arbitrary<StatusResponse> = fc
	.constantFrom('NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'UNKNOWN', '')
	.chain((status) =>
		fc
			.constantFrom(undefined, 0, SUBMITTED_AT_MS / 1000, SUBMITTED_AT_MS, 1, 4e9)
			.map((submit_time) => replyOf(JSON.stringify({ data: { status, submit_time } }))),
	);

const anyWords = fc.string().map(sanitizeText);

/** One answer of a gateway while a node waits: mostly such that the wait goes on. */
export const anyAnswer: fc.Arbitrary<StatusResponse> = fc.oneof(
	{ weight: 12, arbitrary: goingOn },
	{ weight: 6, arbitrary: fc.constantFrom(...PASSING_TRANSIENT) },
	{
		weight: 3,
		arbitrary: anyWords.map((cause): StatusResponse => ({ kind: 'noResponse', cause })),
	},
	{ weight: 2, arbitrary: fc.constant(replyOf('{"data":{"status":"SUCCESS"}}')) },
	{ weight: 1, arbitrary: fc.constantFrom(...TASK_BODIES).map((text) => replyOf(text)) },
	{ weight: 1, arbitrary: fc.constantFrom(...REFUSALS) },
	{ weight: 1, arbitrary: anyReply },
	{
		weight: 1,
		arbitrary: anyWords.map((cause): StatusResponse => ({ kind: 'notSent', cause })),
	},
);

/** The token, as gateways and proxies quote it. */
const quote = fc.constantFrom(
	'',
	SANDBOX_TOKEN,
	`Bearer ${SANDBOX_TOKEN}`,
	SANDBOX_TOKEN.replace('sk-', ''),
);

/** What a sandbox is to reply, the token of its caller perhaps inside. */
export const dictated: fc.Arbitrary<DictatedReply> = fc
	.record({ reply: anyReply, body: anyBody, quoted: quote, inside: fc.boolean() })
	.filter(({ reply, body }) => reply.statusCode >= 200 && body.length < 4000)
	.map(({ reply, body, quoted, inside }) => ({
		statusCode: reply.statusCode,
		headers: {
			'content-type': reply.contentType,
			// what asks for a pause of minutes would be kept
			'retry-after':
				Number(reply.retryAfter) > 1 || Date.parse(reply.retryAfter) > 0 ? '0.1' : reply.retryAfter,
			location: `${reply.location}${quoted}`,
		},
		text: inside
			? body.replaceAll(/SUCCEED|IN_PROGRESS|"[a-z]{1,3}"/g, (word) => `${word}${quoted}`)
			: JSON.stringify({ error: { message: `${body} ${quoted}` } }),
	}));

const SUBMIT_REPLIES = (['gateway', 'upstream'] as const).flatMap((relay) =>
	namesOf(relay, 'submit').flatMap((name) => {
		const reply = RELAYS[relay][name];
		return reply === undefined || reply.status === 0 ? [] : [reply];
	}),
);

/** Real replies to submit calls, as they came or damaged, sometimes with another status. */
const realSubmitReply: fc.Arbitrary<DictatedReply> = fc
	.record({
		reply: fc.constantFrom(...SUBMIT_REPLIES),
		changes: fc.array(change, { maxLength: 2 }),
		statusCode: fc.option(fc.constantFrom(200, 201, 204, 400, 401, 408, 429, 500, 503), {
			freq: 4,
		}),
	})
	.map(({ reply, changes, statusCode }) => ({
		statusCode: statusCode ?? reply.status,
		headers: { 'content-type': reply.contentType ?? '' },
		text: typeof reply.body === 'string' ? textOf(reply) : mutate(bodyOf(textOf(reply)), changes),
	}));

/** What a stand-in is to reply to a submit call. */
export const dictatedSubmit: fc.Arbitrary<DictatedReply> = fc.oneof(
	{ weight: 3, arbitrary: realSubmitReply },
	{ weight: 1, arbitrary: dictated },
);
