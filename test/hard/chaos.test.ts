/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { randomInt } from 'node:crypto';
import * as fc from 'fast-check';
import type { SeenRequest } from '../../sandbox/gateway';
import { continueWithOutput, runKling, startKling, waiting } from '../support/kling';
import { RestartableGateway } from '../support/restartable';
import { ClientCalls, hearWarnings, Log } from '../support/watch';

/** The order of the items. CHAOS_SEED=… brings back the one that a test's name tells of. */
const SEED = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));

const MOST_CALLS_IN_FLIGHT = 25;

interface Kind {
	/** What the task ids begin with; the sandbox makes of it what happens. */
	scenario: string;
	/** How many tasks of the kind there are. */
	tasks: number;
	/** How many items name each of them. */
	itemsEach?: number;
	/** What comes out in the end. */
	out: { videos: number } | { error: RegExp; status: unknown };
	/** Whether a reply told the node that asking again is of no use. */
	tells(seen: SeenRequest): boolean;
	/** How many such replies it takes. */
	tellings?: number;
}

const tellsOfEnd = ({ doneAtMs }: SeenRequest) => doneAtMs !== null;

const succeeds = (scenario: string, tasks: number, videos = 1): Kind => ({
	scenario,
	tasks,
	out: { videos },
	tells: tellsOfEnd,
});

const fails = (scenario: string, tasks: number, error: RegExp): Kind => ({
	scenario,
	tasks,
	out: { error, status: 'FAILURE' },
	tells: tellsOfEnd,
});

const isRefused = (
	scenario: string,
	tasks: number,
	statusCode: number,
	error: RegExp,
	status: unknown = null,
): Kind => ({
	scenario,
	tasks,
	out: { error, status },
	tells: (seen) => seen.statusCode === statusCode && !isRunning(seen),
});

/** `later-` tasks are told of as running first, with the status 200 that some refusals have too. */
const isRunning = ({ taskId, statusCode }: SeenRequest) =>
	taskId?.startsWith('later-') === true && statusCode === 200;

const KINDS: Kind[] = [
	succeeds('success-0s', 18),
	succeeds('success-1s', 20),
	succeeds('success-4s', 20),
	succeeds('success-9s', 15),
	succeeds('success-14s', 15),
	{ ...succeeds('success-3s-shared', 4), itemsEach: 5 },
	{ ...succeeds('once-panic-2s-shared', 2), itemsEach: 4 },
	{ ...fails('failure-3s-shared', 2, /Image pixel/), itemsEach: 3 },
	succeeds('several-2s', 8, 3),
	...['documented', 'shallow', 'native', 'deep', 'completed', 'numbers', 'data-url'].map((story) =>
		succeeds(`${story}-2s`, 2),
	),
	...['fail-reason-url-1s', 'unknown-status-3s', 'empty-status-3s'].map((story) =>
		succeeds(story, 2),
	),

	fails('failure-1s', 8, /Image pixel/),
	fails('failure-text-5s', 6, /content moderation failed/),
	fails('failure-outside-2s', 3, /channel was deleted/),
	fails('cancelled-2s', 3, /cancelled/),
	{
		...fails('no-url-0s', 3, /no video URL/),
		out: { error: /no video URL/, status: 'SUCCESS' },
		tellings: 4,
	},

	isRefused('unknown', 10, 400, /is unknown/),
	isRefused('nobody-knows-it', 3, 400, /is unknown/),
	isRefused('later-unknown-9s', 4, 400, /is unknown/, expect.any(String)),
	isRefused('bad-token', 2, 401, /did not accept the API token/),
	isRefused('restricted', 2, 403, /limited to certain models/),
	isRefused('firewall', 3, 403, /denied access/),
	isRefused('not-found', 2, 404, /Base URL/),
	isRefused('redirect', 2, 301, /Base URL/),
	isRefused('web-page', 4, 200, /Base URL/),
	isRefused('later-banned-9s', 2, 403, /denied access/, expect.any(String)),
	isRefused('quoting', 4, 400, /refused the request/),
	isRefused('kling-1203', 2, 200, /refused the request/),

	...['cut', 'cut-body', 'garbage', 'bad-gzip', 'broken-json', 'empty', 'null-data'].flatMap(
		(odd) => [succeeds(`blip-${odd}-3s`, 3), succeeds(`once-${odd}-3s`, 2)],
	),
	...['database', 'panic', 'bad-gateway', 'unavailable', 'gateway-timeout'].flatMap((odd) => [
		succeeds(`blip-${odd}-2s`, 4),
		succeeds(`once-${odd}-4s`, 2),
	]),
	...['silent', 'drip'].flatMap((odd) => [
		succeeds(`blip-${odd}-2s`, 3),
		succeeds(`once-${odd}-4s`, 3),
	]),
	succeeds('once-bad-token-3s', 3),
	// each of these slows down all calls of the run
	succeeds('once-rate-limit-3s', 2),
	succeeds('once-rate-limit-retry-3s', 2),
	...['rate-limit-text', 'upstream-busy', 'kling-1302'].map((odd) => succeeds(`once-${odd}-3s`, 1)),
];

interface Asked {
	taskId: string;
	kind: Kind;
}

const named = KINDS.flatMap((kind) =>
	Array.from({ length: kind.tasks }, (_, index) => ({ taskId: `${kind.scenario}-${index}`, kind })),
);
const asked: Asked[] = named.flatMap((task) =>
	Array.from({ length: task.kind.itemsEach ?? 1 }, () => task),
);
const [items = []] = fc.sample(fc.shuffledSubarray(asked, { minLength: asked.length }), {
	seed: SEED,
	numRuns: 1,
});

