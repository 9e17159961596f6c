import type { INode } from 'n8n-workflow';
import type { SeenCallback } from '../../sandbox/callbacks';
import type { Sandbox } from '../../sandbox/gateway';
import type { Credential, Execution } from '../rest';
import { create, newNode } from './workflows';

// Videos that are created and suspended, with callbacks.

export const NEXT = 'Next Node';

/** A node that creates and suspends, and one behind it. Everything here has an address of this machine. */
export function createAndSuspend(prompt: string, credential: Credential): INode[] {
	return [
		create(
			prompt,
			credential,
			{ useCallback: 'always' },
			{ parameters: { afterSubmit: 'suspend' } },
		),
		newNode(NEXT, 'n8n-nodes-base.noOp', 1),
	];
}

/** What reached the gateway for a prompt, and what of it was charged. */
export function booksOf(sandbox: Sandbox, prompt: string) {
	const submits = sandbox.submits.filter(({ body }) => body.prompt === prompt);
	const ids = submits.map(({ taskId }) => taskId);
	const charges = sandbox.ledger.filter(
		({ kind, taskId }) => kind === 'charge' && ids.includes(taskId),
	);
	const [taskId = ''] = ids.map(String);
	return {
		taskId,
		submits: submits.length,
		charges: charges.length,
		checks: sandbox.checksOf(taskId).length,
	};
}

/** Kling's call that says that the video is ready. */
export function lastCallOf(sandbox: Sandbox, taskId: string): SeenCallback {
	const call = sandbox.callbacks.find(
		(one) => one.taskId === taskId && one.taskStatus === 'succeed',
	);
	if (call === undefined) throw new Error(`Nobody was called about task ${taskId}`);
	return call;
}

/** When the node behind it was started, in milliseconds since 1970. */
export function nextStartedAtMs({ data }: Execution): number {
	const startedAtMs = data.resultData.runData[NEXT]?.[0]?.startTime;
	if (startedAtMs === undefined) throw new Error('The next node was not started');
	return startedAtMs;
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
