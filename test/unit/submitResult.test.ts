import { classifySubmit, type SubmitResult } from '../../nodes/KlingVideo/gateway/submitResult';
import { PANIC, relayError, replyOf, SUBMITTED_AT_MS, WEB_PAGE } from '../support/bodies';
import { namesOf, RELAYS, responseOf } from '../support/relayBodies';

// Whether a submit call may be sent again decides who pays twice: every recorded reply has its line.

/** A result in a few words. */
function wordsFor(result: SubmitResult): string {
	switch (result.kind) {
		case 'created':
			return 'created';
		case 'notCreated':
			return `try later: ${result.reason}`;
		case 'refused':
			return `refused: ${result.reason}`;
		case 'unclear':
			return result.isAccepted ? 'unclear, and accepted' : 'unclear';
	}
}

/** What came of it, and the names of all recorded replies that say so. */
type Outcomes = Record<string, string[]>;

const GATEWAY: Outcomes = {
	created: [
		'submit-multi-image2video',
		'submit-image2video',
		'submit-text2video',
		'submit-least',
		'submit-with-callback-and-extras',
		'submit-field-both-models',
		'submit-field-duration-10',
		'submit-field-size-not-aspect',
		'submit-token-restricted',
		'submit-token-little',
	],
	'try later: noFreePlace': [
		'submit-upstream-s429',
		'submit-upstream-s429b',
		'submit-upstream-s429e',
	],
	'refused: modelNotOffered': ['submit-no-channel', 'submit-model-of-no-kind'],
	'refused: outOfMoney': ['submit-token-poor'],
	'refused: tokenRefused': ['submit-token-wrong'],
	'refused: tokenNoLongerValid': [
		'submit-token-disabled',
		'submit-token-exhausted',
		'submit-token-expired',
		'submit-token-little-again',
	],
	'refused: tokenRestricted': ['submit-token-restricted-other-model'],
	'refused: accessRefused': ['submit-token-banned', 'submit-token-ip'],
	'refused: operatorRefused': ['submit-upstream-s401'],
	'refused: requestRefused': [
		'submit-bad-json',
		'submit-empty-prompt',
		'submit-no-prompt',
		'submit-no-model',
		'submit-no-body',
		'submit-model-number',
		'submit-upstream-s400',
		'submit-upstream-scode',
		// the gateway's own fault, found before it asked Kling
		'submit-field-duration-a-number',
		'submit-field-image-list-of-strings',
		'submit-five-images',
		'submit-form',
		'submit-no-images',
	],
	unclear: [
		'submit-bad-channel-key',
		'submit-nothing-listens',
		'submit-upstream-s500',
		// a web page in front of Kling, not Kling's own word
		'submit-upstream-s503',
		'submit-upstream-sbad',
		'submit-upstream-sclose',
		'submit-upstream-sempty',
	],
	'unclear, and accepted': [
		'submit-upstream-snoid',
		'submit-relay-behind-relay',
		'database-trouble-submit',
	],
};

const rows = Object.entries(GATEWAY).flatMap(([outcome, names]) =>
	names.map((name) => [name, outcome] as const),
);

test.each(rows)('%s of the gateway is %s', (name, outcome) => {
	const reply = RELAYS.gateway[name];
	if (reply === undefined) throw new Error(`There is no ${name}`);
	expect(wordsFor(classifySubmit(responseOf(reply)))).toBe(outcome);
});

test('no recorded reply is left out', () => {
	expect(rows.map(([name]) => name).sort()).toEqual(namesOf('gateway', 'submit').sort());
});

test.each(namesOf('upstream', 'submit'))('a newer relay: %s is created only with an id', (name) => {
	const reply = RELAYS.upstream[name];
	if (reply === undefined) throw new Error(`There is no ${name}`);
	const result = classifySubmit(responseOf(reply));
	expect(result.kind === 'created').toBe(
		reply.status === 200 && /"task_id":\s*"[^"]/.test(JSON.stringify(reply.body)),
	);
	if (reply.status >= 500) expect(result.kind).not.toBe('notCreated');
});

const of = (statusCode: number, body: unknown) =>
	classifySubmit(replyOf(typeof body === 'string' ? body : JSON.stringify(body), { statusCode }));
const fetchFailed = (message: unknown) => ({
	code: 'fail_to_fetch_task',
	message: typeof message === 'string' ? message : JSON.stringify(message),
	data: null,
});

describe('a task that was created', () => {
	test.each([
		[
			{ id: '842250903629086785', task_id: '842250903629086785', object: 'video' },
			'842250903629086785',
		],
		[{ code: 0, data: { task_id: '842250903629086785' } }, '842250903629086785'],
		[{ id: 'task_a' }, 'task_a'],
		[{ code: 'success', data: { id: '7' } }, '7'],
	])('%j has its id, every digit', (body, taskId) => {
		expect(of(200, body)).toEqual({ kind: 'created', taskId, body: JSON.stringify(body) });
	});

	test('an id that lost its digits is none', () => {
		expect(of(200, '{"task_id":842250903629086785}')).toMatchObject({
			kind: 'unclear',
			isAccepted: true,
		});
	});
});

