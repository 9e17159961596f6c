/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { randomInt } from 'node:crypto';
import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../sandbox/gateway';
import { at } from '../support/client';
import { CreateProcess } from '../support/createProcess';
import { creating } from '../support/creating';
import { continueInPlace, itemFor, startKling } from '../support/kling';
import { UnreliableFront, type Fate } from '../support/unreliableFront';
import { ClientCalls, hearWarnings, Log } from '../support/watch';

// What is submitted is paid: through all that can happen to a submit call, the gateway's ledger is held
// against what the node says of each item.

/** CHAOS_SEED=… brings back the order of items and faults that a test's name tells of. */
const SEED = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));

const ITEMS = 300;
const TRIES = 3;
const MOST_CALLS_IN_FLIGHT = 10;

/** What the gateway does to a submission, by the words of its prompt. */
interface Kind {
	words: string;
	items: number;
	/** What is said in the end, unless something befalls the call on its way. */
	says: 'video' | 'nothingSubmitted' | 'unclear' | 'failed';
}

const kinds = (says: Kind['says'], items: number, ...words: string[]): Kind[] =>
	words.map((word) => ({ words: word, items, says }));

const ODD_KINDS: Kind[] = [
	...kinds('video', 40, '[success-1s]'),
	...kinds('video', 15, '[success-2s]', '[once-panic-2s]'),
	...kinds('video', 2, '[first-1-submit-busy]', '[first-1-submit-rate-limit]'),
	...kinds('video', 2, '[first-1-submit-maintenance]', '[first-1-submit-rate-limit-retry]'),
	...kinds('video', 5, '[submit-late]'),
	...kinds('nothingSubmitted', 2, '[submit-refused]', '[submit-kling-400]', '[submit-redirect]'),
	...kinds('nothingSubmitted', 2, '[submit-operator-key]', '[submit-operator-key-malformed]'),
	...kinds('nothingSubmitted', 2, '[submit-no-quota]', '[submit-restricted]', '[submit-not-found]'),
	...kinds('nothingSubmitted', 2, '[submit-other-address]', '[submit-bad-token]'),
	...kinds('nothingSubmitted', 2, '[submit-spent-token]', '[submit-banned]', '[submit-web-page]'),
	...kinds('unclear', 2, '[submit-kling-away]', '[submit-kling-500]', '[submit-kling-503-page]'),
	...kinds('unclear', 2, '[submit-bad-gateway]', '[submit-reset]', '[submit-do-request-failed]'),
	...kinds('unclear', 2, '[submit-read-failed]', '[submit-unmarshal-failed]', '[submit-cut]'),
	...kinds('unclear', 3, '[submit-two-documents]', '[submit-empty-id]', '[submit-cut-body]'),
	...kinds('unclear', 2, '[submit-gateway-timeout]', '[submit-empty]', '[submit-silent]'),
	...kinds('failed', 6, '[failure-0s]'),
];

interface Item {
	kind: Kind;
	prompt: string;
	more: IDataObject;
}

/** A body that does not fit into one packet, so that it can be broken off. */
const LONG_BODY = { pad: 'x'.repeat(300_000) };

function shuffle<T>(values: T[]): T[] {
	const all = fc.shuffledSubarray(values, { minLength: values.length });
	return fc.sample(all, { seed: SEED, numRuns: 1 })[0] ?? [];
}

function createItems(): Item[] {
	const odd = ODD_KINDS.flatMap((kind) => Array.from({ length: kind.items }, () => kind));
	const plain: Kind = { words: '[success-0s]', items: ITEMS - odd.length - 1, says: 'video' };
	const rest = [...odd, ...Array.from({ length: plain.items }, () => plain)];
	// n8n runs a node anew that continues on error if the first item has one
	const first: Kind = { words: '[submit-kling-400]', items: 1, says: 'nothingSubmitted' };
	// once the gateway has refused one, the line is slower: that is for the second half
	const [later, sooner] = [true, false].map((isLater) =>
		shuffle(rest.filter(({ words }) => words.startsWith('[first-') === isLater)),
	);
	const half = ITEMS / 2;
	const inOrder = [
		first,
		...(sooner ?? []).slice(0, half),
		...shuffle([...(sooner ?? []).slice(half), ...(later ?? [])]),
	];
	return inOrder.map((kind, index) => ({
		kind,
		prompt: `n${index} ${kind.words.replace(/^\[(submit-[\w-]+|first-[\w-]+)\]$/, '$& [success-0s]')}`,
		more: index % 40 === 20 ? LONG_BODY : {},
	}));
}

