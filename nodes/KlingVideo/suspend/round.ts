import type { IExecuteFunctions } from 'n8n-workflow';
import type { NodeRun } from '../run/nodeRun';
import type { TaskKind } from '../taskKinds';
import { checkAllTasks, type CheckUrgency } from './checkAllTasks';
import type { StoredWait } from './storedWait';
import { submitPending, type Submit } from './submitPending';
import { hasEnded } from './suspendedWait';

/**
 * Checks the tasks that are due, then creates those for which there is a place now.
 *
 * @param urgencyOf tells it of each wait; without it, all are due
 * @returns the waits after it, in their order
 */
export async function runRound(
	context: IExecuteFunctions,
	kind: TaskKind,
	waits: StoredWait[],
	run: NodeRun,
	submit: Submit,
	urgencyOf: (index: number) => CheckUrgency = () => 'due',
): Promise<StoredWait[]> {
	const checked = await checkAllTasks(context, kind, waits, run, urgencyOf);
	const gotPlace = checked.some((wait, index) => wait !== waits[index] && hasEnded(wait));
	const isDue = waits.some(
		(wait, index) => wait.pendingSubmit !== null && urgencyOf(index) !== 'notDue',
	);
	return run.hasEnded() || !(gotPlace || isDue)
		? checked
		: await submitPending(context, kind, checked, run, submit);
}
