import type {
	IExecuteFunctions,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { readTaskId } from '../../gateway/taskId';
import { report } from '../../output/report';
import type { SuspendPart } from '../../suspend/progressWorkflow';
import { checkAgain, handOver, startToSuspend } from '../../suspend/suspendUntilComplete';
import { statusRouting, type StatusPagination } from './statusRouting';

const parts: Record<SuspendPart, typeof startToSuspend> = {
	start: startToSuspend,
	checkAgain,
	handOver,
};

/** n8n runs this in place of the routing of the operation's name. */
export async function runSuspendUntilComplete(
	this: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const part: unknown = this.getNodeParameter('suspendPart', 0, 'start');
	return [await (isSuspendPart(part) ? parts[part] : startToSuspend)(this)];
}

function isSuspendPart(value: unknown): value is SuspendPart {
	return typeof value === 'string' && Object.hasOwn(parts, value);
}

/** For hosts that run the tools of AI agents by the routing alone: there it would not wait. */
const refuseAsTool: StatusPagination = async function (this: IExecutePaginationFunctions) {
	const place = { context: this, itemIndex: this.getItemIndex() };
	const { taskId } = readTaskId(this.getNodeParameter('taskId', ''));
	return [report(place, { kind: 'insideTool' }, taskId, null)];
};

export const suspendUntilComplete: INodePropertyOptions = {
	name: 'Suspend Until Complete',
	value: 'suspendUntilComplete',
	action: 'Suspend until multi-image video is complete',
	description:
		'For long waits or many: frees n8n meanwhile, survives restarts, and reacts within about a minute of the video being ready',
	routing: statusRouting(refuseAsTool),
};

export const suspendPart: INodeProperties = {
	displayName: 'Suspend Part',
	name: 'suspendPart',
	type: 'hidden',
	displayOptions: {
		show: { resource: ['multiImageVideo'], operation: ['suspendUntilComplete'] },
	},
	default: 'start',
};
