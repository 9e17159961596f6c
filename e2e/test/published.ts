/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import type { IDataObject, INode } from 'n8n-workflow';
import type { Execution, SavedWorkflow } from '../rest';
import type { Host } from './host';
import { chain, WEBHOOK, webhook } from './workflows';

const POLL_MS = 200;

/** A workflow in production, which begins when it is called: in queue mode, a worker runs it. */
export async function published(
	{ rest }: Host,
	name: string,
	nodes: INode[],
	settings: object = {},
): Promise<SavedWorkflow> {
	const start = webhook(name);
	// answers at once: those who wait for the end are n8n's, not the node's
	const asked = { ...start, parameters: { ...start.parameters, responseMode: 'onReceived' } };
	const workflow = await rest.createWorkflow({
		...chain(name, [asked, ...nodes]),
		settings: { executionOrder: 'v1', ...settings },
	});
	await rest.publish(workflow);
	return workflow;
}

export async function call({ n8n }: Host, { name }: SavedWorkflow, body: IDataObject) {
	await axios.post(`${n8n.url}/webhook/${name}`, body, { proxy: false });
}

/** The executions that were called, without those that show their progress. */
export async function executions(
	{ rest }: Host,
	workflow: SavedWorkflow,
	count: number,
): Promise<Execution[]> {
	for (;;) {
		const all = await rest.executionsOf(workflow);
		const whole = await Promise.all(all.map(async ({ id }) => await rest.execution(id)));
		const called = whole.filter(({ data }) => WEBHOOK in data.resultData.runData);
		if (called.length === count) return called;
		await sleep(POLL_MS);
	}
}
