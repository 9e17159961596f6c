import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import { ODD_CALLBACKS } from '../../sandbox/oddCallbacks';
import { CallbackReceiver } from '../support/callbackReceiver';
import { clientOf, TASKS } from '../support/client';
import { MovedClock } from '../support/movedClock';
import { submission } from '../support/submits';

// What goes wrong with callbacks, when it is asked for and when it is not.

const START_MS = 1_795_545_134_000;

let clock: MovedClock;
let receiver: CallbackReceiver;
let sandbox: Sandbox | undefined;

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
	sandbox = await startSandbox({ now: clock.now, ...options });
	return sandbox;
}

beforeEach(async () => {
	clock = new MovedClock(START_MS);
	receiver = await CallbackReceiver.start();
});
afterEach(async () => {
	await sandbox?.close();
	sandbox = undefined;
	await receiver.close();
});

const post = async (running: Sandbox, prompt: string, url = `${receiver.url}/hook?a=1`) =>
	await clientOf(running).post<unknown>(TASKS, { ...submission(prompt), callback_url: url });

type Call = [taskStatus: string, afterSeconds: number, path?: string];

const [SUBMITTED, PROCESSING, SUCCEED]: Call[] = [
	['submitted', 0],
	['processing', 2],
	['succeed', 10],
];
if (SUBMITTED === undefined || PROCESSING === undefined || SUCCEED === undefined) throw new Error();

/** Of a task of ten seconds. */
const EXPECTED: Record<string, Call[]> = {
	'callback-repeated': [SUBMITTED, SUBMITTED, PROCESSING, PROCESSING, SUCCEED, SUCCEED],
	'callback-reversed': [SUCCEED, ['processing', 10], ['submitted', 10]],
	'callback-burst': [['submitted', 10], ['processing', 10], SUCCEED],
	'callback-last': [SUCCEED],
	'callback-late': [
		['submitted', 30],
		['processing', 32],
		['succeed', 40],
	],
	'callback-lost': [SUBMITTED, PROCESSING, SUCCEED],
	'callback-elsewhere': [
		['submitted', 0, '/elsewhere/hook?a=1'],
		['processing', 2, '/elsewhere/hook?a=1'],
		['succeed', 10, '/elsewhere/hook?a=1'],
	],
	'callback-malformed': [SUBMITTED, PROCESSING, SUCCEED],
	// with seconds, and with how often
	'callback-late-3s': [
		['submitted', 3],
		['processing', 5],
		['succeed', 13],
	],
	'blip-callback-elsewhere': [
		['submitted', 0, '/elsewhere/hook?a=1'],
		['processing', 2, '/elsewhere/hook?a=1'],
		SUCCEED,
	],
	'once-callback-late': [SUBMITTED, SUCCEED, ['processing', 32]],
	'later-callback-repeated': [SUBMITTED, PROCESSING, PROCESSING, SUCCEED, SUCCEED],
};

test('there is an expectation of each', () => {
	expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(Object.keys(ODD_CALLBACKS)));
});

test.each(Object.entries(EXPECTED))('%s is what it says', async (word, expected) => {
	const running = await start();
	await post(running, `a cat [${word}] [success-10s]`);
	for (const [index, [, afterSeconds]] of expected.entries()) {
		const atMs = START_MS + afterSeconds * 1000;
		if (atMs > clock.nowMs) {
			clock.nowMs = atMs - 1;
			await clock.untilSeen();
			expect(running.callbacks).toHaveLength(index);
			clock.nowMs = atMs;
		}
		await running.untilCalledBack(index + 1);
	}
	const isLost = word === 'callback-lost';
	expect(
		running.callbacks.map(({ url, taskStatus, atMs, statusCode, error }) => ({
			url: url.replace(receiver.url, ''),
			taskStatus,
			atMs: atMs - START_MS,
			statusCode,
			error,
		})),
	).toEqual(
		expected.map(([taskStatus, afterSeconds, url = '/hook?a=1']) => ({
			url,
			taskStatus,
			atMs: afterSeconds * 1000,
			statusCode: isLost ? null : 200,
			error: isLost ? 'lost' : null,
		})),
	);
	expect(receiver.heard.map(({ path }) => path)).toEqual(
		isLost ? [] : expected.map(([, , path = '/hook?a=1']) => path),
	);
	for (const { text } of receiver.heard) {
		const read = () => {
			JSON.parse(text);
		};
		if (word === 'callback-malformed') expect(read).toThrow(SyntaxError);
		else expect(read).not.toThrow();
	}
	// nothing comes after that
	clock.nowMs += 1_000_000;
	await post(running, '[success-0s]', `${receiver.url}/last`);
	await running.untilCalledBack(expected.length + 3);
	expect(running.callbacks.slice(expected.length).map(({ url }) => url)).toEqual(
		Array.from({ length: 3 }, () => `${receiver.url}/last`),
	);
});

test('how late they are goes by the speed of the clock', async () => {
	const running = await start({ speed: 10 });
	await post(running, '[callback-late-50s] [success-0s]');
	clock.nowMs += 4999;
	await clock.untilSeen();
	expect(running.callbacks).toEqual([]);
	clock.nowMs += 1;
	await running.untilCalledBack(3);
});

test('calls of one moment come in their order, however slowly they are answered', async () => {
	const running = await start();
	const answers: Array<() => void> = [];
	receiver.answer = (_req, res) => answers.push(() => res.end());
	await post(running, '[callback-reversed] [success-0s]');
	for (const count of [1, 2, 3]) {
		await receiver.untilHeard(count);
		expect(receiver.heard).toHaveLength(count);
		answers.shift()?.();
	}
	await running.untilCalledBack(3);
	expect(running.callbacks.map(({ taskStatus }) => taskStatus)).toEqual([
		'succeed',
		'processing',
		'submitted',
	]);
});

