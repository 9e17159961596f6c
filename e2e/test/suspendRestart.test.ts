/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';
import { CHECK_GAP_MS } from '../../nodes/KlingVideo/suspend/checkTimes';
import type { N8n } from '../n8n';
import { startAgain, startHost, type Host } from './host';
import { parked, progressOf, start, SUSPEND, suspendFor, type Started } from './suspended';
import { jsonOf, newNode } from './workflows';

/** What n8n says of an execution that it was running when it was killed: a text, without what to do. */
const CUT_OFF = 'Workflow did not finish, possible out-of-memory issue';

/** What n8n's Wait node makes of the call that wakes an execution. */
const CALL = expect.objectContaining({
	body: { wokenBy: 'timer' },
	webhookUrl: expect.any(String),
});

/** The pause between two checks. */
const ROUND_MS = CHECK_GAP_MS;

let host: Host;
let n8n: N8n;

beforeAll(async () => {
	host = await startHost('suspendRestart');
	n8n = host.n8n;
});

afterAll(async () => {
	await n8n?.stop();
	await host?.close();
});

async function begin(
	taskId: string,
	more: Partial<INode> = {},
	nextNodes: INode[] = [],
): Promise<Started> {
	const node = suspendFor(taskId, host.credential, {}, more);
	const begun = await start(host.rest, taskId, [node, ...nextNodes]);
	await parked(host.rest, begun.executionId);
	return begun;
}

/** Waits until the gateway was asked so often. */
async function checked(taskId: string, times: number): Promise<void> {
	while (host.sandbox.checksOf(taskId).length < times) {
		await host.sandbox.untilSeen(host.sandbox.requests.length + 1);
	}
}

test('n8n is off for longer than the pause between two checks: every video comes out', async () => {
	const { rest, sandbox } = host;
	const taskIds = ['success-60s-a', 'success-60s-b', 'success-60s-c'];
	// something that takes a while, as an upload does: n8n would mark it as crashed while it starts
	const slow = newNode('Takes a While', 'n8n-nodes-base.wait', 1.1, {
		amount: 20,
		unit: 'seconds',
	});
	const waits = await Promise.all(taskIds.map(async (id) => await begin(id, {}, [slow])));
	await n8n.stop();
	// what is waited for is time itself: their next checks are overdue when n8n is back
	await sleep(ROUND_MS);
	n8n = await startAgain(host);

	for (const { workflow, executionId } of waits) {
		const execution = await rest.ended(executionId);
		expect([workflow.name, execution.status]).toEqual([workflow.name, 'success']);
		expect(jsonOf(execution, SUSPEND)).toEqual([
			expect.objectContaining({ taskId: workflow.name, succeeded: true }),
		]);
	}
	// at the start, and when n8n has been running for a while
	expect(taskIds.map((id) => sandbox.checksOf(id).length)).toEqual([2, 2, 2]);
});

test('n8n ends and starts again, as it likes and all of a sudden: every task comes out, once', async () => {
	const { rest, sandbox } = host;
	const waits = await Promise.all(
		['success-120s-r', 'success-30s-s'].map(async (id) => await begin(id)),
	);
	const cutOffs = [
		await begin('later-silent-t'),
		await begin('later-silent-u', { onError: 'continueErrorOutput' }),
	] as const;

	await n8n.stop();
	n8n = await startAgain(host);
	await n8n.kill();
	n8n = await startAgain(host);

	// their second checks get no answer; the others' are long over
	await checked('later-silent-t', 2);
	await checked('later-silent-u', 2);
	for (const { workflow, executionId } of waits) {
		for (;;) {
			const wasChecked = sandbox.checksOf(workflow.name).length > 1;
			const all = await rest.executionsOf(workflow);
			const isPaused = all.find(({ id }) => id !== executionId)?.status === 'waiting';
			const hasEnded = all.find(({ id }) => id === executionId)?.status === 'success';
			if (wasChecked && (isPaused || hasEnded)) break;
			await sleep(200);
		}
	}
	await n8n.kill();
	n8n = await startAgain(host);

	for (const { workflow, executionId } of waits) {
		const execution = await rest.ended(executionId);
		expect([workflow.name, execution.status]).toEqual([workflow.name, 'success']);
		expect(jsonOf(execution, SUSPEND)).toEqual([
			expect.objectContaining({ taskId: workflow.name, succeeded: true }),
		]);
		expect(await rest.executionsOf(workflow)).toHaveLength(2);
	}
	expect(sandbox.checksOf('success-30s-s')).toHaveLength(2);
	// one fewer if n8n had just started when the second was due
	expect([2, 3, 4]).toContain(sandbox.checksOf('success-120s-r').length);

	for (const cutOff of cutOffs) expect((await progressOf(rest, cutOff)).status).toBe('crashed');
	const [stops, continues] = cutOffs;
	// if n8n had just started when the round was due, there was one that only paused: what that has shown
	// comes out then
	const shown = { done: false, succeeded: false, videoUrl: null, allDone: false };
	const stopped = await rest.ended(stops.executionId);
	expect([
		['error', CUT_OFF, []],
		['success', undefined, [expect.objectContaining(shown)]],
		['success', undefined, [CALL]],
	]).toContainEqual([
		stopped.status,
		stopped.data.resultData.error?.message,
		jsonOf(stopped, SUSPEND),
	]);
	const continued = await rest.ended(continues.executionId);
	expect(continued.status).toBe('success');
	expect([
		[[], [{ error: CUT_OFF }]],
		[[expect.objectContaining(shown)], []],
		[[CALL], []],
	]).toContainEqual([jsonOf(continued, SUSPEND), jsonOf(continued, SUSPEND, 1)]);
});

// n8n keeps what the last round showed, which then comes out: not done, so no IF takes it for a video
test('cut off in the middle of a later check, the last status comes out', async () => {
	const { rest } = host;
	const cutOff = await begin('later-silent-v');
	// the second check gets no answer in time; in the third, n8n is cut off
	await checked('later-silent-v', 3);
	await n8n.kill();
	n8n = await startAgain(host);
	const execution = await rest.ended(cutOff.executionId);
	expect(execution.status).toBe('success');
	// what the last round showed, or the call that woke it: neither says that it is done
	const shown = {
		taskId: 'later-silent-v',
		status: 'SUBMITTED',
		done: false,
		succeeded: false,
		videoUrl: null,
		progress: expect.stringContaining('after 2 checks'),
		allDone: false,
	};
	expect([[expect.objectContaining(shown)], [CALL]]).toContainEqual(jsonOf(execution, SUSPEND));
});
