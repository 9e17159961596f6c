import type { IExecuteFunctions } from 'n8n-workflow';
import { wordsOf } from '../gateway/answer';
import type { Meaning } from '../gateway/meaning';
import { statusCheckOf } from '../gateway/statusRequest';
import type { Turn } from '../run/pace';
import type { Run } from '../run/run';
import { afterCheck, deadlineMs, isDone, type ParkedTask } from './parkedTask';
import { statusRequestOf } from './request';

/** After the first one, a round may take so much time: nobody notices, and it spares the gateway. */
const SPREAD_OVER_MS = 10_000;

/** How long a check is put off when the gateway asks for a pause in the middle of a round. */
const PATIENCE_MS = 30_000;

/** How long a round may last that a slow gateway stretches. */
const LIMIT_MS = 10 * 60_000;

/**
 * Checks every task once that has not ended. A gateway that has asked to be left alone is left alone
 * by all, but for last checks, which cannot come later.
 *
 * @returns the tasks after it, in their order
 */
export async function checkRound(
	context: IExecuteFunctions,
	tasks: ParkedTask[],
	run: Run,
): Promise<ParkedTask[]> {
	const leaveAloneUntilMs = Math.max(...tasks.map((task) => task.leaveAloneUntilMs));
	return await Promise.all(
		tasks.map(async (task) => {
			const lastCheck = Date.now() >= deadlineMs(task);
			const isDue = lastCheck || Date.now() >= leaveAloneUntilMs;
			if (isDone(task) || !isDue) return task;
			const meaning = await check(context, task, run);
			return run.hasEnded() ? task : afterCheck(task, meaning, lastCheck, Date.now());
		}),
	);
}

/** Never throws: a wait in which one item's error is an item goes on with the others. */
async function check(
	context: IExecuteFunctions,
	{ asked, tally }: ParkedTask,
	run: Run,
): Promise<Meaning> {
	const { id, timeoutMs, raw } = asked;
	const turn: Turn = {
		// the first check tells of tasks that are long done
		spreadOverMs: tally.checks === 0 ? 0 : SPREAD_OVER_MS,
		patienceMs: PATIENCE_MS,
		limitMs: LIMIT_MS,
	};
	try {
		const request = await statusRequestOf(context);
		const status = { taskId: id.taskId, timeoutMs, keepBody: raw };
		const checkStatus = await statusCheckOf(context, request, status, run);
		return await checkStatus(turn);
	} catch (error) {
		return { kind: 'notSent', cause: wordsOf(error) };
	}
}
