/** One call to the address that a submit named, before it is made. */
export interface PlannedCallback {
	/** How far the task is at the change that it tells: 0 when submitted, 1 when done. */
	share: number;
	/** When the status changes; milliseconds since 1970, like the other. */
	changedAtMs: number;
	/** When the call is made. */
	dueAtMs: number;
	url: string;
	/** Not made, though it is in the record. */
	isLost: boolean;
	/** Its JSON breaks off. */
	isMalformed: boolean;
}

interface CallbackPlan {
	/** All of the task, in the order of its statuses. */
	calls: PlannedCallback[];
	/** The place of this one among them, from 0. */
	index: number;
	/** By how much a late one is late, in real milliseconds. */
	lateMs: number;
}

/** What is called in place of the call. */
type OddCallback = (call: PlannedCallback, plan: CallbackPlan) => PlannedCallback[];

const endOf = (calls: PlannedCallback[]) => Math.max(...calls.map(({ dueAtMs }) => dueAtMs));

/** What may go wrong with the calls of a task; a [word] in the prompt names it. */
export const ODD_CALLBACKS: Record<string, OddCallback> = {
	/** Each comes twice. */
	'callback-repeated': (call) => [call, call],
	/** All come at the end, the last status first. */
	'callback-reversed': (call, { calls, index }) => [
		{ ...(calls[calls.length - 1 - index] ?? call), dueAtMs: endOf(calls) },
	],
	/** All come at the end, one straight after the other. */
	'callback-burst': (call, { calls }) => [{ ...call, dueAtMs: endOf(calls) }],
	/** Only the status that the task ends with is told. */
	'callback-last': (call) => (call.share < 1 ? [] : [call]),
	'callback-late': (call, { lateMs }) => [{ ...call, dueAtMs: call.dueAtMs + lateMs }],
	'callback-lost': (call) => [{ ...call, isLost: true }],
	/** To another path of the same host. */
	'callback-elsewhere': (call) => [{ ...call, url: elsewhere(call.url) }],
	'callback-malformed': (call) => [{ ...call, isMalformed: true }],
};

/** The only one that takes seconds: they say how late it is. */
export const LATE_CALLBACK = 'callback-late';

function elsewhere(url: string): string {
	if (!URL.canParse(url)) return url;
	const other = new URL(url);
	other.pathname = `/elsewhere${other.pathname}`;
	return other.href;
}
