/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';
import { median } from 'simple-statistics';
import type { SeenRequest } from '../sandbox/gateway';
import { startContestant, THIS_NODE } from './contestants';
import { withGateway, type GatewayProcess } from './gatewayProcess';
import type { Bar, Bench, Table } from './report';

const TIMES = 20;
const TIMES_SHORT = 3;
const INTERVAL_S = 5;
const LOOK_EVERY_MS = 10;
/** From a reply at the gateway to the moment when the node has read it and sleeps. */
const READING_MS = 30;
const PATIENCE_MS = 60_000;

const SETTINGS: Array<{ name: string; settings: Partial<INode> }> = [
	{ name: 'none', settings: {} },
	{ name: '"Continue"', settings: { onError: 'continueRegularOutput' } },
	{ name: '"Retry On Fail"', settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 } },
];

interface Moment {
	name: string;
	taskId: string;
	hasCome(call: SeenRequest): boolean;
}

const MOMENTS: Moment[] = [
	{ name: 'sleeps', taskId: 'never', hasCome: ({ repliedAtMs }) => repliedAtMs !== null },
	{ name: 'waits for a reply', taskId: 'silent', hasCome: () => true },
];

/** Milliseconds from Stop until the run has ended. */
async function timeToStop(
	gateway: GatewayProcess,
	{ taskId, hasCome }: Moment,
	settings: Partial<INode>,
): Promise<number> {
	await gateway.forget();
	const run = startContestant(THIS_NODE, gateway.url, [taskId], INTERVAL_S, settings);
	const giveUpAtMs = Date.now() + PATIENCE_MS;
	while (!(await gateway.statusCalls()).some(hasCome)) {
		if (Date.now() > giveUpAtMs) throw new Error('The node does not check its task');
		await sleep(LOOK_EVERY_MS);
	}
	await sleep(READING_MS);
	const stoppedAtMs = performance.now();
	run.stop();
	const { status, runs } = await run.finished;
	if (status !== 'canceled' || runs !== 1) {
		throw new Error(`A stopped run ended as ${status} after ${runs} tries`);
	}
	return performance.now() - stoppedAtMs;
}

export const stop: Bench = {
	name: 'stop',
	async run({ short, say }) {
		const times = short ? TIMES_SHORT : TIMES;
		const rows: Table['rows'] = [];
		const bars: Bar[] = [];
		await withGateway({}, async (gateway) => {
			for (const moment of MOMENTS) {
				for (const { name, settings } of SETTINGS) {
					say(`while it ${moment.name}, settings: ${name}`);
					const measuredMs: number[] = [];
					while (measuredMs.length < times) {
						measuredMs.push(await timeToStop(gateway, moment, settings));
					}
					rows.push([moment.name, name, median(measuredMs)]);
					bars.push({
						bar: `Stop while the node ${moment.name}, settings: ${name}`,
						measured: median(measuredMs),
						most: 100,
						unit: ' ms',
						byTime: true,
					});
				}
			}
		});
		const columns = [
			{ name: 'while the node' },
			{ name: 'settings' },
			{ name: 'from Stop to the end (ms)', decimals: 1 },
		];
		return { tables: [{ title: 'Stop', columns, rows, note: `The median of ${times}.` }], bars };
	},
};
