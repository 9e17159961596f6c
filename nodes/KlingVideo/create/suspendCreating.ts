import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readCreateParameters } from '../operations/itemParameters';
import { readSubmitLimits } from '../submit/createParameters';
import type { CreatableTaskKind } from '../submit/prepareSubmission';
import { hasCallbackUrl } from '../submit/submitBody';
import { recallVideo, submitVideo } from '../submit/submitVideo';
import { isCallbackAddress, readUseCallback } from '../suspend/callbackAddress';
import { readResumeUrl } from '../suspend/resumeAddress';
import type { StoredWait } from '../suspend/storedWait';
import { findSuspendBlocker } from '../suspend/suspendBlocker';
import { isSubmittedByProgress, startEndedWait, startPendingWait } from '../suspend/suspendedWait';
import { suspendUntilDone } from '../suspend/suspendUntilComplete';
import { readCreateItem, readFirstOptions } from './createItem';

/**
 * Submits what there are places for, and suspends the execution: its rounds submit the rest. Where Kling
 * is to call when a video is ready, the progress workflow submits all, since it is its address that is called.
 *
 * @throws what `errorItemOrThrow` throws
 */
export async function suspendCreating(
	context: IExecuteFunctions,
	taskKind: CreatableTaskKind,
): Promise<INodeExecutionData[]> {
	const started = { parentExecutionId: context.getExecutionId(), startedAtMs: Date.now() };
	const blocker = await findSuspendBlocker(context);
	const options = readFirstOptions(context);
	const { maxTasksAtOnce, maxQueueMs } = readSubmitLimits(options);
	const isCallable = isCallbackAddress(readResumeUrl(context) ?? '', readUseCallback(options));
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
						isCallable && !hasCallbackUrl(item.submission.text),
					),
		);
	}
	const submit = isSubmittedByProgress(waits) ? recallVideo : submitVideo;
	return await suspendUntilDone(context, taskKind, waits, submit);
}
