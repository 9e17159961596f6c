import type { IDataObject } from 'n8n-workflow';
import { BYTES_PER_MEGABYTE, DEFAULT_MAX_DOWNLOAD_MEGABYTES } from '../download/downloadFiles';
import { isJsonObject } from '../reading/readJson';

// Version 1 had the same data under other names, which are kept here and nowhere else.

/** The field of an item of the progress workflow that had the wait. */
export const WAIT_FIELD_V1 = 'parked';

const PROBLEM_KINDS: Record<string, string> = {
	tooMuchTrouble: 'tooManyFailedChecks',
	failed: 'taskFailed',
};

/** @returns the wait as version 2 has it; the reader of version 2 checks all of it */
export function upgradeFromV1(wait: IDataObject): unknown {
	const { asked, tally, trouble, leaveAloneUntilMs, outcome, ...others } = wait;
	return {
		...others,
		version: 2,
		parameters: isJsonObject(asked)
			? { ...asked, maxDownloadBytes: DEFAULT_MAX_DOWNLOAD_MEGABYTES * BYTES_PER_MEGABYTE }
			: asked,
		history: upgradeHistory(tally),
		lastCause: trouble,
		cooldownUntilMs: leaveAloneUntilMs,
		outcome: upgradeOutcome(outcome),
	};
}

function upgradeHistory(tally: unknown): unknown {
	if (!isJsonObject(tally)) return tally;
	const { seen, ...history } = tally;
	// no later version needs it
	delete history.tokenRefusals;
	return { ...history, lastReply: seen };
}

function upgradeOutcome(outcome: unknown): unknown {
	if (!isJsonObject(outcome) || outcome.kind !== 'situation') {
		return rename(outcome, { seen: 'reply' });
	}
	const { situation, seen } = outcome;
	return { kind: 'problem', problem: upgradeProblem(situation), lastReply: seen };
}

function upgradeProblem(situation: unknown): unknown {
	if (!isJsonObject(situation)) return situation;
	const kind = String(situation.kind);
	const renamed = { ...situation, kind: PROBLEM_KINDS[kind] ?? kind };
	return rename(renamed, { said: 'gatewayMessage', found: 'received' });
}

function rename(value: unknown, names: Record<string, string>): unknown {
	if (!isJsonObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, field]) => [names[name] ?? name, field]),
	);
}
