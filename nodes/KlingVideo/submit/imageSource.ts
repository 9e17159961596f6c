import { sanitizeText } from '../reading/untrustedText';

/** An image as the submit call takes it: an address, or a file as base64 text. */
export type ImageRead = { kind: 'image'; value: string } | ImageFault;

/** Why an image cannot be sent. */
export type ImageFault =
	/** Neither an address that the gateway could open nor base64 text. `given` is what it was. */
	{ kind: 'unusableImage'; given: string } | ImageFileFault;

/** Why Kling would not take a file. */
export type ImageFileFault =
	| { kind: 'notJpegOrPng' }
	| { kind: 'imageTooLarge'; megabytes: number };

/** By Kling's documents; counted as a file, not as base64 text. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

const WEB_ADDRESS = /^https?:\/\/[^\s]+$/i;
/** A text of megabytes is looked through for what it may not have: that takes no stack. */
const NOT_BASE64 = /[^\w+/=-]|=[^=]|^$/;

/** How the base64 text of a JPEG and of a PNG file begins. */
const JPEG_START = '/9j/';
const PNG_START = 'iVBORw0KGgo';

/**
 * Reads what the user's expression gave for "Image URL": one address or several (by line, by comma or
 * as a list), `data:` addresses, or the base64 text of one image.
 *
 * @returns an image or a fault for each, in their order; empty if there is nothing
 */
export function readImages(value: unknown): ImageRead[] {
	if (Array.isArray(value)) return value.flatMap((entry: unknown) => readImages(entry));
	if (value === undefined || value === null) return [];
	if (typeof value !== 'string') return [unusable(typeof value)];
	const text = value.trim();
	if (text === '') return [];
	if (/^data:/i.test(text)) return splitDataAddresses(text).map(readImage);
	return /^https?:/i.test(text) ? splitAddresses(text).map(readImage) : [readImage(text)];
}

/** The text of one may be broken into lines: the next begins where a line begins like an address. */
function splitDataAddresses(text: string): string[] {
	const addresses: string[] = [];
	for (const line of text.split('\n')) {
		const isNext = /^(?:data|https?):/i.test(line.trim()) || addresses.length === 0;
		addresses.push(isNext ? line.trim() : `${addresses.pop() ?? ''}${line.trim()}`);
	}
	return addresses;
}

/** An address may have a comma in it: one that separates is before another address, or at the end. */
function splitAddresses(text: string): string[] {
	return text
		.split(/\s+/)
		.flatMap((line) => line.split(/,(?=https?:|data:|$)/i))
		.filter((address) => address !== '');
}

function readImage(text: string): ImageRead {
	if (WEB_ADDRESS.test(text)) {
		return URL.canParse(text) ? { kind: 'image', value: text } : unusable(text);
	}
	// Kling takes the text alone
	const base64 = text.replace(/^data:[^,]*,/i, '').replaceAll(/\s/g, '');
	return NOT_BASE64.test(base64) ? unusable(text) : readBase64(base64);
}

function readBase64(base64: string): ImageRead {
	// the letters of addresses' base64 differ in two; Kling knows the usual ones
	const value = base64.replaceAll('-', '+').replaceAll('_', '/');
	const isImage = value.startsWith(JPEG_START) || value.startsWith(PNG_START);
	if (!isImage) return value.length < 64 ? unusable(base64) : { kind: 'notJpegOrPng' };
	const bytes = Math.floor((value.replaceAll('=', '').length * 3) / 4);
	return checkImageSize(bytes) ?? { kind: 'image', value };
}

/** @returns null for a size that Kling takes */
export function checkImageSize(bytes: number): ImageFileFault | null {
	return bytes > MAX_IMAGE_BYTES ? { kind: 'imageTooLarge', megabytes: bytes / 1e6 } : null;
}

/** Whether a file is a JPEG or a PNG, by its first bytes. */
export function isJpegOrPng(bytes: Uint8Array): boolean {
	return [
		[0xff, 0xd8, 0xff],
		[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
	].some((start) => start.every((byte, index) => bytes[index] === byte));
}

function unusable(given: string): ImageRead {
	return { kind: 'unusableImage', given: sanitizeText(given) };
}