function createFates(calls: number): Fate[] {
	const faults: Fate[] = (['cutBeforeReply', 'cutInReply', 'resetInBody'] as const).flatMap(
		(fate) => Array.from({ length: 6 }, () => fate),
	);
	const fates = shuffle([
		...faults,
		...Array.from({ length: calls - faults.length }, (): Fate => 'passes'),
	]);
	// spells in which the gateway takes nobody
	fates.fill('tooMany', 200, 208);
	fates.fill('tooManyForASecond', 250, 254);
	return fates;
}

/** Which of the first connections are reset at once; status calls are hit as well. */
const resetConnections = () =>
	new Set(shuffle(Array.from({ length: 400 }, (_, index) => index)).slice(0, 8));

let sandbox: Sandbox;
let front: UnreliableFront;
beforeEach(async () => {
	sandbox = await startSandbox();
	front = new UnreliableFront(sandbox.url);
	await front.open();
});
afterEach(async () => {
	await front.close();
	await sandbox.close();
});

const asPrompt = (prompt: string) => (submit: { prompt: unknown }) => submit.prompt === prompt;

/** All that the gateway, and Kling behind it, have of an item. */
function recordOf(prompt: string) {
	const atGateway = sandbox.submits.filter(({ body }) => body.prompt === prompt);
	const taskIds = new Set(atGateway.flatMap(({ taskId }) => taskId ?? []));
	const booked = sandbox.ledger.filter(({ taskId }) => taskIds.has(taskId));
	return {
		/** Tasks at Kling, charged or not. */
		taskIds: [...taskIds],
		charges: booked.filter(({ kind }) => kind === 'charge').length,
		refunds: booked.filter(({ kind }) => kind === 'refund').length,
		passed: front.submits.filter(asPrompt(prompt)),
		/** By replies that went out whole. */
		toldIds: front.submits.filter(asPrompt(prompt)).flatMap(({ taskId }) => taskId ?? []),
		externalTaskIds: front.submits.filter(asPrompt(prompt)).map((sent) => sent.externalTaskId),
	};
}

type Record = ReturnType<typeof recordOf>;

interface Told {
	says: Kind['says'] | 'something else';
	json: IDataObject;
}

function readTold(json: IDataObject): Told {
	const message = String(at(json, 'error', 'message'));
	const says = (): Told['says'] => {
		if (json.error === undefined) return json.succeeded === true ? 'video' : 'something else';
		if (message.startsWith('Nothing was submitted')) return 'nothingSubmitted';
		if (/^It is not clear|^The task was accepted, but/.test(message)) return 'unclear';
		return /^Task \d+ \(Omni Video\) ended without a video/.test(message)
			? 'failed'
			: 'something else';
	};
	return { says: says(), json };
}

