/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import { nodeForN8n } from '../install';
import { freePort, startN8n, type N8n } from '../n8n';
import { startHost, type Host } from './host';
import { parked, progressOf, start, SUSPEND, suspendFor, type Started } from './suspended';
import { jsonOf } from './workflows';

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

async function startAgain(): Promise<void> {
	n8n = await startN8n({
		userFolder: host.userFolder,
		port: Number(new URL(host.n8n.url).port),
		brokerPort: await freePort(),
		logFile: host.logFile,
	});
}

async function begin(taskId: string, options: INodeParameters = {}): Promise<Started> {
	const begun = await start(host.rest, taskId, [suspendFor(taskId, host.credential, options)]);
	await parked(host.rest, begun.executionId);
	return begun;
}

/** Waits until the gateway was asked so often. */
async function checked(taskId: string, times: number): Promise<void> {
	while (host.sandbox.checksOf(taskId).length < times) {
		await host.sandbox.untilSeen(host.sandbox.requests.length + 1);
	}
}

test('n8n ends and starts again, as it likes and all of a sudden: every task comes out, once', async () => {
	const { rest, sandbox } = host;
	const waits = await Promise.all(
		['success-120s-r', 'success-30s-s'].map(async (id) => await begin(id)),
	);
	const cutOff = await begin('later-silent-t');

	await n8n.stop();
	await startAgain();
	await n8n.kill();
	await startAgain();

	// its second check gets no answer; the others' are long over
	await checked('later-silent-t', 2);
	for (const { workflow, executionId } of waits) {
		for (;;) {
			const all = await rest.executionsOf(workflow);
			const progress = all.find(({ id }) => id !== executionId);
			if (progress?.status !== 'running' && sandbox.checksOf(workflow.name).length > 1) break;
			await sleep(200);
		}
	}
	await n8n.kill();
	await startAgain();

	for (const { workflow, executionId } of waits) {
		const execution = await rest.ended(executionId);
		expect([workflow.name, execution.status]).toEqual([workflow.name, 'success']);
		expect(jsonOf(execution, SUSPEND)).toEqual([
			expect.objectContaining({ taskId: workflow.name, succeeded: true }),
		]);
		expect(await rest.executionsOf(workflow)).toHaveLength(2);
	}
	expect(['success-120s-r', 'success-30s-s'].map((id) => sandbox.checksOf(id).length)).toEqual([
		3, 2,
	]);

	// cut off in the middle of a check: n8n gives up the progress workflow, and says nothing to the other
	expect((await progressOf(rest, cutOff)).status).toBe('crashed');
	const left = await rest.execution(cutOff.executionId);
	expect(left.status).toBe('waiting');
	await n8n.stop();
	await aWeekLater(cutOff.executionId);
	await startAgain();
	expect(jsonOf(await rest.ended(cutOff.executionId), SUSPEND)).toEqual([
		{
			error: {
				message: expect.stringContaining('What became of task later-silent-t is not known'),
				description: expect.stringContaining('Run this node again with the same Task ID'),
				taskId: 'later-silent-t',
				// when it was parked
				status: 'NOT_START',
			},
		},
	]);
});

/** n8n has stored when it goes on; it has to be off. */
async function aWeekLater(executionId: string): Promise<void> {
	const script = `
		const { DatabaseSync } = require('node:sqlite');
		const database = new DatabaseSync(process.argv[1]);
		const { waitTill } = database.prepare('SELECT waitTill FROM execution_entity WHERE id = ?').get(process.argv[2]);
		const days = (new Date(waitTill + 'Z') - Date.now()) / 24 / 3600e3;
		if (!(days > 6.9 && days < 7.1)) throw new Error('It would go on in ' + days + ' days');
		database.prepare("UPDATE execution_entity SET waitTill = datetime('now') WHERE id = ?").run(process.argv[2]);`;
	const database = join(host.userFolder, '.n8n', 'database.sqlite');
	await promisify(execFile)(nodeForN8n(), ['-e', script, database, executionId]);
}