test.each([
	['two of them', '[callback-lost] [callback-late]', 'callback-late'],
	['seconds that say nothing', '[callback-lost-5s]', 'callback-lost-5s'],
	['one that there is not', '[callback-hope]', 'callback-hope'],
])('%s in a prompt are refused', async (_name, prompt, unknown) => {
	const running = await start();
	expect(await post(running, prompt)).toMatchObject({
		status: 400,
		data: { message: `the sandbox knows no "${unknown}"` },
	});
});

describe('a share of all is lost', () => {
	/** Of twenty tasks: which of their calls are lost, in the order of the submits, and how many were heard. */
	async function lose(options: SandboxOptions): Promise<{ lost: boolean[]; heard: number }> {
		const running = await start(options);
		const heardBefore = receiver.heard.length;
		for (let task = 0; task < 20; task++) await post(running, '[success-0s]');
		await running.untilCalledBack(60);
		const { callbacks } = running;
		// they may overtake each other
		const order = [...new Set(running.submits.map(({ taskId }) => taskId))];
		const lost = order.flatMap((taskId) =>
			callbacks.filter((call) => call.taskId === taskId).map(({ error }) => error === 'lost'),
		);
		await running.close();
		sandbox = undefined;
		return { lost, heard: receiver.heard.length - heardBefore };
	}

	test('as many as asked for, and the same ones with the same seed', async () => {
		const half = await lose({ callbackLoss: 0.5, seed: 7 });
		const count = half.lost.filter(Boolean).length;
		expect(count).toBeGreaterThan(15);
		expect(count).toBeLessThan(45);
		expect(half.heard).toBe(60 - count);
		expect(await lose({ callbackLoss: 0.5, seed: 7 })).toEqual(half);
		expect((await lose({ callbackLoss: 0.5, seed: 8 })).lost).not.toEqual(half.lost);
	});

	test.each([
		[0, 60],
		[1, 0],
	])('of %d, %d of 60 are heard', async (callbackLoss, heard) => {
		expect((await lose({ callbackLoss })).heard).toBe(heard);
	});
});

describe('a call that comes to nothing is made once, and harms nothing', () => {
	const once = async (url: string) => {
		const running = await start();
		await post(running, '[success-0s]', url);
		await running.untilCalledBack(3);
		expect(await clientOf(running).get('/v1/models')).toMatchObject({ status: 200 });
		expect(running.callbacks.map(({ taskStatus }) => taskStatus)).toEqual([
			'submitted',
			'processing',
			'succeed',
		]);
		const [first] = running.callbacks;
		for (const { statusCode, error } of running.callbacks) {
			expect({ statusCode, error }).toMatchObject({
				statusCode: first?.statusCode,
				error: first?.error,
			});
		}
		return { statusCode: first?.statusCode, error: first?.error };
	};

	test.each([
		['no address', 'ERR_INVALID_URL'],
		['/hook', 'ERR_INVALID_URL'],
		['ftp://127.0.0.1/hook', 'ERR_BAD_REQUEST'],
	])('%s is none', async (url, error) => {
		expect(await once(url)).toEqual({ statusCode: null, error });
	});

	test('nobody listens', async () => {
		const gone = await CallbackReceiver.start();
		const { url } = gone;
		await gone.close();
		expect(await once(url)).toEqual({ statusCode: null, error: 'ECONNREFUSED' });
	});

	test('the connection breaks', async () => {
		receiver.answer = (_req, res) => res.socket?.destroy();
		expect(await once(receiver.url)).toEqual({ statusCode: null, error: 'ECONNRESET' });
		expect(receiver.heard).toHaveLength(3);
	});

	test('it is refused', async () => {
		receiver.answer = (_req, res) => res.writeHead(500).end();
		expect(await once(receiver.url)).toEqual({ statusCode: 500, error: null });
		expect(receiver.heard).toHaveLength(3);
	});

	test('a redirect is not followed', async () => {
		receiver.answer = (_req, res) =>
			res.writeHead(307, { location: `${receiver.url}/moved` }).end();
		expect(await once(`${receiver.url}/hook`)).toEqual({ statusCode: 307, error: null });
		expect(receiver.heard.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);
	});
});

describe('the end of the sandbox', () => {
	test('ends the calls under way', async () => {
		const running = await start();
		receiver.answer = () => undefined;
		await post(running, '[success-0s]');
		await receiver.untilHeard(1);
		await running.close();
		expect(running.callbacks).toMatchObject([
			{ taskStatus: 'submitted', endedAtMs: START_MS, statusCode: null, error: 'ERR_CANCELED' },
			{ taskStatus: 'processing', error: 'ERR_CANCELED' },
			{ taskStatus: 'succeed', error: 'ERR_CANCELED' },
		]);
		expect(receiver.heard).toHaveLength(1);
	});

	test('is the end of what was to come', async () => {
		const running = await start();
		await post(running, '[success-10s]');
		await running.untilCalledBack(1);
		await running.close();
		clock.nowMs += 10_000;
		const next = await start();
		await post(next, '[success-0s]', `${receiver.url}/next`);
		await next.untilCalledBack(3);
		expect(receiver.heard.map(({ path }) => path)).toEqual([
			'/hook?a=1',
			'/next',
			'/next',
			'/next',
		]);
	});
});