/** What is not true, or was paid twice, of what the node says of an item. */
function findLies({ kind }: Item, told: Told, record: Record): string[] {
	const { taskIds, charges, refunds, toldIds, externalTaskIds } = record;
	const description = String(at(told.json, 'error', 'description'));
	const lies: string[] = [];
	const hold = (isTrue: boolean, what: string) => {
		if (!isTrue) lies.push(what);
	};
	// each try may submit a task anew that failed, since Kling has paid it back
	if (kind.says === 'failed') hold(charges - refunds <= 1, 'a charge without its refund');
	else hold(charges <= 1 && taskIds.length <= 1, 'more than one task');
	hold(toldIds.length <= 1 || kind.says === 'failed', 'submitted again after a whole answer');
	const hasOtherEnd = toldIds.length > 0 && kind.says !== told.says;
	hold(!hasOtherEnd, 'lost, although its answer arrived');
	switch (told.says) {
		case 'video':
			hold(taskIds.includes(String(told.json.taskId)) && charges === 1, 'not its video');
			break;
		case 'nothingSubmitted':
			hold(taskIds.length === 0, 'something was submitted');
			break;
		case 'unclear':
			hold(
				record.passed.every(({ taskId }) => taskId === null),
				'its task is known',
			);
			// what the front has not read has an id that nobody else knows
			hold(
				externalTaskIds.length === 0
					? /External Task ID is [\da-f-]{36}\.|External Task ID [\da-f-]{36}\./.test(description)
					: externalTaskIds.some((id) => description.includes(String(id))),
				'not the external task id of its submit call',
			);
			break;
		case 'failed':
			hold(taskIds.includes(String(at(told.json, 'error', 'taskId'))), 'not its task');
			hold(kind.says === 'failed', 'its task has not failed');
			break;
		case 'something else':
			hold(false, 'an end that nobody expects');
	}
	return lies;
}

const countOf = (values: unknown[], value: unknown) =>
	values.filter((other) => other === value).length;

test(`${ITEMS} submissions through chaos, in ${TRIES} tries, CHAOS_SEED=${SEED}`, async () => {
	const items = createItems();
	const heard = hearWarnings();
	const log = new Log();
	const fates = createFates(ITEMS);
	front.follow({ fates, resetConnections: resetConnections() });
	const run = startKling({
		sandbox: front,
		tasks: items.map(({ prompt, more }) => ({ prompt, more })),
		// a silent gateway holds a call for as long as the timeout lets it
		parameters: {
			...creating({}, { additionalFields: '={{ $json.more }}' }),
			requestOptions: { timeout: 3000 },
		},
		settings: { ...continueInPlace, retryOnFail: true, maxTries: TRIES, waitBetweenTries: 0 },
	});
	// it goes down when half is through, and comes back when some checks were refused
	while (front.count < ITEMS / 2) await sandbox.untilSeen(sandbox.requests.length + 1);
	await front.close();
	await Promise.race([log.untilCount(5, 'the connection was refused'), run.finished]);
	await front.open();
	const result = await run.finished;
	log.stop();
	heard.stop();

	expect(result).toMatchObject({ status: 'success', runs: TRIES });
	expect(result.items).toHaveLength(ITEMS);
	const ends = items.map((item, index) => {
		const told = readTold(itemFor(result, index).json);
		const record = recordOf(item.prompt);
		return { item: item.prompt, told, record, kind: item.kind, lies: findLies(item, told, record) };
	});
	// with all that is known of them, since no two runs are alike
	expect(ends.filter(({ lies }) => lies.length > 0)).toEqual([]);

	// what befell a call that the front never read is not in its record, but how often it was: beside
	// those that the plan names, there are the calls on their way when it went down
	const isHit = ({ record }: (typeof ends)[number]) =>
		record.passed.some(({ fate, statusCode }) => fate !== 'passes' || statusCode === null);
	const unlike = ends.filter((end) => end.told.says !== end.kind.says && !isHit(end));
	expect(unlike.filter(({ told }) => told.says !== 'unclear')).toEqual([]);
	expect(unlike.length).toBeLessThanOrEqual(front.unread + MOST_CALLS_IN_FLIGHT);

	// the chaos was one
	const says = ends.map(({ told }) => told.says);
	for (const end of ['nothingSubmitted', 'unclear', 'failed']) {
		expect({ end, count: countOf(says, end) }).not.toEqual({ end, count: 0 });
	}
	expect(countOf(says, 'video')).toBeGreaterThan(ITEMS / 2);
	expect(front.unread).toBeGreaterThan(5);
	const seen = front.submits.map(({ fate }) => fate);
	for (const fate of new Set(fates)) {
		if (fate !== 'resetInBody') expect(seen).toContain(fate);
	}
	expect(heard.warnings).toEqual([]);
}, 300_000);

