/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DirectoryLoader, ExecuteContext, RoutingNode } from 'n8n-core';
import type { IDataObject, IExecuteFunctions, INode, INodeType } from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { startNode, type NodeRunResult, type StartedRun } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { SANDBOX_TOKEN, startSandbox, type Sandbox } from '../../sandbox/gateway';
import { continueWithOutput, waiting } from '../support/kling';
import { times } from '../support/times';
import { hearWarnings, realProcess } from '../support/watch';

/** `npm run test:hard` makes the fewest rounds that show a leak, `npm run soak` goes on for minutes. */
const SOAK_MS = Number(process.env.SOAK_MINUTES ?? 0) * 60_000;

/** Until everything that is loaded or compiled once has been. */
const WARM_UP_ROUNDS = 2;

/** Without a time, or when a slow machine makes fewer in it: each leaks enough to be seen. */
const LEAST_ROUNDS = 3;

/**
 * What the heap may be larger by after all rounds: compiled code and caches of n8n's, Node.js's and
 * jest's go on growing a little. One round's replies are 1 MB, and no soak has fewer than five rounds.
 */
const HEAP_TOLERANCE_MB = 2;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** n8n's cancel signals of the runs: those of runs that are over have to be forgotten. */
const cancelSignals = new Set<WeakRef<AbortSignal>>();

/** Listeners on them when their run was over. */
let listenersLeft = 0;

/** The node, as often as it is run in a loop, in one execution and with one cancel signal. */
function klingInALoop(rounds: number): INodeType {
	const kling = new KlingVideo();
	// what the engine does by itself for nodes without an execute()
	DirectoryLoader.applyDeclarativeNodeOptionParameters(kling);
	return {
		description: kling.description,
		async execute(this: IExecuteFunctions) {
			const signal = this.getExecutionCancelSignal();
			if (!(this instanceof ExecuteContext) || signal === undefined) {
				throw new Error('n8n runs the node in another way');
			}
			cancelSignals.add(new WeakRef(signal));
			const listenersBefore = getEventListeners(signal, 'abort').length;
			try {
				for (let round = 1; round < rounds; round++) {
					await new RoutingNode(this, kling).runNode();
				}
				return (await new RoutingNode(this, kling).runNode()) ?? [];
			} finally {
				listenersLeft += getEventListeners(signal, 'abort').length - listenersBefore;
			}
		},
	};
}

interface Kind {
	tasks: string[];
	options?: IDataObject;
	settings?: Partial<INode>;
	/** Of a request; 0 for the node's own. */
	timeoutMs?: number;
	rounds?: number;
	/** n8n's Stop, when so many requests have been seen. */
	stopAfter?: number;
	status: NodeRunResult['status'];
}

const TRANSIENT = [
	'cut',
	'cut-body',
	'garbage',
	'bad-gzip',
	'broken-json',
	'database',
	'bad-gateway',
];

const KINDS: Kind[] = [
	{ tasks: times(50, 'success-1s'), status: 'success' },
	{ tasks: times(10, 'success-1s').flatMap((task) => [task, task, task]), status: 'success' },
	{
		tasks: times(15, 'failure-1s', 'unknown', 'web-page'),
		settings: continueWithOutput,
		status: 'success',
	},
	{ tasks: ['failure-1s', ...times(40, 'success-600s'), 'silent', 'drip'], status: 'error' },
	{ tasks: [...times(40, 'never'), 'silent', 'drip'], stopAfter: 60, status: 'canceled' },
	{ tasks: [...times(40, 'never'), 'later-rate-limit-retry'], stopAfter: 60, status: 'canceled' },
	{
		tasks: times(3, ...TRANSIENT.map((odd) => `once-${odd}-1s`), 'once-silent-1s', 'once-drip-1s'),
		timeoutMs: 500,
		status: 'success',
	},
	{
		tasks: times(3, ...TRANSIENT, 'silent', 'drip'),
		options: { maxFailedChecks: 1 },
		timeoutMs: 500,
		settings: continueWithOutput,
		status: 'success',
	},
	{
		tasks: times(20, 'never'),
		options: { maxWaitMinutes: 1.5 / 60, onTimeout: 'returnLastStatus' },
		// a machine that is busy may see no reply in that time
		settings: continueWithOutput,
		status: 'success',
	},
	{ tasks: times(50, 'success-0s'), rounds: 30, status: 'success' },
	{
		tasks: [...times(10, 'database'), 'unknown'],
		settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 },
		status: 'error',
	},
];

