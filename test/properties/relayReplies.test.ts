import * as fc from 'fast-check';
import { classifyResponse } from '../../nodes/KlingVideo/gateway/checkResult';
import { createTokenRedactor } from '../../nodes/KlingVideo/gateway/redactToken';
import { getTaskPhase } from '../../nodes/KlingVideo/gateway/task';
import { sanitizeText } from '../../nodes/KlingVideo/reading/untrustedText';
import { readNumber } from '../../nodes/KlingVideo/reading/readJson';
import { waitForTask } from '../../nodes/KlingVideo/wait/waitForTask';
import { readWaitPlan } from '../../nodes/KlingVideo/wait/waitPlan';
import { replyOf } from '../support/bodies';
import { expectEveryKind } from '../support/coverage';
import { namesOf, RELAYS, textOf } from '../support/relayBodies';
import { runsOf } from '../support/runs';

// Real replies, damaged: fields dropped, doubled, retyped, nested elsewhere, lengthened. fast-check
// prints the seed of a run that fails.

const REPLIES = (['gateway', 'upstream'] as const).flatMap((relay) =>
	namesOf(relay, 'status').flatMap((name) => {
		const reply = RELAYS[relay][name];
		return reply === undefined || reply.status === 0 ? [] : [reply];
	}),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ODD_VALUES: Json[] = [
	null,
	true,
	0,
	-1,
	1e308,
	Number('842250903629086785'),
	'',
	' ',
	'SUCCESS',
	'FAILURE',
	'succeed',
	'SUCCEED',
	'task_not_exist',
	'http://localhost:3000/v1/videos/1/content',
	'http://[::1]/v1/videos/1/content',
	'https://',
	'http://%',
	'javascript:alert(1)',
	'\u202e\u0000<b>\n',
	'\ud800',
	[],
	{},
	[[[]]],
	{ toString: 1, valueOf: 1 },
	JSON.parse('{"__proto__":{"status":"SUCCESS"},"constructor":7,"length":-1}'),
];

/** Texts that a regular expression or a parser could take long for. */
const LONG_PARTS = [
	' ',
	'\n',
	'0',
	'1',
	'%',
	'/',
	'\\',
	'<',
	'"',
	'-',
	'e',
	'http://',
	'\u200b',
	'🎬',
	'[',
	'sk-',
];

interface Damage {
	/** Which of all places in the body, counted round. */
	place: number;
	kind: 'drop' | 'double' | 'retype' | 'nest' | 'lengthen';
	/** Which odd value, or which part that makes a text long. */
	choice: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
	place: fc.nat(1000),
	kind: fc.constantFrom('drop', 'double', 'retype', 'nest', 'lengthen'),
	choice: fc.nat(1000),
});

