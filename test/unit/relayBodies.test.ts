import { classifyResponse, type CheckResult } from '../../nodes/KlingVideo/gateway/checkResult';
import { readTaskId } from '../../nodes/KlingVideo/gateway/taskId';
import { isJsonObject } from '../../nodes/KlingVideo/reading/readJson';
import { describeProperties } from '../../nodes/KlingVideo/resources/properties';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import { namesOf, RELAYS, responseOf, type RelayReply } from '../support/relayBodies';

/** A meaning, and the names of all replies that have it. */
type Meanings = Record<string, string[]>;

const UPSTREAM_TROUBLE = [
	'404',
	'429',
	'500',
	'bad-json',
	'closed',
	'code-1203',
	'empty',
	'html-502',
].flatMap((trouble) => [
	`end-upstream-query-${trouble}`,
	`end-upstream-query-${trouble}-after-the-sweep`,
]);

/** What each status reply of the gateway's own relay means. */
const GATEWAY_STATUS: Meanings = {
	'SUBMITTED 10%': ['life-1-first-check'],
	'IN_PROGRESS 30%': [
		'life-2-in-progress',
		'channel-deleted-first-check',
		// the gateway finds that only with its next sweep
		'end-channel-deleted',
	],
	// the relay hides whatever is wrong with Kling, and sends what it knew before
	'NOT_START 0%': [
		...UPSTREAM_TROUBLE,
		'end-upstream-unknown-status',
		'end-upstream-unknown-status-after-the-sweep',
	],
	'SUCCESS 100%: 5.1 s': [
		'life-3-first-check-after-the-end',
		'life-4-later',
		'end-watermark',
		'end-watermark-after-the-sweep',
		'upstream-query-takes-8-s',
		'status-accept-gzip',
		'status-token-group',
		'status-token-without-sk',
		'status-with-external-task-id',
		'status-with-json-body',
		'wrong-base-root',
		// any routed path answers for any task
		'other-path-image2video',
		'other-path-multi-image2video',
		'other-path-omni-video',
		'other-path-text2video',
		'other-path-v1-video-generations',
	],
	'SUCCESS 100%: 5.1 s, 10 s': ['end-two-videos', 'end-two-videos-after-the-sweep'],
	'SUCCESS 100%: no video': [
		'end-success-no-url',
		'end-success-no-url-after-the-sweep',
		// another shape, on a path that the node does not use
		'other-path-v1-videos',
	],
	'FAILURE 100%: Image pixel is invalid': ['end-failed', 'end-failed-after-the-sweep'],
	'FAILURE 100%: 触发平台的内容安全策略': [
		'end-failed-chinese',
		'end-failed-chinese-after-the-sweep',
	],
	'FAILURE 100%: Failed to get channel info, channel ID: 2': [
		'end-channel-deleted-after-the-sweep',
	],
	taskUnknown: [
		'unknown-id',
		'unknown-id-text',
		'external-id',
		'another-account',
		// another user, who has no money either
		'status-token-poor',
	],
	'tokenRefused: 无效的令牌': [
		'status-token-wrong',
		'status-token-deleted',
		// the same words for a good token while the database is in trouble
		'database-trouble-tokens',
	],
	'tokenRefused: 未提供令牌': ['status-token-none'],
	'tokenNoLongerValid: 该令牌已过期': ['status-token-expired', 'status-token-expired-again'],
	'tokenNoLongerValid: 该令牌状态不可用': ['status-token-disabled'],
	'tokenNoLongerValid: [sk-exh***000] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0':
		['status-token-exhausted'],
	'tokenNoLongerValid: 该令牌额度已用尽 TokenStatusExhausted[sk-exh***000]': [
		'status-token-exhausted-again',
	],
	// its task goes on, and another token of the account gets the video
	'tokenNoLongerValid: [sk-lit***000] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -249000':
		['status-token-little-after-its-submit'],
	'tokenRestricted: 该令牌无权访问模型': [
		'status-token-restricted',
		'status-accept-english',
		'restricted-status-with-json-body',
		'restricted-status-with-model-in-query',
	],
	'accessRefused: 用户已被封禁': ['status-token-banned'],
	'accessRefused: 您的 IP 不在令牌允许访问的列表中': ['status-token-ip'],
	'accessRefused: 普通用户不支持指定渠道': ['status-token-with-channel'],
	'wrongBaseUrl: a web page': ['wrong-base-console'],
	'wrongBaseUrl: a redirect': [
		'status-trailing-slash',
		'wrong-base-redirect',
		'wrong-base-redirect-kling-v1',
	],
	'wrongBaseUrl: HTTP status 404 (Invalid URL)': [
		'empty-id',
		'status-list',
		'status-post',
		'wrong-base-api',
		'wrong-base-kling',
		'wrong-base-kling-v1',
		'wrong-base-v1',
	],
	'rate limit: the gateway answered with HTTP status 429': ['rate-limit-api', 'rate-limit-web'],
	'transientError: the gateway answered with HTTP status 500 (SQL logic error: no such table: tasks (1))':
		['database-trouble'],
};