function start(kind: Kind, sandbox: Sandbox): StartedRun {
	return startNode({
		nodeType: klingInALoop(kind.rounds ?? 1),
		credentialType: new EzModelApi(),
		credential: { apiToken: SANDBOX_TOKEN, baseUrl: sandbox.url },
		parameters: { ...waiting(kind.options), requestOptions: { timeout: kind.timeoutMs ?? 0 } },
		items: kind.tasks.map((task) => ({ task_id: task })),
		settings: kind.settings,
	});
}

/** Runs of all kinds side by side, each against a gateway of its own. */
async function soakOnce(kinds = KINDS): Promise<void> {
	const statuses = await Promise.all(
		kinds.map(async (kind) => {
			const sandbox = await startSandbox();
			const run = start(kind, sandbox);
			if (kind.stopAfter !== undefined) {
				await sandbox.untilSeen(kind.stopAfter);
				run.stop();
			}
			const { status } = await run.finished;
			await sandbox.close();
			return status;
		}),
	);
	expect(statuses).toEqual(kinds.map(({ status }) => status));
}

/** What the process holds that a run could have left behind, by name. */
function held(): Map<string, number> {
	for (const signal of cancelSignals) {
		if (signal.deref() === undefined) cancelSignals.delete(signal);
	}
	const real = realProcess();
	const active = process.getActiveResourcesInfo();
	const activeLike = (names: RegExp) => active.filter((name) => names.test(name)).length;
	return new Map([
		["n8n's cancel signals", cancelSignals.size],
		["listeners on n8n's cancel signals", listenersLeft],
		[
			'listeners on the process',
			real.eventNames().reduce((count, name) => count + real.listenerCount(name), 0),
		],
		['timers', activeLike(/Timeout|Immediate/)],
		['sockets', activeLike(/TCP|Pipe|Request/)],
	]);
}

async function heapMB(): Promise<number> {
	if (typeof collectGarbage !== 'function') throw new Error('There is no garbage collector');
	// what a collection frees may hold on to more until its finalizers have run
	for (let turn = 0; turn < 5; turn++) {
		await new Promise((resolve) => setImmediate(resolve));
		collectGarbage();
	}
	return process.memoryUsage().heapUsed / 2 ** 20;
}

test(
	'runs of all kinds leave nothing behind',
	async () => {
		const heard = hearWarnings();
		await soakOnce([{ tasks: ['success-0s'], status: 'success' }]);
		await heapMB();
		const before = held();
		for (let round = 0; round < WARM_UP_ROUNDS; round++) await soakOnce();
		const heapsMB = [await heapMB()];
		const endMs = Date.now() + SOAK_MS;
		while (Date.now() < endMs || heapsMB.length <= LEAST_ROUNDS) {
			await soakOnce();
			heapsMB.push(await heapMB());
		}
		const grown = () => [...held()].filter(([what, count]) => count > (before.get(what) ?? 0));
		// a socket or a timer may be about to end when the last run does; what has leaked stays
		for (let tries = 0; tries < 20 && grown().length > 0; tries++) await sleep(1000);
		expect(grown()).toEqual([]);
		heard.stop();
		expect(heard.warnings).toEqual([]);

		const [first = 0] = heapsMB;
		const last = heapsMB.at(-1) ?? Infinity;
		expect({ heapsMB, stays: last - first < HEAP_TOLERANCE_MB }).toEqual({ heapsMB, stays: true });
	},
	SOAK_MS + 600_000,
);
