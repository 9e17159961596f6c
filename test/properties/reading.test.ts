import * as fc from 'fast-check';
import { createTokenRedactor } from '../../nodes/KlingVideo/gateway/redactToken';
import { classifyResponse } from '../../nodes/KlingVideo/gateway/checkResult';
import { getTaskPhase, type Task } from '../../nodes/KlingVideo/gateway/task';
import { simplify } from '../../nodes/KlingVideo/output/simplify';
import { replyOf } from '../support/bodies';
import { anyBody, anyReply } from '../support/arbitraries';
import { expectEveryKind } from '../support/coverage';

const MEANINGS_OF_A_REPLY = [
	'task',
	'transientError',
	'taskUnknown',
	'tokenRefused',
	'tokenNoLongerValid',
	'proxyRefused',
	'tokenRestricted',
	'accessRefused',
	'wrongBaseUrl',
	'requestRefused',
];
const STATUSES = [
	'NOT_START',
	'SUBMITTED',
	'QUEUED',
	'IN_PROGRESS',
	'SUCCESS',
	'FAILURE',
	'UNKNOWN',
];
const FIELDS = [
	'taskId',
	'status',
	'videoUrl',
	'done',
	'succeeded',
	'progress',
	'duration',
	'videos',
	'failureReason',
];

describe('whatever the gateway replies', () => {
	test('has a meaning', () => {
		fc.assert(
			fc.property(anyReply, (reply) => {
				expect(MEANINGS_OF_A_REPLY).toContain(classifyResponse(reply).kind);
			}),
			{ numRuns: 3000 },
		);
	});

	test('asks to be left alone for a time that ends, if at all', () => {
		fc.assert(
			fc.property(anyReply, fc.constantFrom(408, 429, 503), (reply, statusCode) => {
				const meaning = classifyResponse({ ...reply, statusCode });
				const ms = meaning.kind === 'transientError' ? meaning.retryAfterMs : Number.NaN;
				expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true);
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('whatever task is read', () => {
	/** Of every task that is read from any body. */
	function holds(property: (task: Task) => void): void {
		fc.assert(
			fc.property(anyBody, (text) => {
				const meaning = classifyResponse(replyOf(text));
				if (meaning.kind === 'task') property(meaning.task);
			}),
			{ numRuns: 2000 },
		);
	}

	test('there is one in every phase', async () => {
		const phaseOf = (text: string) => {
			const meaning = classifyResponse(replyOf(text));
			return meaning.kind === 'task' ? getTaskPhase(meaning.task) : meaning.kind;
		};
		const phases = ['running', 'succeeded', 'succeededWithoutVideo', 'failed'];
		await expectEveryKind(anyBody, phaseOf, phases);
	});

	test('its status is one of seven', () => {
		holds(({ status }) => expect(STATUSES).toContain(status));
	});

	test('its progress is null or 0 to 100', () => {
		holds(({ progress }) => {
			expect(progress === null || (progress >= 0 && progress <= 100)).toBe(true);
		});
	});

	test('it has succeeded only with a URL that leads to the web', () => {
		holds((task) => {
			if (getTaskPhase(task) !== 'succeeded') return;
			const [first] = [...task.videos, ...task.imagesAndAudio];
			expect(first?.url).toMatch(/^https?:\/\//i);
		});
	});

	test('it has videos only on SUCCESS, each with a URL', () => {
		holds(({ status, videos }) => {
			if (status !== 'SUCCESS') expect(videos).toEqual([]);
			for (const { url, duration } of videos) {
				expect(url).toMatch(/^https?:\/\/\S+$/i);
				expect(duration === null || duration >= 0).toBe(true);
			}
		});
	});

	test('it has a reason if and only if it is a FAILURE, and a true one', () => {
		holds(({ status, failureReason }) => {
			expect(failureReason !== null).toBe(status === 'FAILURE');
			expect(failureReason ?? 'none').not.toMatch(/^\s*(https?:\/\/\S+|succe(ss|ed)|)\s*$/i);
		});
	});

	test('its submit_time is a moment after 1970, if there is one', () => {
		holds(({ submittedAtMs }) => {
			expect(submittedAtMs === null || submittedAtMs > 0).toBe(true);
		});
	});

	test('its item has the documented fields, and no other', () => {
		holds((task) => {
			const item = simplify('1', task, null, {});
			const { videos, imagesAndAudio } = task;
			const hasFiles = imagesAndAudio.length > 0;
			expect(Object.keys(item).filter((field) => field !== 'files')).toEqual(FIELDS);
			expect('files' in item).toBe(hasFiles);
			expect(hasFiles && videos.length > 0).toBe(false);
			// JSON drops what is undefined
			expect(JSON.parse(JSON.stringify(item))).toStrictEqual(item);
			for (const video of videos) {
				expect(Object.keys(video).sort()).toEqual([
					'duration',
					'id',
					'sessionId',
					'url',
					'watermarkUrl',
				]);
			}

			const wait = { checks: 1, waitedSeconds: 0, timedOut: false };
			expect(simplify('1', task, wait, {})).toStrictEqual({ ...item, wait });
		});
	});

	test('its item has succeeded if and only if it has a URL', () => {
		holds((task) => {
			const { done, succeeded, status, videoUrl, files } = simplify('1', task, null, {});
			expect(done).toBe(status === 'SUCCESS' || status === 'FAILURE');
			expect(succeeded).toBe(status === 'SUCCESS' && (videoUrl !== null || files !== undefined));
		});
	});
});

describe('whatever text holds the API token', () => {
	const characters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'];
	const bareToken = fc.string({
		unit: fc.constantFrom(...characters),
		minLength: 8,
		maxLength: 60,
	});

	test('it is hidden, in each spelling and as often as it is there', () => {
		fc.assert(
			fc.property(
				bareToken,
				fc.constantFrom('', 'sk-'),
				fc.constantFrom('', ' ', 'Bearer ', '  bearer   '),
				fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
				fc.boolean(),
				(bare, prefix, credentialPrefix, around, quotedBare) => {
					const token = prefix + bare;
					const text = around.join(quotedBare ? bare : token) + token;
					const shown = createTokenRedactor(`${credentialPrefix}${token} `)(text);
					expect(shown).not.toContain(token);
					expect(shown).not.toContain(bare);
				},
			),
			{ numRuns: 2000 },
		);
	});
});
