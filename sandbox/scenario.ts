import { ODD_REPLIES } from './oddReplies';
import { STORIES } from './taskReplies';
import { isVideoName, VIDEO_NAMES } from './videoHost';

/** When the odd reply comes instead of the task. */
export type OddWhen = 'always' | 'blip' | 'once' | 'twice' | 'later';

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

const NAMES = [...Object.keys(STORIES), ...Object.keys(ODD_REPLIES), ...VIDEO_NAMES].sort(
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
 *     twice-web-page    the odd reply at the second and third check only
 *     later-unknown     the odd reply from the second check on
 *     video-25mb-2s     done after two seconds, with a video of 25 MB
 *     blip-video-cut    a video whose download is cut twice, and then whole
 *
 * @returns null for a text that names none
 */
export function readScenario(text: string): Scenario | null {
	const [, prefix, rest = ''] = /^(?:(blip|once|twice|later)-)?(.*)$/s.exec(text) ?? [];
	const sized = /^video-\d+mb(?=-|$)/.exec(rest)?.[0];
	const name = sized ?? NAMES.find((known) => rest === known || rest.startsWith(`${known}-`));
	if (name === undefined) return null;
	const seconds = /^-(\d+(?:\.\d+)?)s(?:-|$)/.exec(rest.slice(name.length))?.[1];
	const isVideo = isVideoName(name);
	return {
		text,
		story: name in STORIES ? name : 'success',
		odd: name in STORIES || isVideo ? null : name,
		video: isVideo ? name : null,
		oddWhen: isOddWhen(prefix) ? prefix : 'always',
		seconds: seconds === undefined ? null : Number(seconds),
	};
}

function isOddWhen(prefix: string | undefined): prefix is OddWhen {
	return prefix !== undefined && ['blip', 'once', 'twice', 'later'].includes(prefix);
}

/** @param check the number of the check or download, from 1 */
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
	}
}
