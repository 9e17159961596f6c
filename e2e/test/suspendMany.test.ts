/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHost, type Host } from './host';
import { parked, start, suspendFor } from './suspended';
import { waitFor } from './workflows';

/** How many executions wait at a time. */
const MANY = 50;

let host: Host;
const heapFile = join(tmpdir(), `n8n-heap-${process.pid}`);

beforeAll(async () => {
	host = await startHost('suspendMany', {
		env: {
			NODE_OPTIONS: `--expose-gc --require ${join(__dirname, '..', 'reportHeap.cjs')}`,
			HEAP_FILE: heapFile,
		},
	});
});

afterAll(async () => {
	await host?.close();
	await rm(heapFile, { force: true });
});

/** Of n8n, in bytes, after a garbage collection. */
async function heap(): Promise<number> {
	await rm(heapFile, { force: true });
	process.kill(host.n8n.pid, 'SIGUSR2');
	for (;;) {
		const text = await readFile(heapFile, 'utf8').catch(() => '');
		if (text !== '') return Number(text);
		await sleep(50);
	}
}

test('fifty suspended executions take no more of the heap than fifty that wait', async () => {
	const { rest, sandbox, credential } = host;
	const numbers = Array.from({ length: MANY }, (_, index) => index);
	// n8n loads much of itself when it is first needed
	const first = suspendFor('success-0s-first', credential);
	await rest.ended((await start(rest, 'first', [first])).executionId);
	const before = await heap();

	const waiting: string[] = [];
	for (const number of numbers) {
		const node = waitFor(`never-wait${number}`, credential, { pollingInterval: 3600 });
		waiting.push((await start(rest, `wait ${number}`, [node])).executionId);
	}
	while (numbers.some((number) => sandbox.checksOf(`never-wait${number}`).length === 0)) {
		await sandbox.untilSeen(sandbox.requests.length + 1);
	}
	const whileWaiting = await heap();
	for (const executionId of waiting) await rest.stop(executionId);
	for (const executionId of waiting) await rest.ended(executionId);
	const between = await heap();

	const suspended: string[] = [];
	for (const number of numbers) {
		const node = suspendFor(`never-suspend${number}`, credential);
		suspended.push((await start(rest, `suspend ${number}`, [node])).executionId);
	}
	for (const executionId of suspended) await parked(rest, executionId);
	const whileSuspended = await heap();
	for (const executionId of suspended) await rest.stop(executionId);

	const kilobytes = (bytes: number) => Math.round(bytes / 1024 / MANY);
	process.stdout.write(
		`heap: ${JSON.stringify({ before, whileWaiting, between, whileSuspended })}; ` +
			`for each of ${MANY}: waiting ${kilobytes(whileWaiting - before)} kB, ` +
			`suspended ${kilobytes(whileSuspended - between)} kB\n`,
	);
	// n8n's own heap grows with all that it does: what it is beside the waits is taken off
	expect(whileSuspended - between).toBeLessThanOrEqual(whileWaiting - before);
});
