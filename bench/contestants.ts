import type { INode, INodeParameters, INodeType } from 'n8n-workflow';
import { EzModelApi } from '../credentials/EzModelApi.credentials';
import { startNode, type StartedRun } from '../engine/n8nEngine';
import { KlingVideo } from '../nodes/KlingVideo/KlingVideo.node.ts';
import { SANDBOX_TOKEN } from '../sandbox/gateway';
import { AllAtOnce, OneAfterAnother } from './standIns';

export interface Contestant {
	name: string;
	nodeType: INodeType;
	parameters(intervalS: number): INodeParameters;
}

export const THIS_NODE: Contestant = {
	name: 'this node',
	nodeType: new KlingVideo(),
	parameters: (intervalS) => ({
		operation: 'waitUntilComplete',
		options: { pollingInterval: intervalS },
	}),
};

const standInParameters = (intervalS: number): INodeParameters => ({
	taskId: '={{ $json.task_id }}',
	interval: intervalS,
});

export const ONE_AFTER_ANOTHER: Contestant = {
	name: 'one after another',
	nodeType: new OneAfterAnother(),
	parameters: standInParameters,
};

export const ALL_AT_ONCE: Contestant = {
	name: 'all at once',
	nodeType: new AllAtOnce(),
	parameters: standInParameters,
};

/** Lost tasks can be counted then: they come out of the error output. */
export const CONTINUE: Partial<INode> = { onError: 'continueErrorOutput' };

export function startContestant(
	{ nodeType, parameters }: Contestant,
	gatewayUrl: string,
	taskIds: string[],
	intervalS: number,
	settings: Partial<INode> = {},
): StartedRun {
	return startNode({
		nodeType,
		credentialType: new EzModelApi(),
		credential: { apiToken: SANDBOX_TOKEN, baseUrl: gatewayUrl },
		parameters: parameters(intervalS),
		items: taskIds.map((task_id) => ({ task_id })),
		settings,
	});
}
