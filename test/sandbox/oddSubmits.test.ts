import { isAxiosError } from 'axios';
import type { JsonObject } from '../../sandbox/exactJson';
import { ODD_SUBMITS, type Outcome } from '../../sandbox/oddSubmits';
import { clientOf, failureOf, statusPath, TASKS, textAt } from '../support/client';
import { sandboxForEachTest } from '../support/sandbox';
import { submission } from '../support/submits';

const sandbox = sandboxForEachTest({ seconds: 3600 });

const post = async (prompt: string, more: JsonObject = {}) =>
	await clientOf(sandbox).post<unknown>(TASKS, { ...submission(prompt), ...more });

/** The HTTP status, or the code of what the client ends with. */
async function seen(prompt: string, more: JsonObject = {}): Promise<unknown> {
	return await post(prompt, more).then(
		({ status }) => status,
		(error: unknown) => (isAxiosError(error) ? error.code : error),
	);
}

/** What each is seen as, and what became of it; the bodies are in another test. */
const EXPECTED: Record<string, [seen: unknown, outcome: Outcome]> = {
	'submit-busy': [429, 'nothing'],
	'submit-rate-limit': [429, 'nothing'],
	'submit-rate-limit-retry': [429, 'nothing'],
	'submit-maintenance': [503, 'nothing'],
	'submit-refused': [400, 'nothing'],
	'submit-kling-400': [400, 'nothing'],
	'submit-operator-key': [401, 'nothing'],
	'submit-operator-key-malformed': [500, 'nothing'],
	'submit-no-quota': [403, 'nothing'],
	'submit-restricted': [403, 'nothing'],
	'submit-other-address': [403, 'nothing'],
	'submit-bad-token': [401, 'nothing'],
	'submit-expired-token': [401, 'nothing'],
	'submit-disabled-token': [401, 'nothing'],
	'submit-spent-token': [401, 'nothing'],
	'submit-token-without-quota': [401, 'nothing'],
	'submit-banned': [403, 'nothing'],
	'submit-web-page': [200, 'nothing'],
	'submit-redirect': [301, 'nothing'],
	'submit-not-found': [404, 'nothing'],
	'submit-kling-away': [500, 'nothing'],
	'submit-kling-500': [500, 'nothing'],
	'submit-kling-503-page': [503, 'nothing'],
	'submit-bad-gateway': [502, 'nothing'],
	'submit-reset': ['ECONNRESET', 'nothing'],
	'submit-do-request-failed': [500, 'at-kling-only'],
	'submit-read-failed': [500, 'at-kling-only'],
	'submit-unmarshal-failed': [500, 'at-kling-only'],
	'submit-two-documents': [200, 'at-kling-only'],
	'submit-empty-id': [200, 'charged-and-lost'],
	'submit-gateway-timeout': [504, 'created'],
	'submit-cut': ['ECONNRESET', 'created'],
	'submit-cut-body': ['ERR_BAD_RESPONSE', 'created'],
	'submit-empty': [200, 'created'],
	'submit-late': [200, 'created'],
};
/** It has a test of its own, since it never comes to an end. */
const APART = ['submit-silent'];

test('there is an expectation of each', () => {
	expect([...Object.keys(EXPECTED), ...APART].sort()).toEqual(Object.keys(ODD_SUBMITS).sort());
});

test.each(Object.entries(EXPECTED))('%s is what it says: %j', async (name, [reply, outcome]) => {
	expect(await seen(`a cat [${name}]`, { external_task_id: 'mine' })).toBe(reply);
	expect(sandbox.requests).toHaveLength(1);
	await expectOutcome(outcome);
});