function outputOf({ taskId, kind }: Asked, item: number, url: string) {
	const { out } = kind;
	const pairedItem = { item };
	if ('error' in out) {
		const error = {
			message: expect.stringMatching(out.error),
			description: expect.stringMatching(/./),
			taskId,
			status: out.status,
		};
		return { json: { task_id: taskId, error }, pairedItem };
	}
	const urls = Array.from(
		{ length: out.videos },
		(_, index) => `${url}/videos/${taskId}${index === 0 ? '' : `-${index}`}.mp4`,
	);
	return {
		json: expect.objectContaining({
			taskId,
			status: 'SUCCESS',
			done: true,
			succeeded: true,
			videoUrl: urls[0],
			videos: urls.map((videoUrl) => expect.objectContaining({ url: videoUrl })),
			failureReason: null,
		}),
		pairedItem,
	};
}

/** The clock of n8n's machine jumps by up to an hour in both directions; the gateway's does not. */
const HOUR_MS = 60 * 60_000;
const JUMP_INTERVAL_MS = 700;
const steadyNow = Date.now.bind(Date);
let clockOffsetMs = 0;

let gateway: RestartableGateway;
beforeEach(async () => {
	clockOffsetMs = 0;
	jest.spyOn(Date, 'now').mockImplementation(() => steadyNow() + clockOffsetMs);
	gateway = await RestartableGateway.start({ now: steadyNow });
});
afterEach(async () => {
	jest.restoreAllMocks();
	await gateway.close();
});

test(`${items.length} items through chaos, CHAOS_SEED=${SEED}`, async () => {
	const calls = new ClientCalls();
	const heard = hearWarnings();
	const log = new Log();
	const jumps = setInterval(() => {
		clockOffsetMs = randomInt(-HOUR_MS, HOUR_MS);
	}, JUMP_INTERVAL_MS);

	// a silent gateway holds a call for as long as the timeout lets it
	const run = startKling({
		sandbox: gateway,
		tasks: items.map(({ taskId }) => taskId),
		parameters: { ...waiting(), requestOptions: { timeout: 5000 } },
		settings: continueWithOutput,
	});
	await gateway.untilSeen(430);
	// many tasks wait when it comes back, and it bears fewer calls than before
	await gateway.restart(
		async () => {
			await Promise.race([log.untilCount(150, 'the connection was refused'), run.finished]);
		},
		{ callsPerSecond: 60, now: steadyNow },
	);
	const result = await run.finished;
	clearInterval(jumps);
	log.stop();
	heard.stop();

	expect(result.status).toBe('success');
	const expected = items.map((item, index) => ({ item, out: outputOf(item, index, gateway.url) }));
	const expectedOf = (isError: boolean) =>
		expected.filter(({ item }) => 'error' in item.kind.out === isError).map(({ out }) => out);
	expect(result.items).toEqual(expectedOf(false));
	expect(result.errorItems).toEqual(expectedOf(true));

	// the chaos was one
	const replies = gateway.requests;
	for (const statusCode of [null, 400, 401, 403, 404, 429, 500, 502, 503, 504]) {
		expect(replies.map((seen) => seen.statusCode)).toContain(statusCode);
	}
	for (const trouble of ['was cut', 'no reply within', 'cannot be read']) {
		expect({ trouble, count: log.count(trouble) }).not.toEqual({ trouble, count: 0 });
	}

	// a reply may be lost on its way: when the gateway goes down, or on a machine that is too busy
	const isLost = ({ taskId, kind }: Asked) =>
		(!/silent|drip/.test(kind.scenario) &&
			log.count(`Checked task ${taskId}: no reply within`) > 0) ||
		(!/cut/.test(kind.scenario) &&
			['the connection was cut', 'the reply broke off'].some(
				(cause) => log.count(`Checked task ${taskId}: ${cause}`) > 0,
			));
	const sure = named.filter((task) => !isLost(task));
	expect(sure.length).toBeGreaterThan(named.length / 2);
	// only what the node has heard counts: a reply may be lost in more ways than have a name
	const heardOfEnd = (taskId: string) =>
		log.lines
			.filter((line) => line.startsWith(`Checked task ${taskId}: `))
			.slice(0, -1)
			.some((line) => /: (SUCCESS|FAILURE)$/.test(line));
	const askedAgain = sure.filter(({ taskId, kind }) => {
		const checks = replies.filter((seen) => seen.taskId === taskId);
		if (checks.some(({ doneAtMs }) => doneAtMs !== null) && !heardOfEnd(taskId)) return false;
		const tellings = checks.flatMap((seen, index) => (kind.tells(seen) ? [index] : []));
		return tellings[(kind.tellings ?? 1) - 1] !== checks.length - 1;
	});
	// with all that is known of them, since no two runs are alike
	const story = ({ taskId }: Asked) => ({
		checks: replies.filter((seen) => seen.taskId === taskId),
		lines: log.lines.filter((line) => line.startsWith(`Checked task ${taskId}: `)),
	});
	expect(askedAgain.map(story)).toEqual([]);
	expect(calls.mostInFlight).toBe(MOST_CALLS_IN_FLIGHT);
	expect(heard.warnings).toEqual([]);

	// a wait of several intervals: whatever still goes on would ask in the meantime
	const sent = calls.paths.length;
	await runKling({ sandbox: gateway, tasks: ['success-2s-afterwards'], parameters: waiting() });
	calls.stop();
	const later = new Set(calls.paths.slice(sent));
	expect(later).toEqual(new Set([expect.stringMatching(/success-2s-afterwards$/)]));
}, 600_000);