/** What each status reply of the newer relay means. */
const UPSTREAM_STATUS: Meanings = {
	// this relay does not ask Kling when it is checked: its sweep does
	'NOT_START 0%': [
		...UPSTREAM_TROUBLE,
		'end-upstream-unknown-status',
		'end-upstream-unknown-status-after-the-sweep',
		'life-1-first-check',
		'life-2-in-progress',
		'life-3-first-check-after-the-end',
		'channel-deleted-first-check',
		'end-channel-deleted',
		'end-failed',
		'end-failed-chinese',
		'end-success-no-url',
		'end-two-videos',
		'end-watermark',
		'status-with-external-task-id',
		'upstream-query-takes-8-s',
	],
	'SUCCESS 100%: 5.1 s': [
		'life-4-later',
		'end-watermark-after-the-sweep',
		'status-accept-english',
		'status-accept-gzip',
		'status-token-group',
		'status-token-without-sk',
		'status-with-json-body',
		// here such a token may check
		'status-token-restricted',
		'restricted-status-with-json-body',
		'restricted-status-with-model-in-query',
		'other-path-image2video',
		'other-path-text2video',
		'other-path-v1-video-generations',
	],
	'SUCCESS 100%: 5.1 s, 10 s': ['end-two-videos-after-the-sweep'],
	'SUCCESS 100%: no video': [
		// its result_url is http://localhost:3000/v1/videos/…/content
		'end-success-no-url-after-the-sweep',
		'other-path-v1-videos',
	],
	'FAILURE 100%: Image pixel is invalid': ['end-failed-after-the-sweep'],
	'FAILURE 100%: 触发平台的内容安全策略': ['end-failed-chinese-after-the-sweep'],
	'FAILURE 100%: Failed to get channel info, channel ID: 2': [
		'end-channel-deleted-after-the-sweep',
	],
	taskUnknown: [
		'unknown-id',
		'unknown-id-text',
		'external-id',
		'another-account',
		'status-token-poor',
	],
	// the same words for every token that it does not take
	'tokenRefused: Invalid token': [
		'status-token-deleted',
		'status-token-disabled',
		'status-token-exhausted',
		'status-token-exhausted-again',
		'status-token-expired',
		'status-token-expired-again',
		'status-token-none',
		'status-token-wrong',
	],
	'accessRefused: User has been banned': ['status-token-banned'],
	'accessRefused: 您的 IP 不在令牌允许访问的列表中': ['status-token-ip'],
	'accessRefused: 普通用户不支持指定渠道': ['status-token-with-channel'],
	// it has two kinds of tasks; every other path is a web page
	'wrongBaseUrl: a web page': [
		'empty-id',
		'other-path-multi-image2video',
		'other-path-omni-video',
		'status-list',
		'status-post',
		'wrong-base-console',
		'wrong-base-kling',
		'wrong-base-kling-v1',
		'wrong-base-root',
	],
	'wrongBaseUrl: a redirect': ['status-trailing-slash'],
	'wrongBaseUrl: HTTP status 404 (Invalid URL)': ['wrong-base-api', 'wrong-base-v1'],
};

