import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
	INodePropertyRouting,
} from 'n8n-workflow';
import { buildStatusRequest } from '../gateway/gatewayRequest';
import { createCheckOnce } from '../operations/checkOnce';
import { createCheckUntilComplete } from '../operations/checkUntilComplete';
import type { StatusPagination } from '../operations/pagination';
import { createRefuseAsTool } from '../suspend/refuseAsTool';
import { runSuspendStep } from '../suspend/suspendUntilComplete';
import type { TaskKind } from '../taskKinds';

/** The list of operations of one kind of task. */
export function describeOperations(kind: TaskKind): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [kind.resource] } },
		options: listOperations(kind),
		default: 'getStatus',
	};
}

/** The operations of one kind of task. Waiting comes first: it is what most people need. */
export function listOperations(kind: TaskKind): INodePropertyOptions[] {
	const name = kind.label.toLowerCase();
	return [
		{
			name: `Get ${kind.label} Status`,
			value: 'getStatus',
			action: `Get ${name} status`,
			description: 'Check a task once, without waiting',
			routing: createRouting(kind, createCheckOnce(kind)),
		},
		{
			name: 'Wait Until Complete',
			value: 'waitUntilComplete',
			action: `Wait until ${name} is complete`,
			description: 'For short waits: keeps the execution running, reacts within seconds',
			routing: createRouting(kind, createCheckUntilComplete(kind)),
		},
		{
			name: 'Suspend Until Complete',
			value: 'suspendUntilComplete',
			action: `Suspend until ${name} is complete`,
			description: 'For long waits or many: frees n8n, survives restarts, reacts within a minute',
			routing: createRouting(kind, createRefuseAsTool(kind)),
		},
	];
}

/** Has n8n make the status request and hand it to `pagination`, which sends it. */
function createRouting(kind: TaskKind, pagination: StatusPagination): INodePropertyRouting {
	return {
		request: buildStatusRequest(kind.path),
		send: { paginate: true },
		operations: { pagination },
	};
}

type CustomOperation = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

/** The operations that n8n runs by a function of this package, in place of their routing. */
export function createCustomOperations(
	kinds: readonly TaskKind[],
): Record<string, Record<string, CustomOperation>> {
	return Object.fromEntries(
		kinds.map((kind) => [
			kind.resource,
			{
				async suspendUntilComplete(this: IExecuteFunctions) {
					return [await runSuspendStep(this, kind)];
				},
			},
		]),
	);
}
