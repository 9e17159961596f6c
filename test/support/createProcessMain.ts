/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import '../../engine/environment';
import { writeFileSync } from 'node:fs';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { startNode } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node.ts';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import { readCreateProcess } from './createProcess';

/**
 * A process of its own that runs the node on n8n's engine, and saves the execution as n8n does: when the
 * node has ended. It then lives on, as n8n does with the next node, until somebody kills it.
 */
async function main(): Promise<void> {
	const { url, parameters, prompts, contextData, savesTo } = readCreateProcess(process.argv[2]);
	const { status, saved, items } = await startNode({
		nodeType: new KlingVideo(),
		credentialType: new EzModelApi(),
		credential: { apiToken: SANDBOX_TOKEN, baseUrl: url },
		parameters,
		items: prompts.map((prompt) => ({ prompt })),
		contextData,
	}).finished;
	const kept = { status, contextData: saved.executionData?.contextData ?? {}, items };
	writeFileSync(savesTo, JSON.stringify(kept));
	process.stdout.write('saved\n');
	setInterval(() => undefined, 60_000);
}

void main();