/** Nothing came within five seconds. */
const NO_REPLIES = ['database-locked'];

function withoutDetails(text: string): string {
	return text.replace(/ \(request id: \w+\)/, '').replace(/(Invalid URL) \([A-Z]+ [^)]*\)/, '$1');
}

function describeMeaning(result: CheckResult): string {
	switch (result.kind) {
		case 'task': {
			const { status, progress, videos, failureReason } = result.task;
			const lengths = videos.map(({ duration }) => `${duration} s`).join(', ') || 'no video';
			const end = status === 'SUCCESS' ? lengths : failureReason;
			return `${status} ${progress}%${end === null ? '' : `: ${end}`}`;
		}
		case 'transientError':
			return `${result.isRateLimited ? 'rate limit' : result.kind}: ${result.cause}`;
		case 'wrongBaseUrl':
			return `${result.kind}: ${withoutDetails(result.received)}`;
		default:
			return 'gatewayMessage' in result
				? `${result.kind}: ${withoutDetails(result.gatewayMessage ?? '')}`
				: result.kind;
	}
}

function replyNamed(relay: keyof typeof RELAYS, name: string): RelayReply {
	const reply = RELAYS[relay][name];
	if (reply === undefined) throw new Error(`No reply "${name}" of ${relay}`);
	return reply;
}

const rowsOf = (meanings: Meanings) =>
	Object.entries(meanings).flatMap(([meaning, names]) =>
		names.map((name): [string, string] => [name, meaning]),
	);

describe.each([
	['gateway', GATEWAY_STATUS],
	['upstream', UPSTREAM_STATUS],
] as const)('a status reply of the relay "%s"', (relay, meanings) => {
	test.each(rowsOf(meanings))('%s means %s', (name, meaning) => {
		expect(describeMeaning(classifyResponse(responseOf(replyNamed(relay, name))))).toBe(meaning);
	});

	test('none is left out', () => {
		const told = rowsOf(meanings).map(([name]) => name);
		const all = namesOf(relay, 'status').filter((name) => !NO_REPLIES.includes(name));
		expect(told.sort()).toEqual(all.sort());
	});

	test('a video has the address that Kling gave, and an id of all digits', () => {
		const videos = namesOf(relay, 'status').flatMap((name) => {
			const result = classifyResponse(responseOf(replyNamed(relay, name)));
			return result.kind === 'task' ? result.task.videos : [];
		});
		expect(videos.length).toBeGreaterThan(10);
		for (const { id, url } of videos) {
			expect(id).toMatch(/^\d{18}$/);
			expect(url).toMatch(/^https:\/\/v16-kling-fdl\.klingai\.com\/.*\.mp4\?x-oss-signature=/);
		}
	});
});

/** What the Task ID field makes of each reply to a submit call, if that is the input item. */
const GATEWAY_SUBMIT: Meanings = {
	taskId: [
		'submit-multi-image2video',
		'submit-image2video',
		'submit-text2video',
		'submit-least',
		'submit-with-callback-and-extras',
		'submit-field-both-models',
		'submit-field-duration-10',
		'submit-field-size-not-aspect',
		'submit-token-restricted',
		// the token has run out with this
		'submit-token-little',
	],
	taskIdLost: ['submit-upstream-snoid', 'submit-relay-behind-relay'],
	noTaskId: [
		'submit-bad-channel-key',
		'submit-bad-json',
		'submit-empty-prompt',
		'submit-field-duration-a-number',
		'submit-field-image-list-of-strings',
		'submit-five-images',
		'submit-form',
		'submit-model-number',
		'submit-model-of-no-kind',
		'submit-no-body',
		'submit-no-channel',
		'submit-no-images',
		'submit-no-model',
		'submit-no-prompt',
		'submit-nothing-listens',
		'submit-token-banned',
		'submit-token-disabled',
		'submit-token-exhausted',
		'submit-token-expired',
		'submit-token-ip',
		'submit-token-little-again',
		'submit-token-poor',
		'submit-token-restricted-other-model',
		'submit-token-wrong',
		'submit-upstream-s400',
		'submit-upstream-s401',
		'submit-upstream-s429',
		'submit-upstream-s429b',
		'submit-upstream-s429e',
		'submit-upstream-s500',
		'submit-upstream-s503',
		'submit-upstream-sbad',
		'submit-upstream-sclose',
		'submit-upstream-scode',
		'submit-upstream-sempty',
	],
	// two JSON documents in a row
	'no JSON': ['database-trouble-submit'],
};