/** How many submit calls of each item were taken, by the gateway's ledger. */
const chargesOf = (prompts: string[]) => prompts.map((prompt) => recordOf(prompt).charges);

const untilSubmits = async (count: number) => {
	while (sandbox.submits.length < count) await sandbox.untilSeen(sandbox.requests.length + 1);
};

test('n8n is killed, twice, and a retry pays for nothing that was saved', async () => {
	const prompts = Array.from({ length: 24 }, (_, index) => `k${index} [success-1s]`);
	const order = { url: front.url, parameters: creating(), prompts };
	const refusedAt = 11;
	front.follow({
		fates: prompts.map((_, index) => (index === refusedAt ? 'refused' : 'passes')),
		resetConnections: new Set(),
	});

	// one submit call is refused, which ends the node; what was on its way is kept
	const first = await CreateProcess.start({ ...order, contextData: {} });
	const saved = await first.saved();
	await first.kill();
	expect(saved.status).toBe('error');
	const paid = chargesOf(prompts);
	const paidFirst = countOf(paid, 1);
	expect(paidFirst).toBeGreaterThanOrEqual(refusedAt);
	expect(paidFirst).toBeLessThan(prompts.length);
	expect(countOf(paid, 0)).toBe(prompts.length - paidFirst);

	// killed in the middle of the node: n8n has saved nothing of it
	const second = await CreateProcess.start({ ...order, contextData: saved.contextData });
	await untilSubmits(paidFirst + 4);
	await second.kill();
	const paidBeforeKill = chargesOf(prompts);

	const third = await CreateProcess.start({ ...order, contextData: saved.contextData });
	const { status, items } = await third.saved();
	await third.kill();
	expect(status).toBe('success');
	expect(items).toHaveLength(prompts.length);
	const charges = chargesOf(prompts);
	prompts.forEach((prompt, index) => {
		const { json } = itemFor({ items, errorItems: [] }, index);
		expect(json).toMatchObject({ status: 'SUCCESS', succeeded: true });
		expect(recordOf(prompt).taskIds).toContain(json.taskId);
		// what is taken up from the first run is the very task of then
		if (paid[index] === 1) expect(recordOf(prompt).taskIds).toEqual([json.taskId]);
	});
	// the known hole: what was submitted since n8n last saved is submitted again, and nothing else
	expect(charges).toEqual(
		prompts.map((_, index) => (paid[index] === 1 ? 1 : 1 + (paidBeforeKill[index] ?? 0))),
	);
	expect(charges.filter((count) => count === 2).length).toBeGreaterThanOrEqual(3);
}, 120_000);

test('after Stop nothing more is submitted, and the log names every task that was paid', async () => {
	const prompts = Array.from(
		{ length: 60 },
		(_, index) => `s${index} [${index % 3 === 0 ? 'submit-late' : 'success-0s'}]`,
	);
	const log = new Log();
	const calls = new ClientCalls();
	const submitCalls = () => calls.paths.filter((path) => path.endsWith('/omni-video')).length;
	const run = startKling({
		sandbox,
		tasks: prompts.map((prompt) => ({ prompt })),
		parameters: creating(),
		settings: { ...continueInPlace, retryOnFail: true, maxTries: TRIES, waitBetweenTries: 0 },
	});
	await untilSubmits(25);
	await run.stop();
	expect(await run.finished).toMatchObject({ status: 'canceled', runs: 1 });
	const begun = submitCalls();
	// what is on its way is not cut
	while (log.count('Submitted Omni Video task') < begun) {
		await log.untilCount(log.count('Submitted Omni Video task') + 1, 'Submitted Omni Video task');
	}
	log.stop();
	expect(begun).toBeLessThan(prompts.length);
	calls.stop();
	expect(submitCalls()).toBe(begun);
	const paidIds = sandbox.ledger.map(({ taskId }) => taskId);
	expect(paidIds).toHaveLength(begun);
	for (const taskId of paidIds) {
		expect(log.lines).toContain(`Submitted Omni Video task ${taskId}`);
	}
});
