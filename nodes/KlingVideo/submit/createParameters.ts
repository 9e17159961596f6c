import type { ProblemOf } from '../problems/problem';
import { isJsonObject, readNumber, readText } from '../reading/readJson';
import { sanitizeText } from '../reading/untrustedText';
import { readImages, type ImageRead } from './imageSource';
import { readJsonMembers, type JsonMembers } from '../reading/jsonMembers';
import type { SubmitLimits } from './submitLine';
import type { AspectRatio, CreateParameters, InputImage, VideoMode } from './submitBody';

/** An image as the node's fields name it. */
export type RequestedImage = { role: InputImage['role'] } & (
	| { source: 'given'; image: ImageRead }
	/** A file of the input item, by the name of its binary field. */
	| { source: 'file'; field: string }
);

/** What the user's fields ask for; the files are not read yet. */
export type RequestedVideo = Omit<CreateParameters, 'images' | 'externalTaskId'> & {
	images: RequestedImage[];
	/** The user's own, if there is one. */
	externalTaskId: string | null;
};

export type RequestedVideoResult =
	| { kind: 'video'; video: RequestedVideo }
	| ProblemOf<'unusableChoice' | 'unusableAdditionalFields'>;

type ChoiceField = ProblemOf<'unusableChoice'>['field'];

/** Gives a parameter's value for the item, or the fallback if it is not shown. */
type ReadParameter = (name: string, fallback: unknown) => unknown;

const MODES: readonly VideoMode[] = ['std', 'pro', '4k'];
const ASPECT_RATIOS: readonly AspectRatio[] = ['16:9', '9:16', '1:1'];
const ROLES: ReadonlyArray<InputImage['role']> = ['reference', 'firstFrame', 'lastFrame'];

export const DEFAULT_QUEUE_MINUTES = 60;
export const MAX_QUEUE_MINUTES = 1440;
const MINUTE_MS = 60_000;

/**
 * Reads the fields of an item. What they hold may be anything: expressions give it.
 *
 * @param defaultRole of an image that names none
 * @throws what `parameter` throws, for an expression that cannot be resolved
 */
export function readRequestedVideo(
	defaultRole: InputImage['role'],
	parameter: ReadParameter,
): RequestedVideoResult {
	const given = parameter('options', {});
	const options = isJsonObject(given) ? given : {};
	const additionalFields = readMembers(options.additionalFields);
	if (additionalFields === null) return { kind: 'unusableAdditionalFields' };
	const chosenMode = parameter('mode', 'std');
	const mode = readOneOf(MODES, chosenMode);
	if (mode === null) return unusableChoice('mode', MODES, chosenMode);
	const chosenRatio = parameter('aspectRatio', '16:9');
	const aspectRatio = readOneOf(ASPECT_RATIOS, chosenRatio);
	if (aspectRatio === null) return unusableChoice('aspectRatio', ASPECT_RATIOS, chosenRatio);
	const chosenSound = parameter('sound', false);
	const sound = readBoolean(chosenSound);
	if (sound === null) return unusableChoice('sound', [true, false], chosenSound);
	const images = readRequestedImages(parameter('images', {}), defaultRole);
	if (images.kind !== 'images') return images;
	return {
		kind: 'video',
		video: {
			model: readModel(parameter('model', '')),
			prompt: readText(parameter('prompt', '')) ?? '',
			negativePrompt: readText(options.negativePrompt) ?? '',
			images: images.images,
			mode,
			durationSeconds: readNumber(parameter('duration', 5)) ?? Number.NaN,
			aspectRatio,
			sound,
			cfgScale: readNumber(options.cfgScale),
			cameraControl: readJsonText(options.cameraControl),
			externalTaskId: readText(options.externalTaskId),
			callbackUrl: readText(options.callbackUrl),
			additionalFields,
		},
	};
}

/** @param options of the first item: the line is one for all */
export function readSubmitLimits(
	options: unknown,
): Pick<SubmitLimits, 'maxTasksAtOnce' | 'maxQueueMs'> {
	const given = isJsonObject(options) ? options : {};
	const maxTasks = readNumber(given.maxTasksAtOnce);
	const minutes = readNumber(given.maxQueueMinutes) ?? DEFAULT_QUEUE_MINUTES;
	return {
		maxTasksAtOnce: maxTasks === null ? null : Math.max(1, Math.floor(maxTasks)),
		maxQueueMs: Math.min(Math.max(minutes, 0), MAX_QUEUE_MINUTES) * MINUTE_MS,
	};
}

/** A list gives its value with the way it was chosen; an expression gives it alone. */
function readModel(value: unknown): string {
	return readText(isJsonObject(value) ? value.value : value) ?? '';
}

function readRequestedImages(
	collection: unknown,
	defaultRole: InputImage['role'],
): { kind: 'images'; images: RequestedImage[] } | ProblemOf<'unusableChoice'> {
	const entries: unknown = isJsonObject(collection) ? collection.image : null;
	const images: RequestedImage[] = [];
	for (const entry of Array.isArray(entries) ? entries.filter(isJsonObject) : []) {
		const role = 'role' in entry ? readOneOf(ROLES, entry.role) : defaultRole;
		if (role === null) return unusableChoice('role', ROLES, entry.role);
		if (entry.source === 'binary') {
			for (const field of readNames(entry.binaryField)) {
				images.push({ role, source: 'file', field });
			}
		} else {
			for (const image of readImages(entry.url)) images.push({ role, source: 'given', image });
		}
	}
	return { kind: 'images', images };
}

/** Names by comma, or as a list. */
function readNames(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap((entry: unknown) => readNames(entry));
	const text = readText(value);
	return text === null ? [] : text.split(',').flatMap((name) => readText(name) ?? []);
}

/** @returns null for what is no JSON object; no members if there is nothing */
function readMembers(value: unknown): JsonMembers | null {
	const text = readJsonText(value);
	return text === null ? new Map() : readJsonMembers(text);
}

/** A field for JSON has text in it; an expression can give the value itself. */
function readJsonText(value: unknown): string | null {
	return typeof value === 'object' && value !== null ? JSON.stringify(value) : readText(value);
}

/** @returns null for what is neither true nor false; a spreadsheet gives either as text */
function readBoolean(value: unknown): boolean | null {
	const text = String(value).trim().toLowerCase();
	return text === 'true' || text === 'false' ? text === 'true' : null;
}

/** A field with a list of values is never guessed: another video than was meant would be paid. */
function unusableChoice(
	field: ChoiceField,
	values: readonly unknown[],
	given: unknown,
): ProblemOf<'unusableChoice'> {
	const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? '');
	return { kind: 'unusableChoice', field, values: values.join(', '), given: sanitizeText(text) };
}

function readOneOf<T extends string>(values: readonly T[], value: unknown): T | null {
	return values.find((known) => known === value) ?? null;
}
