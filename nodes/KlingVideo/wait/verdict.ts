import type { Meaning, Refusal, TaskSeen } from '../gateway/meaning';
import { phaseOf } from '../gateway/task';
import type { WaitPlan } from './plan';

/** Old relays answer 401 when their own database hiccups: after a good check it takes two in a row. */
const REFUSALS_BELIEVED = 2;

/** A gateway may say SUCCESS a moment before it has the URL. */
const CHECKS_WITHOUT_VIDEO = 4;

/** What the checks of a task so far have shown. */
export interface Tally {
	checks: number;
	/** Checks in a row that went wrong, up to and including the last one. */
	failedChecks: number;
	/** How often the token was not accepted since the last good reply. */
	tokenRefusals: number;
	checksWithoutVideo: number;
	/** The last good reply. */
	seen: TaskSeen | null;
}

export const NO_CHECKS: Tally = {
	checks: 0,
	failedChecks: 0,
	tokenRefusals: 0,
	checksWithoutVideo: 0,
	seen: null,
};

/** Adds one check to the tally. */
export function count(tally: Tally, meaning: Meaning): Tally {
	const checks = tally.checks + 1;
	if (meaning.kind === 'task') {
		const withoutVideo = phaseOf(meaning.task) === 'succeededWithoutVideo';
		const checksWithoutVideo = tally.checksWithoutVideo + (withoutVideo ? 1 : 0);
		return { ...NO_CHECKS, checks, checksWithoutVideo, seen: meaning };
	}
	const tokenRefusals = tally.tokenRefusals + (meaning.kind === 'tokenRefused' ? 1 : 0);
	return { ...tally, checks, failedChecks: tally.failedChecks + 1, tokenRefusals };
}

export type WaitEnd =
	| { kind: 'succeeded'; seen: TaskSeen }
	| { kind: 'failed'; seen: TaskSeen }
	| { kind: 'succeededWithoutVideo'; seen: TaskSeen }
	/** `cause` says what was wrong with the last check, if anything was. */
	| { kind: 'timedOut'; seen: TaskSeen | null; cause: string | null }
	| { kind: 'tooMuchTrouble'; seen: TaskSeen | null; cause: string; failedChecks: number }
	| { kind: 'refused'; seen: TaskSeen | null; refusal: Refusal }
	| { kind: 'stopped' };

/**
 * Whether a wait ends with its last check, and how.
 *
 * @param tally what all checks have shown, the last one included
 * @param meaning what the last one meant
 * @returns null when the task has to be checked again
 */
export function verdictOn(
	tally: Tally,
	meaning: Meaning,
	plan: WaitPlan,
	outOfTime: boolean,
): WaitEnd | null {
	const { seen, failedChecks } = tally;
	const passing = (cause: string): WaitEnd | null => {
		if (failedChecks > plan.maxFailedChecks) {
			return { kind: 'tooMuchTrouble', seen, cause, failedChecks };
		}
		return outOfTime ? { kind: 'timedOut', seen, cause } : null;
	};
	switch (meaning.kind) {
		case 'task': {
			const phase = phaseOf(meaning.task);
			if (phase === 'running') {
				return outOfTime ? { kind: 'timedOut', seen: meaning, cause: null } : null;
			}
			const wait = phase === 'succeededWithoutVideo' && !outOfTime;
			return wait && tally.checksWithoutVideo < CHECKS_WITHOUT_VIDEO
				? null
				: { kind: phase, seen: meaning };
		}
		case 'trouble':
			return passing(meaning.cause);
		case 'tokenRefused':
			return seen === null || tally.tokenRefusals >= REFUSALS_BELIEVED
				? { kind: 'refused', seen, refusal: meaning }
				: passing('the gateway did not accept the API token');
		default:
			return { kind: 'refused', seen, refusal: meaning };
	}
}
