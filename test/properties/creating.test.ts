/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import * as fc from 'fast-check';
import type { DictatedReply } from '../../sandbox/oddReplies';
import { dictatedSubmit } from '../support/arbitraries';
import { at } from '../support/client';
import { expectEveryKind } from '../support/coverage';
import { creating } from '../support/creating';
import { continueInPlace, runKling } from '../support/kling';
import { runsOf } from '../support/runs';

// Whatever a gateway answers to a submit call, and wherever its answer breaks off: the node ends, says
// what is true, and sends again only what surely created nothing. That no output and no log line has
// the token is part of each run.

interface Answer {
	reply: DictatedReply;
	/** Which share of the body arrives before the connection is cut; null for all of it. */
	cutAt: number | null;
}

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
	reply: dictatedSubmit,
	cutAt: fc.oneof(
		{ weight: 8, arbitrary: fc.constant(null) },
		{ weight: 1, arbitrary: fc.double({ min: 0, max: 0.9, noNaN: true }) },
	),
});

/** A gateway that says what it is told, each answer once. */
class StandIn {
	answers: Answer[] = [];

	/** The external task ids of the submit calls of the run. */
	sent: string[] = [];

	private server: Server | null = null;

	url = '';

	async open(): Promise<void> {
		const server = createServer((req, res) => {
			void json(req)
				.then((body) => {
					this.sent.push(String(at(body, 'external_task_id')));
					answerWith(res, this.answers.shift());
				})
				.catch(() => res.socket?.destroy());
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		this.url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
		this.server = server;
	}

	async close(): Promise<void> {
		this.server?.closeAllConnections();
		await new Promise((resolve) => this.server?.close(resolve));
	}
}

function answerWith(res: ServerResponse, answer: Answer | undefined): void {
	// more calls than there are answers: counted, and refused for good
	if (answer === undefined) {
		res.writeHead(400).end();
		return;
	}
	const { reply, cutAt } = answer;
	const body = Buffer.from(reply.text);
	if (cutAt === null) {
		res.writeHead(reply.statusCode, reply.headers).end(body);
		return;
	}
	res.writeHead(reply.statusCode, { ...reply.headers, 'content-length': body.length + 1 });
	res.write(body.subarray(0, Math.floor(body.length * cutAt)), () => res.socket?.destroy());
	res.flushHeaders();
}

/** What the gateway means by its answer; the node knows it by code of its own. */
type Meaning = 'nothing' | 'maybe' | 'task';

const NOTHING_BY_CODE = ['model_not_found', 'get_price_scale_failed', 'build_request_failed'];
const KLING_BROKEN = [5000, 5001, 5002];

function meaningOf({ reply, cutAt }: Answer): Meaning {
	const { statusCode, headers } = reply;
	const hasBody = statusCode !== 204 && statusCode !== 304;
	if (cutAt !== null && hasBody) return 'maybe';
	const text = hasBody ? Buffer.from(reply.text).toString() : '';
	const body = parse(text);
	if (statusCode === 408) return 'maybe';
	if (statusCode >= 300 && statusCode < 500) return 'nothing';
	if (statusCode >= 500) return meaningOfServerError(statusCode, body);
	const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
	if (!isObject) {
		const isPage = /html/i.test(headers['content-type'] ?? '') || text.trim().startsWith('<');
		return isPage ? 'nothing' : 'maybe';
	}
	const hasTask = [body, at(body, 'data')].some((place) =>
		[at(place, 'task_id'), at(place, 'id')].some(isId),
	);
	const code: unknown = at(body, 'code');
	if (code === undefined || code === null || /^(0|success)$/i.test(plain(code))) {
		return hasTask ? 'task' : 'maybe';
	}
	// who names a task has perhaps made it, and so has who says what nobody can read
	const isRefusal = plain(code) !== '' && !hasTask && !KLING_BROKEN.includes(Number(code));
	return isRefusal ? 'nothing' : 'maybe';
}

function meaningOfServerError(statusCode: number, body: unknown): Meaning {
	const error = at(body, 'error');
	const place = typeof error === 'object' && error !== null ? error : body;
	if (NOTHING_BY_CODE.includes(plain(at(place, 'code')))) return 'nothing';
	if (at(place, 'type') === 'new_api_panic') return 'nothing';
	const kling = parse(plain(at(body, 'message')));
	const isMaintenance =
		statusCode === 503 &&
		at(place, 'code') === 'fail_to_fetch_task' &&
		plain(at(kling, 'code')) === '5001';
	return isMaintenance ? 'nothing' : 'maybe';
}

/** Empty for what is no text and no number. */
function plain(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function isId(value: unknown): boolean {
	return plain(value) !== '';
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const standIn = new StandIn();
beforeAll(async () => await standIn.open());
afterAll(async () => await standIn.close());

/** One submission in two tries; no place is waited for. */
async function submitTwice(answers: Answer[]) {
	standIn.answers = [...answers];
	standIn.sent = [];
	const { status, items, runs } = await runKling({
		sandbox: standIn,
		tasks: [{ prompt: 'a cat' }],
		parameters: {
			...creating({ afterSubmit: 'returnTask' }, { maxQueueMinutes: 0 }),
			requestOptions: { timeout: 10_000 },
		},
		settings: { ...continueInPlace, retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
	});
	expect(status).toBe('success');
	expect(items).toHaveLength(1);
	const told = items[0]?.json;
	return {
		told,
		runs,
		message: String(at(told, 'error', 'message')),
		description: String(at(told, 'error', 'description')),
		sent: [...standIn.sent],
	};
}

test('whatever is answered, the node says what is true, and never pays twice', async () => {
	let created = 0;
	await fc.assert(
		fc.asyncProperty(fc.tuple(anyAnswer, anyAnswer), async (answers) => {
			const { told, message, description, sent } = await submitTwice(answers);
			const meanings = answers.map(meaningOf);
			const [first] = meanings;
			expect(sent).toHaveLength(first === 'nothing' ? 2 : 1);
			const meaning = first === 'nothing' ? meanings[1] : first;
			switch (meaning) {
				case 'nothing':
					expect(message).toMatch(/^Nothing was submitted/);
					break;
				case 'maybe':
					expect(message).toMatch(/^It is not clear|^The task was accepted, but/);
					expect(description).toContain(sent.at(-1));
					break;
				default:
					// an id may be one that nobody can ask for
					if (told?.error === undefined) {
						expect(told).toMatchObject({ status: 'SUBMITTED', succeeded: false });
						expect(plain(told?.taskId)).not.toBe('');
						created++;
					} else {
						expect(message).toMatch(/^The task was accepted, but/);
						expect(description).toContain(sent.at(-1));
					}
			}
		}),
		{ numRuns: runsOf(500) },
	);
	// else it would have held of refusals alone
	expect(created).toBeGreaterThan(0);
});

test('answers have every meaning, one after another', async () => {
	const meanings: Meaning[] = ['nothing', 'maybe', 'task'];
	await expectEveryKind(
		fc.tuple(anyAnswer, anyAnswer),
		(answers) => answers.map(meaningOf).join(' '),
		meanings.flatMap((first) => meanings.map((second) => `${first} ${second}`)),
	);
});
