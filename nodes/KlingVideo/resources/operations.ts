import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
	INodePropertyRouting,
} from 'n8n-workflow';
import { createVideos } from '../create/createVideos';
import { createRefuseBareRouting } from '../create/refuseBareRouting';
import { buildStatusRequest, buildSubmitRequest } from '../gateway/gatewayRequest';
import { createCheckOnce } from '../operations/checkOnce';
import { createCheckUntilComplete } from '../operations/checkUntilComplete';
import type { StatusPagination } from '../operations/pagination';
import { isCreatable } from '../submit/prepareSubmission';
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

export const WAIT_DESCRIPTION =
	'For short waits: keeps the execution running, reacts within seconds';
export const SUSPEND_DESCRIPTION =
	'For long waits or many: frees n8n, survives restarts, reacts within a minute';

/** The operations of one kind of task, in the order of a task's life. */
export function listOperations(kind: TaskKind): INodePropertyOptions[] {
	const name = kind.label.toLowerCase();
	return [
		...(isCreatable(kind)
			? [
					{
						name: `Create ${kind.label}`,
						value: 'create',
						action: `Create ${name}`,
						description: 'Have Kling make a video, and get it when it is complete',
						routing: createRouting(buildSubmitRequest(kind.path), createRefuseBareRouting(kind)),
					},
				]
			: []),
		{
			name: `Get ${kind.label} Status`,
			value: 'getStatus',
			action: `Get ${name} status`,
			description: 'Check a task once, without waiting',
			routing: createRouting(buildStatusRequest(kind.path), createCheckOnce(kind)),
		},
		{
			name: 'Wait Until Complete',
			value: 'waitUntilComplete',
			action: `Wait until ${name} is complete`,
			description: WAIT_DESCRIPTION,
			routing: createRouting(buildStatusRequest(kind.path), createCheckUntilComplete(kind)),
		},
		{
			name: 'Suspend Until Complete',
			value: 'suspendUntilComplete',
			action: `Suspend until ${name} is complete`,
			description: SUSPEND_DESCRIPTION,
			routing: createRouting(buildStatusRequest(kind.path), createRefuseAsTool(kind)),
		},
	];
}

/** Has n8n make the request and hand it to `pagination`, which sends it. */
function createRouting(
	request: NonNullable<INodePropertyRouting['request']>,
	pagination: StatusPagination,
): INodePropertyRouting {
	return {
		request,
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
				...(isCreatable(kind) && {
					async create(this: IExecuteFunctions) {
						return [await createVideos(this, kind)];
					},
				}),
				async suspendUntilComplete(this: IExecuteFunctions) {
					return [await runSuspendStep(this, kind)];
				},
			},
		]),
	);
}
