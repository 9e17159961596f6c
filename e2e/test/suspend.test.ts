import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import type { Execution } from '../rest';
import { startHost, type Host } from './host';
import { jsonOf, newNode } from './workflows';
import {
	parked,
	progressOf,
	start,
	SUSPEND,
	suspendFor,
	tasks,
	TASKS,
	type Started,
} from './suspended';

/** All wait at the same time: each takes a minute at least. */
const started = new Map<string, Started>();

let host: Host;

const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };
const ERROR_OUTPUT: Partial<INode> = { onError: 'continueErrorOutput' };

beforeAll(async () => {
	host = await startHost('suspend');
	const { rest, credential } = host;
	const suspend = (...args: [taskId: string, options?: object, more?: Partial<INode>]) => {
		const [taskId, options = {}, more = {}] = args;
		return suspendFor(taskId, credential, { ...options }, more);
	};
	const begin = async (name: string, nodes: INode[], settings: object = {}) => {
		started.set(name, await start(rest, name, nodes, settings));
	};
	const ofItem = '={{ $json.task_id }}';
	await begin('stopped', [suspend('never-stopped')]);
	await begin('done', [...tasks('success-0s-done', 'success-0s-too'), suspend(ofItem)]);
	await begin('one', [suspend('success-30s-one')]);
	await begin('several', [
		...tasks('success-90s-c', 'success-0s-a', 'success-30s-b'),
		suspend(ofItem),
		newNode('Linked', 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput: `={{ { asked: $('${TASKS}').item.json.task_id, got: $json.taskId } }}`,
		}),
	]);
	await begin('failure', [...tasks('success-30s-fine', 'failure-30s-bad'), suspend(ofItem)]);
	await begin('error output', [
		...tasks('failure-30s-e', 'success-30s-f', 'unknown-g'),
		suspend(ofItem, {}, ERROR_OUTPUT),
	]);
	await begin('continue', [
		...tasks('success-30s-h', 'failure-30s-i'),
		suspend(ofItem, {}, CONTINUE),
	]);
	await begin('timeout', [suspend('never-timeout', { maxWaitMinutes: 0.5 })]);
	await begin('last status', [
		suspend('never-last', { maxWaitMinutes: 0.5, onTimeout: 'returnLastStatus' }),
	]);
	await begin('failed as item', [suspend('failure-30s-item', { onFailure: 'returnTask' })]);
	await begin('trouble', [suspend('blip-unavailable-1s-trouble')]);
	await begin('download', [suspend('video-25mb-30s', {}, { parameters: { downloadVideo: true } })]);
	await begin('raw', [suspend('native-30s-raw', {}, { parameters: { simplify: false } })]);
	await begin(
		'not saved',
		[
			suspend('success-30s-unsaved'),
			// nothing else is left of it
			suspendFor(
				'={{ $json.succeeded ? "success-0s-went-on" : "" }}',
				credential,
				{},
				{ name: 'After' },
			),
		],
		{
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
			saveManualExecutions: false,
			saveExecutionProgress: false,
		},
	);
	await begin('time limit', [suspend('success-90s-limit')], { executionTimeout: 30 });
	await begin('caller policy', [suspend('success-30s-policy')], { callerPolicy: 'none' });
});

afterAll(async () => await host?.close());

const of = (name: string): Started => {
	const one = started.get(name);
	if (one === undefined) throw new Error(`${name} was not started`);
	return one;
};
const ended = async (name: string): Promise<Execution> =>
	await host.rest.ended(of(name).executionId);

test.each([...'x'].length ? ['all'] : [])('%s', async () => {
	const { rest, sandbox } = host;
	const stopped = of('stopped');
	await parked(rest, stopped.executionId);
	await rest.stop(stopped.executionId);
	for (const name of started.keys()) {
		const e = await ended(name).catch((error: unknown) => String(error));
		if (typeof e === 'string') {
			console.log(name, e);
			continue;
		}
		const out = [0, 1].map((o) =>
			jsonOf(e, SUSPEND, o).map((j: IDataObject) => JSON.stringify(j).slice(0, 400)),
		);
		console.log(
			name,
			e.status,
			JSON.stringify(out, null, 1),
			JSON.stringify(e.data.resultData.error ?? null)?.slice(0, 900),
		);
		const all = await rest.executionsOf(of(name).workflow);
		console.log(
			JSON.stringify(
				all.map(({ id, status, startedAt, stoppedAt }) => [id, status, startedAt, stoppedAt]),
			),
		);
		for (const { id } of all.filter((x) => x.id !== of(name).executionId)) {
			const p = await rest.ended(id);
			console.log(
				'  progress',
				p.status,
				JSON.stringify(
					(p.data.resultData.runData['Check Tasks'] ?? []).map((r) =>
						r.data?.main?.[0]?.map((i: INodeExecutionData) => i.json.progress),
					),
				),
				JSON.stringify(p.data.resultData.error ?? null)?.slice(0, 300),
			);
		}
	}
	for (const id of [
		'never-stopped',
		'success-0s-a',
		'success-30s-b',
		'success-90s-c',
		'success-90s-limit',
		'success-0s-went-on',
		'success-30s-policy',
	])
		console.log(id, sandbox.checksOf(id).length);
	const d = await ended('several');
	console.log(JSON.stringify(jsonOf(d, 'Linked')));
	await progressOf(rest, stopped);
	console.log('stopped', sandbox.checksOf('never-stopped').length);
});
