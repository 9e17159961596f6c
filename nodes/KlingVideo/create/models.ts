import { isJsonObject, MAX_ID_LENGTH, readText } from '../reading/readJson';
import { sanitizeText } from '../reading/untrustedText';
import type { CreatableKind } from '../submit/submitBody';

/** A model as the editor lists it. */
export interface ListedModel {
	name: string;
	/** What the submit call names it by. */
	value: string;
}

/** The models that make a kind of video, the newest first. */
const MODELS: Record<CreatableKind, readonly string[]> = {
	multiImageVideo: ['kling-v1-6'],
	omniVideo: ['kling-v3-omni', 'kling-video-o1'],
	textToVideo: [
		'kling-v3',
		'kling-v2-6',
		'kling-v2-5-turbo',
		'kling-v2-master',
		'kling-v1',
		'kling-v2-1-master',
		'kling-v1-6',
	],
	imageToVideo: [
		'kling-v3',
		'kling-v2-6',
		'kling-v2-5-turbo',
		'kling-v2-master',
		'kling-v1',
		'kling-v2-1-master',
		'kling-v2-1',
		'kling-v1-6',
		'kling-v1-5',
	],
};

/** Since September 2026. In the lists above, they stand behind the others. */
const RETIRED = new Set(['kling-v2-1-master', 'kling-v2-1', 'kling-v1-6', 'kling-v1-5']);

/** The names under which the gateway sells calls that take no model. */
const NO_VIDEO_MODELS = new Set([
	'kling-avatar',
	'kling-element',
	'kling-identify-face',
	'kling-lip-sync',
	'kling-multi-elements',
	'kling-tts',
	'kling-video-extend',
]);

/** "kling-v10" is newer than "kling-v9". */
const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * Lists Kling's models out of all that the gateway offers: those that make the kind of video first, then
 * the others, which may be newer than this package. The newest comes first in both.
 *
 * @param reply the body of `GET /v1/models`
 * @param kind a kind of task that can be submitted; null if it is not known
 * @param filter what the user has typed: a part of the name, in any case
 * @returns null for a reply that is no list of models
 */
export function listModels(
	reply: unknown,
	kind: CreatableKind | null,
	filter: string,
): ListedModel[] | null {
	const data: unknown = isJsonObject(reply) ? reply.data : null;
	if (!Array.isArray(data)) return null;
	const ids = new Set(data.flatMap((entry: unknown) => readModel(entry) ?? []));
	const suitable: readonly string[] = kind === null ? [] : MODELS[kind];
	const placeOf = (id: string) => {
		const place = suitable.indexOf(id.toLowerCase());
		return place === -1 ? suitable.length : place;
	};
	const wanted = filter.trim().toLowerCase();
	return [...ids]
		.sort((a, b) => placeOf(a) - placeOf(b) || byNumber.compare(b, a))
		.map((id) => ({ name: nameModel(id), value: id }))
		.filter(({ name }) => name.toLowerCase().includes(wanted));
}

/** @returns null for all but Kling's models of videos */
function readModel(entry: unknown): string | null {
	const id = isJsonObject(entry) ? readText(entry.id) : null;
	if (id === null || id.length > MAX_ID_LENGTH) return null;
	const known = id.toLowerCase();
	return known.includes('kling') && !NO_VIDEO_MODELS.has(known) ? id : null;
}

function nameModel(id: string): string {
	const name = sanitizeText(id);
	return RETIRED.has(id.toLowerCase()) ? `${name} (retired by Kling)` : name;
}
