import { isJsonObject, parseExact, type Json, type JsonObject } from './exactJson';
import { OWN_BODIES, textOf, videoBody, WrongType, type SubmitHead } from './klingBody';
import { isAllowed, isOffered } from './models';
import { priceOf } from './price';
import { REFUSALS } from './submitRefusal';

/** What the gateway sends on to Kling. */
export interface AcceptedSubmit {
	/** As the reply names it. */
	model: string;
	/** The kind as Kling gets it: image to video without an image is text to video. */
	kindPath: string;
	klingBody: JsonObject;
	/** What is charged if Kling takes it, in the gateway's own unit. */
	quota: number;
}

/** The model that a call of these kinds is routed by if it names none. */
const DEFAULT_MODELS: Readonly<Record<string, string>> = {
	'avatar/image2video': 'kling-avatar',
	'advanced-lip-sync': 'kling-v1-6',
	'video-extend': 'kling-v1-6',
};

const WITHOUT_PROMPT = ['omni-video', 'advanced-lip-sync', 'video-extend', 'avatar/image2video'];
/** Their body is looked at only after their price, which does not depend on it. */
const PRICED_UNSEEN = ['motion-control', 'advanced-lip-sync', 'video-extend', 'avatar/image2video'];
const VIDEO_KINDS = ['text2video', 'image2video', 'omni-video'];

const LONGEST_SECONDS = 600;

/**
 * Reads a body of JSON as the gateway does.
 *
 * @throws SubmitRefusal
 */
export function readSubmit(text: string): JsonObject {
	let value: Json;
	try {
		value = parseExact(text);
	} catch (error) {
		throw REFUSALS.noJson(goReason(error, text));
	}
	if (value === null) return {};
	if (isJsonObject(value)) return value;
	const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
	throw REFUSALS.noJson(
		`json: cannot unmarshal ${type} into Go value of type middleware.ModelRequest`,
	);
}

/** What Go's JSON package says where JavaScript's says something else. */
function goReason(error: unknown, text: string): string {
	const message = error instanceof Error ? error.message : '';
	const position = Number(/at position (\d+)/.exec(message)?.[1] ?? NaN);
	const isCutOff = /end of JSON|Unterminated/.test(message) || position >= text.length;
	if (isCutOff) return 'unexpected end of JSON input';
	const character = /Unexpected token '(.)'/su.exec(message)?.[1] ?? text[position] ?? '';
	return `invalid character '${character}' looking for beginning of value`;
}

/**
 * Checks a submit in the gateway's order, and makes what it sends to Kling.
 *
 * @param kindPath the part of the path that names the kind
 * @param isRestricted whether the token is limited to some models
 * @throws SubmitRefusal
 */
export function checkSubmit(
	kindPath: string,
	sent: JsonObject,
	isRestricted: boolean,
): AcceptedSubmit {
	const head = {
		model: textOf(sent.model_name) || textOf(sent.model) || (DEFAULT_MODELS[kindPath] ?? ''),
		mode: textOf(sent.mode),
		prompt: textOf(sent.prompt),
	};
	const { model } = head;
	if (!isAllowed(model, isRestricted)) throw REFUSALS.modelNotAllowed(model);
	if (model === '') throw REFUSALS.noModel();
	if (!isOffered(model)) throw REFUSALS.noChannel(model);
	checkSeconds('duration', sent.duration);
	checkSeconds('seconds', sent.seconds);
	if (!VIDEO_KINDS.includes(kindPath) && OWN_BODIES[kindPath] === undefined) {
		// a kind that only other relays know
		return { model, kindPath, klingBody: sent, quota: 0 };
	}
	if (head.prompt.trim() === '' && !WITHOUT_PROMPT.includes(kindPath)) throw REFUSALS.noPrompt();
	const ownBody = OWN_BODIES[kindPath];
	return ownBody === undefined
		? checkVideo(kindPath, head, sent)
		: checkOwn(kindPath, ownBody, head, sent);
}

function checkVideo(kindPath: string, head: SubmitHead, sent: JsonObject): AcceptedSubmit {
	const klingBody = orPanic(() => videoBody(head, sent));
	const hasImage = klingBody.image !== undefined;
	const sentTo = kindPath === 'omni-video' ? kindPath : hasImage ? 'image2video' : 'text2video';
	const quota = priceOf(sentTo, head, klingBody, klingBody);
	return { model: head.model, kindPath: sentTo, klingBody, quota };
}

function checkOwn(
	kindPath: string,
	{ build, refuse }: NonNullable<(typeof OWN_BODIES)[string]>,
	head: SubmitHead,
	sent: JsonObject,
): AcceptedSubmit {
	// the price is told by the body of another kind, which then has to be readable, too
	const isPricedByCall = kindPath === 'avatar/image2video';
	const video = isPricedByCall ? {} : orPanic(() => videoBody(head, sent));
	const isUnseen = PRICED_UNSEEN.includes(kindPath);
	const klingBody = isUnseen
		? orNotBuilt(() => build(head, sent))
		: orPanic(() => build(head, sent));
	const refusal = refuse(klingBody);
	if (refusal !== null && !isUnseen) {
		// its price is asked for first, and that may be what is refused
		priceOf(kindPath, head, video, {});
		throw REFUSALS.panic();
	}
	const quota = priceOf(kindPath, head, video, klingBody);
	if (refusal !== null) throw REFUSALS.notBuilt(refusal);
	return { model: head.model, kindPath, klingBody, quota };
}

function orPanic(make: () => JsonObject): JsonObject {
	try {
		return make();
	} catch (error) {
		throw error instanceof WrongType ? REFUSALS.panic() : error;
	}
}

function orNotBuilt(make: () => JsonObject): JsonObject {
	try {
		return make();
	} catch (error) {
		throw error instanceof WrongType ? REFUSALS.notBuilt('unmarshal metadata failed') : error;
	}
}

function checkSeconds(name: string, value: Json | undefined): void {
	if (value === undefined || (typeof value === 'string' && value.trim() === '')) return;
	if (!['string', 'number', 'bigint'].includes(typeof value)) return;
	const seconds = Number(value);
	if (Number.isNaN(seconds)) throw REFUSALS.invalid(`metadata.${name} must be numeric`);
	if (!Number.isFinite(seconds)) throw REFUSALS.invalid(`metadata.${name} must be finite`);
	if (seconds < 0) throw REFUSALS.invalid(`metadata.${name} must be >= 0`);
	if (seconds > LONGEST_SECONDS) {
		throw REFUSALS.invalid(`metadata.${name} must be <= ${LONGEST_SECONDS} seconds`);
	}
}
