import { dictate } from '../../sandbox/oddReplies';
import { movableClock } from '../support/clocks';
import { continueInPlace } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { ROUND_MS, suspendIn, suspending, wordsOf } from '../support/suspending';

const clock = movableClock();
const sandbox = sandboxForEachTest();
const { suspendTasks } = suspendIn(sandbox);

const DAY_MS = 24 * 60 * 60_000;

describe('what passes by itself', () => {
	test('is waited out', async () => {
		const odds = ['database', 'null-data', 'cut', 'rate-limit', 'bad-gateway', 'broken-json'];
		const tasks = odds.map((odd) => `blip-${odd}-0s`);
		const { items } = await (await suspendTasks(tasks)).resume(clock.pass);
		for (const { json } of items) expect(json).toMatchObject({ succeeded: true });
		for (const task of tasks) expect(sandbox.checksOf(task)).toHaveLength(3);
	});

	test('but not for ever: the last cause is told', async () => {
		const suspended = await suspendTasks(['database'], {
			parameters: suspending({ maxFailedChecks: 2 }),
		});
		expect(wordsOf(await suspended.resume(clock.pass))).toMatchObject({
			status: 'error',
			name: 'NodeApiError',
			message:
				'Task database could not be checked 3 times in a row: the gateway answered with HTTP status 500 (database is locked)',
		});
		expect(sandbox.checksOf('database')).toHaveLength(3);
		expect(suspended.rounds).toBe(2);
	});

	test('is counted in a row', async () => {
		const parameters = suspending({ maxFailedChecks: 1 });
		const suspended = await suspendTasks(['once-database-200s'], { parameters });
		expect((await suspended.resume(clock.pass)).items[0]?.json).toMatchObject({
			succeeded: true,
			wait: { checks: 5 },
		});
	});

	test('SUCCESS without a URL is checked a few times, then told', async () => {
		const suspended = await suspendTasks(['no-url-0s', 'late-url-0s'], {
			settings: continueInPlace,
		});
		const { items } = await suspended.resume(clock.pass);
		expect(items[0]?.json.error).toMatchObject({
			message: 'Task no-url-0s is finished, but the gateway gives no video URL for it',
		});
		expect(sandbox.checksOf('no-url-0s')).toHaveLength(4);
		expect(items[1]?.json).toMatchObject({ succeeded: true, wait: { checks: 3 } });
	});

	test('a 401 after a good check may pass, unless it says that the token has ended', async () => {
		const tasks = ['twice-bad-token-90s', 'twice-web-page-90s', 'later-spent-token-600s'];
		const run = await suspendTasks(tasks, { settings: continueInPlace });
		const { items } = await run.resume(clock.pass);
		expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 4 } });
		expect(items[1]?.json).toMatchObject({ succeeded: true, wait: { checks: 4 } });
		expect(items[2]?.json.error).toMatchObject({
			message: expect.stringContaining('expired, used up or disabled'),
			status: expect.any(String),
		});
		expect(sandbox.checksOf('later-spent-token-600s')).toHaveLength(2);
	});

	test('a refusal for good ends the wait also after a good check', async () => {
		const suspended = await suspendTasks(['later-unknown-600s']);
		expect(wordsOf(await suspended.resume(clock.pass))).toMatchObject({
			message: expect.stringContaining("unknown to this token's account"),
			httpCode: '400',
		});
	});
});

