/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { CONTINUE, startContestant, type Contestant } from './contestants';
import { figuresOf, type RunFigures } from './figures';
import { withGateway, type GatewayOptions } from './gatewayProcess';

export interface Batch {
	contestant: Contestant;
	/** How long each task takes from its submit. */
	durationsS: number[];
	intervalS: number;
	gateway: GatewayOptions;
}

export interface BatchFigures extends RunFigures {
	/** Submitted, and not at the success output. */
	lost: number;
}

/** A run that takes longer hangs: it is stopped, and what it has not brought by then is lost. */
const PATIENCE_MS = 3 * 60_000;

/** Its multiples, taken without their whole part, lie even however many they are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** Durations spread evenly, in an order without order. */
export function spread(count: number, shortestS: number, longestS: number): number[] {
	return Array.from(
		{ length: count },
		(_, index) => shortestS + (longestS - shortestS) * ((index * GOLDEN_RATIO) % 1),
	);
}

/** Submits tasks to a gateway of their own, lets the contestant wait for them, and measures it. */
export async function runBatch(batch: Batch): Promise<BatchFigures> {
	const { contestant, durationsS, intervalS } = batch;
	return await withGateway(batch.gateway, async (gateway) => {
		const taskIds = await gateway.submit(
			durationsS.map((seconds) => `success-${seconds.toFixed(3)}s`),
		);
		const startedAtMs = Date.now();
		const run = startContestant(contestant, gateway.url, taskIds, intervalS, CONTINUE);
		const patience = setTimeout(run.stop, PATIENCE_MS);
		const { items } = await run.finished.finally(() => clearTimeout(patience));
		const endedAtMs = Date.now();
		return {
			...figuresOf(await gateway.statusCalls(), taskIds.length, { startedAtMs, endedAtMs }),
			lost: taskIds.length - items.length,
		};
	});
}
