import * as fc from 'fast-check';
import { readCallback } from '../../nodes/KlingVideo/gateway/callback';
import { anyBody } from '../support/arbitraries';
import { TASK_ID } from '../support/bodies';
import { expectEveryKind } from '../support/coverage';
import { runsOf } from '../support/runs';
import { sandboxForAllTests } from '../support/sandbox';
import { callback, TriggerHost } from '../support/triggering';

const sandbox = sandboxForAllTests();

const KINDS = ['mayBeDone', 'notDone', 'noTask'];

/** A text, or JSON with whatever is read in a callback. */
const anyCallback = fc.oneof(
	anyBody,
	fc.json(),
	fc.string({ unit: 'binary' }),
	fc
		.record(
			{
				task_id: fc.oneof(fc.string(), fc.integer(), fc.constant(TASK_ID), fc.jsonValue()),
				taskId: fc.jsonValue(),
				id: fc.jsonValue(),
				task_status: fc.constantFrom('submitted', 'processing', 'succeed', 'failed', 'odd', 7),
				data: fc.jsonValue(),
			},
			{ requiredKeys: [] },
		)
		.map((body) => JSON.stringify(body)),
);

describe('whatever a callback says', () => {
	test('it is read as one of three, and an id is one that can be asked for', () => {
		fc.assert(
			fc.property(anyCallback, (body) => {
				const read = readCallback(body);
				expect(KINDS).toContain(read.kind);
				if (read.kind !== 'mayBeDone') return;
				expect(read.taskId.trim()).toBe(read.taskId);
				expect(read.taskId).not.toMatch(/^\.{0,2}$/);
			}),
			{ numRuns: runsOf(3000) },
		);
	});

	test('there is a case of each', async () => {
		await expectEveryKind(anyCallback, (body) => readCallback(body).kind, KINDS);
	});

	test('all digits of a number are kept', () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), (id) => {
				expect(readCallback(`{"task_id":${id}}`)).toEqual({
					kind: 'mayBeDone',
					taskId: String(id),
				});
			}),
			{ numRuns: runsOf(500) },
		);
	});

	test('it has its answer, and starts nothing that the gateway does not call done', async () => {
		const host = await new TriggerHost({ sandbox }).start();
		await fc.assert(
			fc.asyncProperty(anyCallback, async (body) => {
				// what is no JSON, n8n refuses before the node sees it
				const status = await host.post(Buffer.from(body));
				expect([200, 422]).toContain(status);
				await host.settled();
				expect(host.errors).toEqual([]);
				expect(host.starts).toEqual([]);
			}),
			{ numRuns: runsOf(300) },
		);
		await host.close();
	});
});

test('whatever the order and however often they come, each task starts its workflow once', async () => {
	const runs = fc.uniqueArray(fc.constantFrom('succeed', 'processing', 'failed'), { minLength: 1 });
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.nat(4), runs), { minLength: 1, maxLength: 12 }),
			fc.nat(11),
			async (calls, restartAt) => {
				const host = await new TriggerHost({ sandbox }).start();
				const bodies = calls.flatMap(([task, statuses]) =>
					statuses.map((status) => callback(`success-0s-${task}`, status)),
				);
				const send = async (some: typeof bodies) =>
					await Promise.all(some.map(async (body) => await host.post(body)));
				await send(bodies.slice(0, restartAt));
				await host.restart();
				await send(bodies.slice(restartAt));
				await host.settled();
				const ended = bodies.filter(({ task_status }) => task_status !== 'processing');
				const expected = [...new Set(ended.map(({ task_id }) => task_id))];
				const started = host.starts.map(([item]) => item?.json.taskId);
				await host.close();
				expect(started.sort()).toEqual(expected.sort());
			},
		),
		{ numRuns: runsOf(30) },
	);
});