describe('a gateway that asks to be left alone', () => {
	const askingFor = (seconds: number) =>
		dictate({ statusCode: 429, headers: { 'retry-after': String(seconds) }, text: '' });

	test('is left alone for all tasks until then', async () => {
		const suspended = await suspendTasks(['success-200s', askingFor(300)]);
		for (let round = 1; round <= 4; round++) {
			clock.pass(ROUND_MS);
			await suspended.checkAgain();
			expect(sandbox.requests).toHaveLength(2);
		}
		expect(suspended.items.map(({ json }) => json.progress)).toEqual([
			'Task success-200s: SUBMITTED (10%) after 1 check',
			expect.stringContaining('not known yet after 1 check; the last check went wrong'),
		]);
		clock.pass(ROUND_MS);
		await suspended.checkAgain();
		expect(sandbox.requests).toHaveLength(4);
		expect(suspended.items[0]?.json.progress).toMatch(/SUCCESS \(100%\) after 2 checks$/);
	});

	test('but not by last checks, which cannot come later', async () => {
		const suspended = await suspendTasks(['success-30s', askingFor(7200)], {
			parameters: suspending({ maxWaitMinutes: 1 }),
			settings: continueInPlace,
		});
		const { items } = await suspended.resume(clock.pass);
		expect(suspended.rounds).toBe(1);
		expect(items[0]?.json).toMatchObject({ succeeded: true, wait: { checks: 2 } });
		expect(items[1]?.json.error).toMatchObject({
			message: expect.stringContaining('could not be checked within 1 minute'),
		});
		expect(sandbox.requests).toHaveLength(4);
	});
});

describe('when time is up', () => {
	const fiveMinutes = (options: object = {}) => suspending({ maxWaitMinutes: 5, ...options });

	test('there is one last check, and the error has the last status', async () => {
		const suspended = await suspendTasks(['never'], { parameters: fiveMinutes() });
		expect(wordsOf(await suspended.resume(clock.pass))).toMatchObject({
			status: 'error',
			name: 'NodeApiError',
			message: 'Task never (Multi-Image Video) was not finished within 5 minutes',
			description: expect.stringContaining('Its last status was IN_PROGRESS (30%).'),
		});
		// at 0, 66, 132, 198, 264 and 330 seconds
		expect(sandbox.checksOf('never')).toHaveLength(6);
	});

	test('the last status is an item, if the user wants it so', async () => {
		const parameters = fiveMinutes({ onTimeout: 'returnLastStatus' });
		const { items } = await (await suspendTasks(['never'], { parameters })).resume(clock.pass);
		expect(items[0]?.json).toMatchObject({
			status: 'IN_PROGRESS',
			done: false,
			succeeded: false,
			wait: { checks: 6, timedOut: true },
		});
		expect(Object(items[0]?.json.wait).waitedSeconds).toBeGreaterThanOrEqual(330);
	});

	test('without any good reply it is an error all the same', async () => {
		const parameters = fiveMinutes({ onTimeout: 'returnLastStatus' });
		const suspended = await suspendTasks(['unavailable'], {
			parameters,
			settings: continueInPlace,
		});
		const { items } = await suspended.resume(clock.pass);
		expect(items[0]?.json.error).toEqual({
			message:
				'Task unavailable (Multi-Image Video) could not be checked within 5 minutes: the gateway answered with HTTP status 503',
			description: expect.stringContaining('No check went well so far.'),
			taskId: 'unavailable',
			status: null,
		});
	});

	test('a video that is ready by the last check is still handed over', async () => {
		const suspended = await suspendTasks(['success-310s'], { parameters: fiveMinutes() });
		expect((await suspended.resume(clock.pass)).items[0]?.json).toMatchObject({
			succeeded: true,
			wait: { checks: 6, timedOut: false },
		});
	});

	test.each([
		['has nothing', 'never', { timedOut: true, checks: 2 }],
		['finds the video', 'success-90s', { timedOut: false, checks: 2 }],
	])(
		'after days without n8n there is exactly one last check, that %s',
		async (_what, task, wait) => {
			const suspended = await suspendTasks([task], {
				parameters: suspending({ onTimeout: 'returnLastStatus' }),
			});
			clock.pass(3 * DAY_MS);
			clock.startProcess();
			// n8n has only just started
			await suspended.checkAgain();
			expect(suspended.allDone).toBe(false);
			const { items } = await suspended.resume(clock.pass);
			expect(suspended.rounds).toBe(2);
			expect(items[0]?.json).toMatchObject({ taskId: task, wait });
			expect(sandbox.checksOf(task)).toHaveLength(2);
		},
	);
});