const UPSTREAM_SUBMIT: Meanings = {
	taskId: [
		'submit-image2video',
		'submit-text2video',
		'submit-with-callback-and-extras',
		'submit-field-both-models',
		'submit-field-duration-10',
		'submit-field-duration-a-number',
		'submit-field-image-list-of-strings',
		'submit-field-size-not-aspect',
		'submit-five-images',
		'submit-form',
		'submit-no-images',
		'submit-token-restricted',
		// this relay has ids of its own
		'submit-upstream-snoid',
		'submit-relay-behind-relay',
	],
	noTaskId: [
		'submit-bad-channel-key',
		'submit-bad-json',
		'submit-empty-prompt',
		'submit-least',
		'submit-model-number',
		'submit-model-of-no-kind',
		'submit-no-body',
		'submit-no-channel',
		'submit-no-model',
		'submit-no-prompt',
		'submit-nothing-listens',
		'submit-token-banned',
		'submit-token-disabled',
		'submit-token-exhausted',
		'submit-token-expired',
		'submit-token-ip',
		'submit-token-little',
		'submit-token-poor',
		'submit-token-restricted-other-model',
		'submit-token-wrong',
		'submit-upstream-s400',
		'submit-upstream-s401',
		'submit-upstream-s429',
		'submit-upstream-s429b',
		'submit-upstream-s429e',
		'submit-upstream-s500',
		'submit-upstream-s503',
		'submit-upstream-sbad',
		'submit-upstream-sclose',
		'submit-upstream-scode',
		'submit-upstream-sempty',
	],
	// it does not know this kind: a web page
	'no JSON': ['submit-multi-image2video'],
};

/** What n8n makes of the field's default for an input item. */
const taskIdOf = (() => {
	const field = describeProperties(TASK_KINDS).find(({ name }) => name === 'taskId');
	const expression = /^=\{\{(.*)\}\}$/.exec(String(field?.default))?.[1];
	if (expression === undefined) throw new Error('The default of Task ID is no expression');
	// eslint-disable-next-line @n8n/community-nodes/no-dangerous-functions -- it is the node's own expression
	return new Function('$json', `return (${expression});`);
})();

describe.each([
	['gateway', GATEWAY_SUBMIT],
	['upstream', UPSTREAM_SUBMIT],
] as const)('a submit reply of the relay "%s"', (relay, meanings) => {
	test.each(rowsOf(meanings))('%s: %s', (name, meaning) => {
		const { body, status } = replyNamed(relay, name);
		if (!isJsonObject(body)) {
			expect(meaning).toBe('no JSON');
			return;
		}
		const { kind, taskId } = readTaskId(taskIdOf(body), body);
		expect(kind).toBe(meaning);
		if (kind === 'taskId') expect(taskId).toMatch(/^(\d{18}|task_\w{32})$/);
		if (kind !== 'noTaskId') expect(status).toBe(200);
	});

	test('none is left out', () => {
		const told = rowsOf(meanings).map(([name]) => name);
		expect(told.sort()).toEqual(namesOf(relay, 'submit').sort());
	});
});
