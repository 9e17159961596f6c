/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createServer, type Server } from 'node:http';
import * as fc from 'fast-check';
import type { DictatedReply } from '../../sandbox/oddReplies';
import { anyAnswer, dictated } from '../support/arbitraries';
import { SUCCESS } from '../support/bodies';
import { movableClock } from '../support/clocks';
import { suspending, suspendToEnd } from '../support/suspending';

/** A gateway that goes through a script for each task; the last reply goes on. */
class ScriptedGateway {
	private scripts: DictatedReply[][] = [];

	/** How often each task was asked about. */
	checks: number[] = [];

	private readonly server: Server = createServer(({ url }, response) => {
		const task = Number(/task-(\d+)$/.exec(url ?? '')?.[1]);
		const check = this.checks[task] ?? 0;
		this.checks[task] = check + 1;
		const reply = this.scripts[task]?.[check] ?? this.scripts[task]?.at(-1);
		if (reply === undefined) throw new Error(`There is no reply for ${url}`);
		response.writeHead(reply.statusCode, reply.headers).end(reply.text);
	});

	get url(): string {
		return `http://127.0.0.1:${Object(this.server.address()).port}`;
	}

	async listen(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	/** @returns the tasks' ids */
	play(scripts: DictatedReply[][]): string[] {
		this.scripts = scripts;
		this.checks = scripts.map(() => 0);
		return scripts.map((_, task) => `task-${task}`);
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

const clock = movableClock();
const gateway = new ScriptedGateway();
beforeAll(async () => await gateway.listen());
afterAll(async () => await gateway.close());

/** Most tasks go on for a while. */
const goingOn: fc.Arbitrary<DictatedReply> = anyAnswer.map((answer) => ({
	// a gateway that asks to be left alone is left alone for seconds: others try that out
	statusCode:
		answer.kind === 'response' && answer.statusCode >= 200 && answer.statusCode !== 429
			? answer.statusCode
			: 503,
	headers: { 'content-type': answer.kind === 'response' ? printable(answer.contentType) : '' },
	text: answer.kind === 'response' ? answer.text : '',
}));

const done: DictatedReply = {
	statusCode: 200,
	headers: { 'content-type': 'application/json' },
	text: SUCCESS,
};

const anyReply = fc.oneof(
	{ weight: 6, arbitrary: goingOn },
	{ weight: 1, arbitrary: fc.constant(done) },
	{
		weight: 1,
		arbitrary: dictated.map((reply) => ({
			...reply,
			statusCode: reply.statusCode === 429 ? 503 : reply.statusCode,
			headers: { 'content-type': printable(reply.headers['content-type'] ?? '') },
		})),
	},
);

function printable(header: string): string {
	return header.replace(/[^ -~]/g, '');
}

const FIELDS = ['taskId', 'status', 'videoUrl', 'done', 'succeeded', 'progress', 'duration'].concat(
	['videos', 'failureReason', 'wait'],
);

/** With five minutes: at 0, 66, 132, 198, 264 and 330 seconds. */
const MOST_CHECKS = 6;

// the token is looked for in everything that n8n gets to see or to keep
test('whatever the gateway replies, a suspended wait ends with one item for each input item', async () => {
	const ends = new Set<unknown>();
	const script = fc.array(anyReply, { minLength: 1, maxLength: 8, size: 'max' });
	const scripts = fc.array(script, { minLength: 1, maxLength: 6, size: 'max' });
	await fc.assert(
		fc.asyncProperty(scripts, async (some) => {
			const tasks = gateway.play(some);
			const { status, items } = await suspendToEnd(
				{
					sandbox: gateway,
					tasks,
					parameters: suspending({ maxWaitMinutes: 5, maxFailedChecks: 4 }),
					settings: { onError: 'continueRegularOutput' },
				},
				clock.pass,
			);
			expect(status).toBe('success');
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(tasks.map((_, item) => ({ item })));
			items.forEach(({ json }, index) => {
				const taskId = tasks[index];
				const checks = gateway.checks[index] ?? 0;
				expect(checks).toBeGreaterThanOrEqual(1);
				expect(checks).toBeLessThanOrEqual(MOST_CHECKS);
				if (json.error === undefined) {
					expect(Object.keys(json)).toEqual(FIELDS);
					expect(json).toMatchObject({ taskId, succeeded: true, status: 'SUCCESS' });
					expect(json.videoUrl).toMatch(/^https?:/i);
					expect(json.wait).toMatchObject({ checks, timedOut: false });
					ends.add('succeeded');
				} else {
					expect(json).toEqual({
						error: {
							message: expect.stringContaining(String(taskId)),
							description: expect.stringMatching(/./),
							taskId,
							status: Object(json.error).status,
						},
					});
					ends.add(Object(json.error).status === null ? 'never known' : 'known');
				}
			});
		}),
		// a run takes a second: to look for the smallest script that fails would take an hour
		{ numRuns: 20, endOnFailure: true },
	);
	// else the property would have held of few kinds of waits
	expect(ends).toEqual(new Set(['succeeded', 'known', 'never known']));
});
