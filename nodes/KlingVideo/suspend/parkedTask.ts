import type { IDataObject } from 'n8n-workflow';
import type { Meaning } from '../gateway/meaning';
import { phaseOf } from '../gateway/task';
import { isJsonObject } from '../gateway/unknownJson';
import { readAsked, type Asked } from '../input/asked';
import { outcomeOf, type Outcome } from '../output/outcome';
import { readPlan, type WaitPlan } from '../wait/plan';
import { count, NO_CHECKS, verdictOn, type Tally } from '../wait/verdict';

/** What is written with each parked task: a newer version of this package may have to read it. */
const VERSION = 1;

/**
 * One input item's wait. It goes through n8n's database between two checks, so it is plain JSON, and
 * its times are by the clock: a process that ends takes nothing along.
 */
export interface ParkedTask {
	version: typeof VERSION;
	/** The execution whose node waits for it. */
	parentExecutionId: string;
	asked: Asked;
	plan: WaitPlan;
	/** Milliseconds since 1970. */
	startedAtMs: number;
	tally: Tally;
	/** What was wrong with the last check, if anything was. */
	trouble: string | null;
	/** The gateway has asked to be left alone until then; milliseconds since 1970. */
	leaveAloneUntilMs: number;
	/** How it ended; null while it goes on. */
	outcome: Outcome | null;
}

type Started = Pick<ParkedTask, 'parentExecutionId' | 'startedAtMs' | 'asked' | 'plan'>;

/** A wait that begins; it has ended if the Task ID is of no use. */
export function park(started: Started): ParkedTask {
	const { kind } = started.asked.id;
	return {
		...started,
		version: VERSION,
		tally: NO_CHECKS,
		trouble: null,
		leaveAloneUntilMs: 0,
		outcome: kind === 'taskId' ? null : { kind: 'situation', situation: { kind }, seen: null },
	};
}

/** A wait that cannot begin: an expression in the node's fields failed. */
export function parkUnreadable(
	unread: Pick<ParkedTask, 'parentExecutionId' | 'startedAtMs'> & { cause: string },
): ParkedTask {
	const { cause, ...waiting } = unread;
	const asked = readAsked((_, fallback) => fallback);
	return {
		...park({ ...waiting, asked, plan: readPlan({}) }),
		outcome: { kind: 'situation', situation: { kind: 'unreadableParameters', cause }, seen: null },
	};
}

export function isDone({ outcome }: ParkedTask): boolean {
	return outcome !== null;
}

/** When the plan's time is up: the first check from then on is the last. Milliseconds since 1970. */
export function deadlineMs({ startedAtMs, plan }: ParkedTask): number {
	return startedAtMs + plan.maxWaitMs;
}

/**
 * The task after a check.
 *
 * @param lastCheck whether its time was up when the check was made
 */
export function afterCheck(
	parked: ParkedTask,
	meaning: Meaning,
	lastCheck: boolean,
	nowMs: number,
): ParkedTask {
	const tally = count(parked.tally, meaning);
	const end = verdictOn(tally, meaning, parked.plan, lastCheck);
	const slowDownMs = meaning.kind === 'trouble' ? meaning.slowDownMs : null;
	return {
		...parked,
		tally,
		trouble: meaning.kind === 'trouble' ? meaning.cause : null,
		leaveAloneUntilMs: slowDownMs === null ? 0 : nowMs + slowDownMs,
		outcome:
			end === null
				? null
				: outcomeOf(
						{ ...end, checks: tally.checks, waitedMs: nowMs - parked.startedAtMs },
						parked.plan,
					),
	};
}

/**
 * What people see of the task who look at the execution that shows the progress. From 2.41 on, n8n
 * may hand this to the one that waits, if it was cut off in the middle of a check: it must be true
 * there as well.
 */
export function progressOf(parked: ParkedTask, allDone: boolean): IDataObject {
	const task = parked.tally.seen?.task ?? null;
	const phase = task === null ? 'running' : phaseOf(task);
	return {
		progress: lineOf(parked),
		taskId: parked.asked.id.taskId,
		status: task?.status ?? null,
		done: phase !== 'running',
		succeeded: phase === 'succeeded',
		videoUrl: task?.videos[0]?.url ?? null,
		allDone,
	};
}

/**
 * Reads a task that was kept by n8n.
 *
 * @returns null for anything else, and for what another version of this package has written
 */
export function readParked(value: unknown): ParkedTask | null {
	return isParked(value) ? value : null;
}

function isParked(value: unknown): value is ParkedTask {
	return isJsonObject(value) && value.version === VERSION;
}

function lineOf({ asked, tally, trouble, outcome }: ParkedTask): string {
	const task = `Task ${asked.id.taskId}`;
	const checks = tally.checks === 1 ? '1 check' : `${tally.checks} checks`;
	if (outcome?.kind === 'situation' && outcome.situation.kind !== 'failed') {
		return `${task}: ended without a video after ${checks}`;
	}
	const seen = tally.seen?.task ?? null;
	const progress = seen?.progress === null || seen === null ? '' : ` (${seen.progress}%)`;
	const status = seen === null ? 'not known yet' : `${seen.status}${progress}`;
	const last = trouble === null ? '' : `; the last check went wrong: ${trouble}`;
	return `${task}: ${status} after ${checks}${last}`;
}