describe('surely not created, and to be tried later', () => {
	test('HTTP status 429, whatever is in it, with the time that it asks for', () => {
		const reply = replyOf(WEB_PAGE, { statusCode: 429, retryAfter: '7' });
		expect(classifySubmit(reply)).toMatchObject({
			kind: 'notCreated',
			reason: 'noFreePlace',
			retryAfterMs: 7000,
		});
	});

	test('a Retry-After that is a date counts from when the reply came', () => {
		const retryAfter = new Date(SUBMITTED_AT_MS + 9000).toUTCString();
		expect(classifySubmit(replyOf('', { statusCode: 429, retryAfter }))).toMatchObject({
			retryAfterMs: 9000,
		});
	});

	test.each([[1302], [1303]])("Kling's own code %d", (code) => {
		expect(of(200, { code, message: 'too many' })).toMatchObject({ reason: 'noFreePlace' });
	});

	test("Kling's maintenance, by its own word only", () => {
		expect(of(503, fetchFailed({ code: 5001, message: 'maintenance' }))).toEqual({
			kind: 'notCreated',
			reason: 'noFreePlace',
			cause: 'the gateway answered with HTTP status 503 (maintenance)',
			retryAfterMs: null,
		});
		expect(of(503, fetchFailed('no')).kind).toBe('unclear');
		expect(of(500, fetchFailed({ code: 5001 })).kind).toBe('unclear');
		const other = { ...fetchFailed({ code: 5001 }), code: 'do_request_failed' };
		expect(of(503, other).kind).toBe('unclear');
	});

	test('a connection that was never made', () => {
		expect(classifySubmit({ kind: 'notConnected', cause: 'refused' })).toMatchObject({
			kind: 'notCreated',
			reason: 'notConnected',
		});
	});
});

describe('surely not created, for good', () => {
	test.each([
		[500, { code: 'get_price_scale_failed', message: 'x' }, 'noPriceForParameters'],
		[500, { code: 'build_request_failed', message: 'x' }, 'requestRefused'],
		[500, PANIC, 'requestRefused'],
		[503, { error: { code: 'model_not_found', message: 'x' } }, 'modelNotOffered'],
		[503, { code: 'model_not_found', message: 'x' }, 'modelNotOffered'],
		[404, relayError('Invalid URL (POST /kling)'), 'wrongBaseUrl'],
		[404, fetchFailed({ code: 1203, message: 'no such model' }), 'requestRefused'],
		[403, fetchFailed({ code: 1103, message: 'no right' }), 'operatorRefused'],
		[200, { code: 1201, message: 'the image is too small' }, 'requestRefused'],
		[301, '', 'wrongBaseUrl'],
		[200, WEB_PAGE, 'wrongBaseUrl'],
		[407, '', 'proxyRefused'],
		[413, WEB_PAGE, 'requestRefused'],
	])('%d %j: %s', (statusCode, body, reason) => {
		expect(of(statusCode, body)).toMatchObject({ kind: 'refused', reason });
	});

	test("Kling's own words are taken out of the gateway's", () => {
		expect(of(400, fetchFailed({ code: 1201, message: 'image <b> is invalid' }))).toEqual({
			kind: 'refused',
			reason: 'requestRefused',
			words: 'image ‹b› is invalid',
		});
	});

	test.each(['certificateNotTrusted', 'notSent'] as const)('%s', (kind) => {
		expect(classifySubmit({ kind, cause: 'why' })).toEqual({
			kind: 'refused',
			reason: kind,
			words: 'why',
		});
	});
});

describe('not clear', () => {
	test.each<[number, unknown]>([
		[500, { code: 'do_request_failed', message: 'x' }],
		[500, { code: 'read_response_body_failed', message: 'x' }],
		[500, ''],
		[502, WEB_PAGE],
		[503, ''],
		[504, WEB_PAGE],
		[524, WEB_PAGE],
		[504, fetchFailed({ code: 5002 })],
		[408, ''],
		[200, ''],
		[200, 'no JSON'],
		[200, { code: 5000, message: 'x' }],
		[200, { code: {}, message: 'x' }],
		[200, { code: 200, task_id: '842250903629086785' }],
		[200, { code: 1303, data: { task_id: '842250903629086785' } }],
	])('%d %j', (statusCode, body) => {
		expect(of(statusCode, body)).toMatchObject({ kind: 'unclear', isAccepted: false });
	});

	test.each<[unknown]>([[{}], [{ id: '', object: 'video' }], [{ code: 0, data: {} }]])(
		'200 %j was accepted',
		(body) => {
			expect(of(200, body)).toMatchObject({ kind: 'unclear', isAccepted: true });
		},
	);

	test('a connection that broke after it was made', () => {
		expect(classifySubmit({ kind: 'noResponse', cause: 'the connection was cut' })).toEqual({
			kind: 'unclear',
			isAccepted: false,
			cause: 'the connection was cut',
		});
	});
});

describe('what was wrong is told in words', () => {
	test.each<[number, unknown, string]>([
		[429, '', 'the gateway answered with HTTP status 429'],
		[429, { message: 'busy' }, 'the gateway answered with HTTP status 429 (busy)'],
		[200, { code: 1303, message: 'full' }, 'Kling answered with code 1303 (full)'],
		[200, { code: 5000 }, 'Kling answered with code 5000'],
		[502, WEB_PAGE, 'the gateway answered with HTTP status 502'],
		[408, '', 'the gateway answered with HTTP status 408'],
		[200, ' ', 'the gateway sent an empty reply'],
		[200, '{', 'the gateway sent a reply that cannot be read'],
		[200, { id: '' }, 'the gateway gave no task id'],
	])('%d %j: %s', (statusCode, body, cause) => {
		expect(of(statusCode, body)).toMatchObject({ cause });
	});

	test.each<[number, unknown, string | null]>([
		[200, WEB_PAGE, 'a web page'],
		[404, '', 'HTTP status 404'],
		[418, '', 'HTTP status 418'],
		[300, '', 'a redirect'],
		[401, WEB_PAGE, null],
		[403, '', null],
	])('%d %j: %j', (statusCode, body, words) => {
		expect(of(statusCode, body)).toMatchObject({ kind: 'refused', words });
	});
});
