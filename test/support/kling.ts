/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { inspect } from 'node:util';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import { onLog, startNode, type NodeRun, type NodeRunResult } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { SANDBOX_TOKEN, type Sandbox } from '../../sandbox/gateway';

export interface KlingRun extends Pick<
	NodeRun,
	'typeName' | 'place' | 'otherExecutions' | 'contextData' | 'binaries'
> {
	sandbox: Pick<Sandbox, 'url'>;
	/** One input item each; a text stands for an item with that task_id. */
	tasks: Array<string | IDataObject>;
	parameters?: INodeParameters;
	settings?: Partial<INode> | undefined;
	token?: string | undefined;
	baseUrl?: string;
	/** The node as another host takes it. */
	nodeType?: INodeType;
}

/**
 * Starts the node on n8n's engine against the sandbox.
 *
 * Whatever a test is about: no output, error or log line may contain the token.
 */
export function startKling(run: KlingRun) {
	const token = run.token ?? SANDBOX_TOKEN;
	const log: string[] = [];
	const unhear = onLog((line) => log.push(inspect(line, { depth: 20 })));
	const started = startNode({
		nodeType: run.nodeType ?? new KlingVideo(),
		credentialType: new EzModelApi(),
		credential: { apiToken: token, baseUrl: run.baseUrl ?? run.sandbox.url },
		parameters: run.parameters ?? {},
		items: run.tasks.map((task) => (typeof task === 'string' ? { task_id: task } : task)),
		settings: run.settings,
		typeName: run.typeName,
		place: run.place,
		otherExecutions: run.otherExecutions,
		contextData: run.contextData,
		binaries: run.binaries,
	});
	return {
		stop: started.stop,
		finished: started.finished.then((result) => {
			unhear();
			const bareToken = token.replace(/^\s*(Bearer\s+)?(sk-)?/, '').trim();
			expect(inspect(result, { depth: 20, showHidden: true })).not.toContain(bareToken);
			expect(log.join('\n')).not.toContain(bareToken);
			return result;
		}),
	};
}

export async function runKling(run: KlingRun): Promise<NodeRunResult> {
	return await startKling(run).finished;
}

export const waiting = (options: IDataObject = {}): INodeParameters => ({
	operation: 'waitUntilComplete',
	options: { pollingInterval: 1, ...options } as INodeParameters,
});

export const continueInPlace = { onError: 'continueRegularOutput' } as const;
export const continueWithOutput = { onError: 'continueErrorOutput' } as const;

/** The item that belongs to the input item with this index, whichever output it came out of. */
export function itemFor(
	result: Pick<NodeRunResult, 'items' | 'errorItems'>,
	index: number,
): INodeExecutionData {
	const linked = [...result.items, ...result.errorItems].filter(
		({ pairedItem }) =>
			typeof pairedItem === 'object' && 'item' in pairedItem && pairedItem.item === index,
	);
	const [item] = linked;
	if (item === undefined || linked.length > 1) {
		throw new Error(`${linked.length} items are linked to input item ${index}`);
	}
	return item;
}

/** What the node says about an item that did not get through. */
export function errorFor(result: NodeRunResult, index: number) {
	return itemFor(result, index).json.error;
}
