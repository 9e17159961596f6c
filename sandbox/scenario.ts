import { ODD_REPLIES } from './oddReplies';
import { STORIES } from './taskReplies';

/** When the odd reply comes instead of the task. */
export type OddWhen = 'always' | 'blip' | 'once' | 'later';

export interface Scenario {
	/** A key of STORIES. */
	story: string;
	/** A key of ODD_REPLIES, or null for a gateway without oddities. */
	odd: string | null;
	oddWhen: OddWhen;
	/** How long the task takes, in seconds of the sandbox's clock. */
	seconds: number | null;
}

const NAMES = [...Object.keys(STORIES), ...Object.keys(ODD_REPLIES)].sort(
	(a, b) => b.length - a.length,
);

/**
 * Reads a scenario: a story or an odd reply, then perhaps the seconds the task takes, then anything.
 *
 *     success-2s-7      done after two seconds
 *     failure           comes to nothing
 *     rate-limit        always the odd reply
 *     blip-rate-limit   the odd reply twice, then the task
 *     once-bad-token    the odd reply at the second check only
 *     later-unknown     the odd reply from the second check on
 *
 * @returns null for a text that names none
 */
export function readScenario(text: string): Scenario | null {
	const [, prefix, rest = ''] = /^(?:(blip|once|later)-)?(.*)$/s.exec(text) ?? [];
	const name = NAMES.find((known) => rest === known || rest.startsWith(`${known}-`));
	if (name === undefined) return null;
	const seconds = /^-(\d+(?:\.\d+)?)s(?:-|$)/.exec(rest.slice(name.length))?.[1];
	const isStory = name in STORIES;
	return {
		story: isStory ? name : 'success',
		odd: isStory ? null : name,
		oddWhen: prefix === 'blip' || prefix === 'once' || prefix === 'later' ? prefix : 'always',
		seconds: seconds === undefined ? null : Number(seconds),
	};
}

/** @param check the number of the check, from 1 */
export function isOdd(when: OddWhen, check: number): boolean {
	switch (when) {
		case 'always':
			return true;
		case 'blip':
			return check <= 2;
		case 'once':
			return check === 2;
		case 'later':
			return check >= 2;
	}
}
