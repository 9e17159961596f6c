import type { IDataObject } from 'n8n-workflow';
import {
	isAnyOf,
	isBoolean,
	isNumber,
	isObjectWith,
	isOneOf,
	isText,
	type Guarded,
} from '../reading/guards';
import { isJsonObject } from '../reading/readJson';

/**
 * What an execution keeps of an item's submit call, in n8n's context of the node: it is there in the next
 * try of "Retry On Fail", and in a retry of the execution. Whoever changes what is stored raises this
 * number, and reads the version before as well.
 */
export const REMEMBERED_SUBMIT_VERSION = 1;

const isRememberedSubmit = isAnyOf(
	isObjectWith({
		version: isOneOf(REMEMBERED_SUBMIT_VERSION),
		/** Of all that was submitted: another body is another submission. */
		requestHash: isText,
		outcome: isOneOf('created'),
		taskId: isText,
		/** Milliseconds since 1970: the time to wait is counted from then. */
		submittedAtMs: isNumber,
		/** The gateway's reply as it came. */
		body: isText,
	}),
	isObjectWith({
		version: isOneOf(REMEMBERED_SUBMIT_VERSION),
		requestHash: isText,
		/** A task may have been created, and paid. */
		outcome: isOneOf('unclear'),
		externalTaskId: isText,
		/** Whether the gateway has said that it was taken. */
		isAccepted: isBoolean,
		cause: isText,
	}),
);

export type RememberedSubmit = Guarded<typeof isRememberedSubmit>;

/** The field of n8n's context that has all items. */
const FIELD = 'klingSubmits';

/** Where an item's submit call is kept: apart for each item, and for each round of a loop. */
export interface SubmitPlace {
	/** The run of the node in this execution, from 0; a retry has the same. */
	runIndex: number;
	itemIndex: number;
}

/**
 * @param context that n8n keeps for the node in this execution
 * @returns null where the item has submitted nothing, or something else; `unreadable` for what a later
 * version of this package has kept: a task may have been created
 */
export function recallSubmit(
	context: IDataObject,
	place: SubmitPlace,
	requestHash: string,
): RememberedSubmit | 'unreadable' | null {
	const submits = context[FIELD];
	if (submits === undefined) return null;
	if (!isJsonObject(submits)) return 'unreadable';
	const kept = submits[nameOf(place)];
	if (kept === undefined) return null;
	if (!isRememberedSubmit(kept)) return 'unreadable';
	return kept.requestHash === requestHash ? kept : null;
}

/** To be called in the statement after the reply was read, before anything can fail. */
export function rememberSubmit(
	context: IDataObject,
	place: SubmitPlace,
	submit: RememberedSubmit,
): void {
	const submits = isJsonObject(context[FIELD]) ? context[FIELD] : {};
	context[FIELD] = { ...submits, [nameOf(place)]: submit };
}

/** For a task that failed at Kling: a retry is a new submission. */
export function forgetSubmit(context: IDataObject, place: SubmitPlace): void {
	const submits = context[FIELD];
	if (!isJsonObject(submits)) return;
	context[FIELD] = Object.fromEntries(
		Object.entries(submits).filter(([name]) => name !== nameOf(place)),
	);
}

function nameOf({ runIndex, itemIndex }: SubmitPlace): string {
	return `${runIndex}:${itemIndex}`;
}