/** Of one submit call: its charge, its record, and what a status call about Kling's task gets. */
async function expectOutcome(outcome: Outcome): Promise<void> {
	const [submit] = sandbox.submits;
	const taskId = submit?.taskId ?? null;
	const isCharged = outcome === 'charged-and-lost' || outcome === 'created';
	const quota = isCharged ? 250_000 : 0;
	expect(sandbox.ledger).toEqual(
		isCharged
			? [{ kind: 'charge', atMs: expect.any(Number), taskId, externalTaskId: 'mine', quota }]
			: [],
	);
	expect(taskId).toEqual(outcome === 'nothing' ? null : expect.stringMatching(/^\d{18}$/));
	if (taskId === null) return;
	expect(submit).toMatchObject({ externalTaskId: 'mine', quota });
	const { status } = await clientOf(sandbox).get(statusPath(taskId));
	expect(status).toBe(outcome === 'created' ? 200 : 400);
}

test('submit-silent says nothing, and the task is created', async () => {
	const controller = new AbortController();
	const body = { ...submission('a cat [submit-silent]'), external_task_id: 'mine' };
	const asked = clientOf(sandbox).post(TASKS, body, { signal: controller.signal });
	while (sandbox.submits.length === 0) await clientOf(sandbox).get('/sandbox/submits');
	await expectOutcome('created');
	controller.abort();
	const { code, response } = await failureOf(asked);
	expect({ code, response }).toEqual({ code: 'ERR_CANCELED', response: undefined });
});

test('submit-cut-body ends before the id does', async () => {
	const { response } = await failureOf(post('a cat [submit-cut-body]'));
	expect(response).toMatchObject({ status: 200 });
	expect(Number(response?.headers['content-length'])).toBeGreaterThan(100);
});

test('submit-reset comes while a large body is on its way', async () => {
	const image = 'A'.repeat(20_000_000);
	expect(await seen('a cat [submit-reset]', { image_list: [{ image }] })).toMatch(
		/^(ECONNRESET|EPIPE)$/,
	);
	expect(sandbox.submits).toEqual([]);
	// in the order of the body, the prompt comes first here
	const { status } = await clientOf(sandbox).post(TASKS, {
		prompt: 'a cat',
		model: 'kling-v1-6',
		image_list: [{ image }],
	});
	expect(status).toBe(200);
});

describe('a prefix says how often', () => {
	const statuses = async (prompt: string, times: number, more: JsonObject = {}) => {
		const all: unknown[] = [];
		while (all.length < times) all.push(await seen(prompt, more));
		return all;
	};

	test.each([
		['blip-submit-busy', [429, 429, 200, 200]],
		['first-3-submit-busy', [429, 429, 429, 200]],
		['once-submit-kling-500', [200, 500, 200, 200]],
		['first-1-submit-reset', ['ECONNRESET', 200, 200, 200]],
		['later-submit-refused', [200, 400, 400, 400]],
	])('%s', async (word, expected) => {
		expect(await statuses(`a cat [${word}]`, 4)).toEqual(expected);
	});

	test('each external_task_id is counted for itself', async () => {
		for (const external_task_id of ['a', 'b']) {
			expect(await statuses('a cat [blip-submit-busy]', 3, { external_task_id })).toEqual([
				429, 429, 200,
			]);
		}
	});

	test('it counts for checks, too', async () => {
		const client = clientOf(sandbox);
		const replies = [];
		while (replies.length < 5) {
			replies.push((await client.get(statusPath('first-4-database-0s'))).status);
		}
		expect(replies).toEqual([500, 500, 500, 500, 200]);
	});
});

test.each([
	['a cat [submit-cut] [failure-0s]', 'FAILURE'],
	['a cat [failure-0s] [submit-cut]', 'FAILURE'],
	['a cat [submit-cut-0s]', 'SUCCESS'],
	['a cat [submit-cut]', 'SUBMITTED'],
])('%s becomes %s', async (prompt, status) => {
	await failureOf(post(prompt));
	const { data } = await clientOf(sandbox).get<unknown>(
		statusPath(String(sandbox.submits[0]?.taskId)),
	);
	expect(textAt(data, 'data', 'status')).toBe(status);
});

test.each(['submit-', 'submit-hope', 'first-submit-busy'])('[%s] is not known', async (word) => {
	const { status, data } = await post(`a cat [${word}]`);
	expect(status).toBe(400);
	expect(textAt(data, 'message')).toContain(`"${word}"`);
	expect(sandbox.ledger).toEqual([]);
});
