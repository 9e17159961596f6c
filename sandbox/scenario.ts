import { LATE_CALLBACK, ODD_CALLBACKS } from './oddCallbacks';
import { ODD_REPLIES } from './oddReplies';
import { ODD_SUBMITS } from './oddSubmits';
import { STORIES } from './taskReplies';
import { isVideoName, VIDEO_NAMES } from './videoHost';

/** When the odd reply comes instead of the task. */
export type OddWhen = 'always' | 'blip' | 'once' | 'twice' | 'later' | `first-${number}`;

export interface Scenario {
	/** What it was read from. */
	text: string;
	/** A key of STORIES. */
	story: string;
	/** A key of ODD_REPLIES, or null for a gateway without oddities. */
	odd: string | null;
	/** What its host has in place of the small video, or null for that. */
	video: string | null;
	oddWhen: OddWhen;
	/** How long the task takes, in seconds of the sandbox's clock. */
	seconds: number | null;
}

/** What a submit call is answered with, in place of the task's id. */
export interface SubmitScenario {
	/** A key of ODD_SUBMITS. */
	odd: string;
	oddWhen: OddWhen;
}

/** What goes wrong when Kling calls back. */
export interface CallbackScenario {
	/** What it was read from. */
	text: string;
	/** A key of ODD_CALLBACKS. */
	odd: string;
	/** With which of the calls. */
	oddWhen: OddWhen;
	/** How late they are, in seconds of the sandbox's clock; null if nothing is said of it. */
	seconds: number | null;
}

const longestFirst = (names: string[]) => names.sort((a, b) => b.length - a.length);
const NAMES = longestFirst([...Object.keys(STORIES), ...Object.keys(ODD_REPLIES), ...VIDEO_NAMES]);
const SUBMIT_NAMES = longestFirst(Object.keys(ODD_SUBMITS));
const CALLBACK_NAMES = longestFirst(Object.keys(ODD_CALLBACKS));

/**
 * Reads a scenario: a story or an odd reply, then perhaps the seconds the task takes, then anything.
 *
 *     success-2s-7      done after two seconds
 *     failure           comes to nothing
 *     rate-limit        always the odd reply
 *     blip-rate-limit   the odd reply twice, then the task
 *     first-5-database  the odd reply five times, then the task
 *     once-bad-token    the odd reply at the second check only
 *     twice-web-page    the odd reply at the second and third check only
 *     later-unknown     the odd reply from the second check on
 *     video-25mb-2s     done after two seconds, with a video of 25 MB
 *     blip-video-cut    a video whose download is cut twice, and then whole
 *
 * @returns null for a text that names none
 */
export function readScenario(text: string): Scenario | null {
	const word = readWord(text, NAMES);
	if (word === null) return null;
	const { name, oddWhen, seconds } = word;
	const isVideo = isVideoName(name);
	return {
		text,
		story: name in STORIES ? name : 'success',
		odd: name in STORIES || isVideo ? null : name,
		video: isVideo ? name : null,
		oddWhen,
		seconds,
	};
}

/**
 * Reads what goes wrong when Kling calls back, from a text such as `callback-late-5s`.
 *
 *     callback-lost        it calls for nothing
 *     callback-late-5s     each call is five seconds late
 *     blip-callback-lost   the first two calls are lost, and the third is made
 *
 * @returns null for a text that names nothing of the kind, or seconds where there are none
 */
export function readCallbackScenario(text: string): CallbackScenario | null {
	const word = readWord(text, CALLBACK_NAMES);
	if (word === null) return null;
	const { name, oddWhen, seconds } = word;
	if (seconds !== null && name !== LATE_CALLBACK) return null;
	return { text, odd: name, oddWhen, seconds };
}

/**
 * Reads what a prompt asks for: [word] chooses what becomes of the task, [submit-…] what the submit
 * call is answered with, [callback-…] what goes wrong when Kling calls back; they may stand side by
 * side.
 *
 *     a cat [success-2s]                    done after two seconds
 *     a cat [submit-empty-id]               the reply has no id
 *     a cat [blip-submit-busy-5s]           refused twice; then a task of five seconds
 *     a cat [submit-cut] [failure-5s]       no reply; the task fails after five seconds
 *     a cat [callback-late-9s] [failure]    the task fails, and that is told nine seconds later
 *
 * @returns the word that names nothing, if there is one
 */
export function readPrompt(
	prompt: string,
):
	| { submit: SubmitScenario | null; callback: CallbackScenario | null; task: Scenario }
	| { unknown: string } {
	const words = [...prompt.matchAll(/\[([\w.-]+)\]/g)].map(([, word = '']) => word);
	const submitWord = words.find((word) => readWord(word, SUBMIT_NAMES) !== null);
	const submit = submitWord === undefined ? null : readWord(submitWord, SUBMIT_NAMES);
	const callbackWord = words.find((word) => readCallbackScenario(word) !== null);
	const callback = callbackWord === undefined ? null : readCallbackScenario(callbackWord);
	const taskWord =
		words.find((word) => word !== submitWord && word !== callbackWord) ??
		(submit === null || submit.seconds === null ? 'success' : `success-${submit.seconds}s`);
	const task = readScenario(taskWord);
	if (task === null) return { unknown: taskWord };
	return {
		submit: submit === null ? null : { odd: submit.name, oddWhen: submit.oddWhen },
		callback,
		task,
	};
}

function readWord(
	text: string,
	names: string[],
): { name: string; oddWhen: OddWhen; seconds: number | null } | null {
	const [, prefix, rest = ''] = /^(?:(blip|once|twice|later|first-\d+)-)?(.*)$/s.exec(text) ?? [];
	const sized = /^video-\d+mb(?=-|$)/.exec(rest)?.[0];
	const name =
		sized !== undefined && names === NAMES
			? sized
			: names.find((known) => rest === known || rest.startsWith(`${known}-`));
	if (name === undefined) return null;
	const seconds = /^-(\d+(?:\.\d+)?)s(?:-|$)/.exec(rest.slice(name.length))?.[1];
	return {
		name,
		oddWhen: isOddWhen(prefix) ? prefix : 'always',
		seconds: seconds === undefined ? null : Number(seconds),
	};
}

function isOddWhen(prefix: string | undefined): prefix is OddWhen {
	return prefix !== undefined && /^(?:blip|once|twice|later|first-\d+)$/.test(prefix);
}

/** @param check the number of the check, download, submit or call back, from 1 */
export function isOdd(when: OddWhen, check: number): boolean {
	switch (when) {
		case 'always':
			return true;
		case 'blip':
			return check <= 2;
		case 'once':
			return check === 2;
		case 'twice':
			return check === 2 || check === 3;
		case 'later':
			return check >= 2;
		default:
			return check <= Number(when.slice('first-'.length));
	}
}