function isObject(value: Json | undefined): value is { [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How many values there are in a value, itself included. */
function countValues(value: Json): number {
	const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
	return inner.reduce<number>((count, entry) => count + countValues(entry), 1);
}

/** @returns undefined for a value that was dropped */
function damageAt(
	value: Json,
	place: number,
	apply: (value: Json) => Json | undefined,
): Json | undefined {
	if (place === 0) return apply(value);
	let before = 1;
	const damageInner = (inner: Json): Json | undefined => {
		const from = before;
		before += countValues(inner);
		return place >= from && place < before ? damageAt(inner, place - from, apply) : inner;
	};
	if (Array.isArray(value)) {
		return value.map(damageInner).filter((inner) => inner !== undefined);
	}
	if (!isObject(value)) return value;
	const entries = Object.entries(value).map(([key, inner]) => [key, damageInner(inner)] as const);
	return Object.fromEntries(
		entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
	);
}

function applyDamage(body: Json, { place, kind, choice }: Damage): Json {
	const damaged = damageAt(body, place % countValues(body), (value) => {
		switch (kind) {
			case 'drop':
				return undefined;
			case 'double':
				return [value, value];
			case 'retype':
				return ODD_VALUES[choice % ODD_VALUES.length] ?? null;
			case 'nest':
				return { data: value, task_result: value };
			case 'lengthen': {
				const part = LONG_PARTS[choice % LONG_PARTS.length] ?? ' ';
				return `${String(JSON.stringify(value)).slice(0, 20)}${part.repeat(1000)}${typeof value === 'string' ? value : 1}`;
			}
		}
	});
	return damaged ?? null;
}

/** The text may have a field twice, be cut, or be followed by another document. */
const textDamage = fc.constantFrom<(text: string) => string>(
	(text) => text,
	(text) => text,
	(text) => text,
	(text) => text.replace(/"(status|task_id|data)":/, '"$1":7,"$1":'),
	(text) => text.slice(0, Math.floor(text.length / 2)),
	(text) => text + text,
	(text) => `\ufeff${text}`,
);

const damagedReply = fc
	.record({
		reply: fc.constantFrom(...REPLIES),
		damages: fc.array(damage, { minLength: 1, maxLength: 5 }),
		damageText: textDamage,
	})
	.map(({ reply, damages, damageText }) => {
		const { body } = reply;
		const text =
			typeof body === 'string'
				? textOf(reply)
				: JSON.stringify(damages.reduce(applyDamage, JSON.parse(JSON.stringify(body))));
		return replyOf(damageText(text), {
			statusCode: reply.status,
			contentType: reply.contentType ?? '',
		});
	});

const UNFIT = /[\p{Cc}\p{Cf}\p{Surrogate}<>]/u;

test('a damaged reply has a meaning, and it is no success without a video', () => {
	fc.assert(
		fc.property(damagedReply, (response) => {
			const result = classifyResponse(response);
			if (result.kind !== 'task') {
				// the words of others are cleaned
				for (const words of Object.values(result)) {
					if (typeof words === 'string') {
						expect(words).not.toMatch(UNFIT);
						expect(words.length).toBeLessThan(400);
					}
				}
				return;
			}
			const { task } = result;
			if (task.failureReason !== null) expect(task.failureReason).not.toMatch(UNFIT);
			expect(getTaskPhase(task) === 'succeeded').toBe(
				task.status === 'SUCCESS' && task.videos.length + task.imagesAndAudio.length > 0,
			);
			for (const { url, id } of task.videos) {
				expect(URL.canParse(url)).toBe(true);
				expect(url).toMatch(/^https?:\/\/[^\s\p{Cc}]+$/u);
				expect(url).not.toMatch(/^http:\/\/(localhost|\[::1\]).*\/content$/);
				expect((id ?? '').length).toBeLessThanOrEqual(200);
			}
		}),
		{ numRuns: runsOf(10_000) },
	);
});

test('damaged replies have every meaning', async () => {
	await expectEveryKind(damagedReply, (response) => classifyResponse(response).kind, [
		'task',
		'transientError',
		'taskUnknown',
		'tokenRefused',
		'tokenNoLongerValid',
		'tokenRestricted',
		'accessRefused',
		'wrongBaseUrl',
		'requestRefused',
	]);
});

test('a wait through damaged replies ends, and not with a success without a video', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(damagedReply, { minLength: 1, maxLength: 8 }), async (responses) => {
			let nowMs = 0;
			let checks = 0;
			const outcome = await waitForTask(readWaitPlan({ maxWaitMinutes: 5, maxFailedChecks: 3 }), {
				now: () => nowMs,
				wallClockNow: () => nowMs,
				sleep: async (ms) => {
					nowMs += ms;
				},
				check: async () => {
					nowMs += 1;
					const response = responses[checks++ % responses.length];
					if (response === undefined || checks > 1000) throw new Error('An endless wait');
					return classifyResponse(response);
				},
				hasEnded: () => false,
			});
			expect(nowMs).toBeLessThanOrEqual(5 * 60_000 + 1000);
			if (outcome.kind !== 'task') return;
			const phase = getTaskPhase(outcome.reply.task);
			expect(phase).toBe('succeeded');
		}),
		{ numRuns: runsOf(1000) },
	);
});

describe('the time that a text takes grows with its length, not faster', () => {
	/** A text that is 8 times as long takes 64 times as long if the time is quadratic. */
	const LONGER = 8;
	const MAX_RATIO = 32;
	/** Anything below is too short to compare. */
	const MIN_MS = 1;
	/** What else the machine does adds to a run: so there are more until one pair shows it. */
	const MAX_ROUNDS = 60;

	function timeMs(work: () => void): number {
		const startedAt = performance.now();
		work();
		return performance.now() - startedAt;
	}

	function leastRatio(short: () => void, long: () => void): number {
		let shortMs = Number.POSITIVE_INFINITY;
		let longMs = Number.POSITIVE_INFINITY;
		let ratio = Number.POSITIVE_INFINITY;
		for (let round = 0; round < MAX_ROUNDS && ratio >= MAX_RATIO; round++) {
			shortMs = Math.min(shortMs, timeMs(short));
			longMs = Math.min(longMs, timeMs(long));
			ratio = longMs / Math.max(shortMs, MIN_MS);
		}
		return ratio;
	}

	const redact = createTokenRedactor('sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab');
	const READERS: Record<string, (text: string) => void> = {
		sanitizeText,
		readNumber,
		redact,
		'the status of a task': (status) =>
			classifyResponse(replyOf(JSON.stringify({ data: { status, progress: status } }))),
		'the reason of a task': (fail_reason) =>
			classifyResponse(replyOf(JSON.stringify({ data: { status: 'FAILURE', fail_reason } }))),
		'the address of a video': (url) =>
			classifyResponse(replyOf(JSON.stringify({ data: { status: 'SUCCESS', url } }))),
		'the message of an error': (message) =>
			classifyResponse(replyOf(JSON.stringify({ message }), { statusCode: 401 })),
		'a text that is no JSON': (text) => classifyResponse(replyOf(text)),
		'the wish for a pause': (retryAfter) =>
			classifyResponse(replyOf('', { statusCode: 429, retryAfter })),
	};
	const cases = Object.keys(READERS).flatMap((name) =>
		[...LONG_PARTS, 'a', '\\u0061'].map((part): [string, string] => [name, part]),
	);

	test.each(cases)('%s, many times %j', (name, part) => {
		const read = READERS[name];
		if (read === undefined) throw new Error(`No reader ${name}`);
		const make = (count: number) => `1${part.repeat(count)}1`;
		const [short, long] = [make(5000), make(5000 * LONGER)];
		const ratio = leastRatio(
			() => read(short),
			() => read(long),
		);
		expect(ratio).toBeLessThan(MAX_RATIO);
	});
});
