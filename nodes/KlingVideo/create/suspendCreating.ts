import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readCreateParameters } from '../operations/itemParameters';
import { readSubmitLimits } from '../submit/createParameters';
import type { CreatableTaskKind } from '../submit/prepareSubmission';
import { submitVideo } from '../submit/submitVideo';
import type { StoredWait } from '../suspend/storedWait';
import { findSuspendBlocker } from '../suspend/suspendBlocker';
import { startEndedWait, startPendingWait } from '../suspend/suspendedWait';
import { suspendUntilDone } from '../suspend/suspendUntilComplete';
import { readCreateItem, readFirstOptions } from './createItem';

/**
 * Submits what there are places for, and suspends the execution: its rounds submit the rest.
 *
 * @throws what `errorItemOrThrow` throws
 */
export async function suspendCreating(
	context: IExecuteFunctions,
	taskKind: CreatableTaskKind,
): Promise<INodeExecutionData[]> {
	const started = { parentExecutionId: context.getExecutionId(), startedAtMs: Date.now() };
	const blocker = await findSuspendBlocker(context);
	const { maxTasksAtOnce, maxQueueMs } = readSubmitLimits(readFirstOptions(context));
	const waits: StoredWait[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		if (blocker !== null) {
			const parameters = readCreateParameters(taskKind, (_, fallback) => fallback);
			waits.push(startEndedWait({ ...started, parameters }, blocker));
			continue;
		}
		const item = await readCreateItem(context, taskKind, itemIndex);
		const { parameters, plan } = item;
		waits.push(
			item.kind === 'problem'
				? startEndedWait({ ...started, parameters }, item.problem)
				: startPendingWait(
						{ ...started, parameters, plan },
						{ submission: item.submission, maxTasksAtOnce, maxQueueMs },
					),
		);
	}
	return await suspendUntilDone(context, taskKind, waits, submitVideo);
}
