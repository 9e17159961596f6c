import type { ResultFile } from '../gateway/task';

/** What a file is, by how it begins. */
export type FileType = MediaType | OtherType;

export interface MediaType {
	type: ResultFile['type'];
	mimeType: string;
	extension: string;
}

interface OtherType {
	type: 'other';
	/** For sentences: "a web page". */
	name: string;
}

/** So many bytes of a file, or all of a shorter one, tell what it is. */
export const SAMPLE_BYTES = 1024;

/** What an MP4 or QuickTime file may begin with: four bytes of length, then one of these. */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);

/** Images and sound that are kept like an MP4 file, by the brand behind `ftyp`. */
const IMAGE_BRANDS = /^(avif|avis|heic|heix|heim|heis|mif1|msf1)$/;
const AUDIO_BRANDS = /^(M4A |M4B )$/;

/** An MPEG transport stream: a packet of this length after another, each with the same first byte. */
const TS_PACKET_BYTES = 188;
const TS_SYNC_BYTE = 0x47;

/** Other media files, by their first bytes. */
const MEDIA_SIGNATURES: ReadonlyArray<readonly [bytes: string, type: MediaType]> = [
	['\x89PNG', media('image/png', 'png')],
	['\xff\xd8\xff', media('image/jpeg', 'jpg')],
	['GIF8', media('image/gif', 'gif')],
	['ID3', media('audio/mpeg', 'mp3')],
	['fLaC', media('audio/flac', 'flac')],
	['OggS', media('audio/ogg', 'ogg')],
];

/** Other kinds of files, by their first bytes. */
const OTHER_SIGNATURES: ReadonlyArray<readonly [bytes: string, name: string]> = [
	['%PDF', 'a PDF file'],
	['PK\x03\x04', 'a ZIP file'],
	['\x1f\x8b', 'a compressed file'],
];

/** Says what a file is. Pure; a file has to prove what it is, whatever its host calls it. */
export function readFileType(bytes: Uint8Array): FileType {
	return readMediaType(bytes) ?? { type: 'other', name: nameOtherFile(bytes) };
}

/** For sentences: "a video". */
export function nameFileType(file: FileType): string {
	switch (file.type) {
		case 'video':
			return 'a video';
		case 'image':
			return 'an image';
		case 'audio':
			return 'an audio file';
		case 'other':
			return file.name;
	}
}

function media(mimeType: `${ResultFile['type']}/${string}`, extension: string): MediaType {
	const type = mimeType.startsWith('video/')
		? 'video'
		: mimeType.startsWith('image/')
			? 'image'
			: 'audio';
	return { type, mimeType, extension };
}

function readMediaType(bytes: Uint8Array): MediaType | null {
	const box = readLatin1(bytes, 4, 8);
	// a box shorter than 16 MB begins with a zero; text that reads "Get free …" does not
	if (FIRST_BOXES.has(box) && (bytes[0] === 0 || box === 'mdat')) {
		return readBoxType(box, box === 'ftyp' ? readLatin1(bytes, 8, 12) : '');
	}
	if (readLatin1(bytes, 0, 4) === '\x1a\x45\xdf\xa3') {
		return readLatin1(bytes, 0, 64).includes('matroska')
			? media('video/x-matroska', 'mkv')
			: media('video/webm', 'webm');
	}
	if (readLatin1(bytes, 0, 4) === 'RIFF') return readRiffType(readLatin1(bytes, 8, 12));
	if (isTransportStream(bytes)) return media('video/mp2t', 'ts');
	const start = readLatin1(bytes, 0, 4);
	const signature = MEDIA_SIGNATURES.find(([signature]) => start.startsWith(signature));
	return signature?.[1] ?? readAudioFrame(bytes);
}

function readBoxType(box: string, brand: string): MediaType {
	if (IMAGE_BRANDS.test(brand)) {
		return brand.startsWith('avi') ? media('image/avif', 'avif') : media('image/heic', 'heic');
	}
	if (AUDIO_BRANDS.test(brand)) return media('audio/mp4', 'm4a');
	return brand.startsWith('qt') || box !== 'ftyp'
		? media('video/quicktime', 'mov')
		: media('video/mp4', 'mp4');
}

function readRiffType(format: string): MediaType | null {
	switch (format) {
		case 'AVI ':
			return media('video/x-msvideo', 'avi');
		case 'WEBP':
			return media('image/webp', 'webp');
		case 'WAVE':
			return media('audio/wav', 'wav');
		default:
			return null;
	}
}

/** MP3 and AAC without a header begin with a frame: eleven or twelve bits that are set, then its kind. */
function readAudioFrame([first = 0, second = 0]: Uint8Array): MediaType | null {
	if (first !== 0xff) return null;
	const isLayer3 = (second & 0xe6) === 0xe2;
	const isAac = (second & 0xf6) === 0xf0;
	if (isLayer3) return media('audio/mpeg', 'mp3');
	return isAac ? media('audio/aac', 'aac') : null;
}

function isTransportStream(bytes: Uint8Array): boolean {
	const [first, second, third] = [0, 1, 2].map((packet) => bytes[packet * TS_PACKET_BYTES]);
	return (
		first === TS_SYNC_BYTE &&
		second === TS_SYNC_BYTE &&
		(third === undefined || third === TS_SYNC_BYTE)
	);
}

/** Names it without a word of what is in it: that may be a secret of the network that n8n is in. */
function nameOtherFile(bytes: Uint8Array): string {
	const start = readLatin1(bytes, 0, 4);
	const signature = OTHER_SIGNATURES.find(([signature]) => start.startsWith(signature));
	if (signature !== undefined) return signature[1];
	const text = readAsText(bytes);
	return text === null ? 'a file of an unknown kind' : nameText(text);
}

function nameText(text: string): string {
	const trimmed = text.trim();
	if (/<(!doctype html|html|head|body)\b/i.test(trimmed)) return 'a web page';
	if (trimmed.startsWith('<')) return 'an XML message';
	if (/^[{[]/.test(trimmed)) return 'a JSON message';
	if (trimmed.startsWith('#EXTM3U')) return 'a playlist';
	const lines = trimmed.split('\n');
	const isList = lines.length > 1 && lines.every((line) => /^\S+$/.test(line.trim()));
	return isList ? 'a list of names' : 'a text';
}

/** @returns null for bytes that are no text; letters beyond ASCII may be wrong */
function readAsText(bytes: Uint8Array): string | null {
	const text = readUtf16(bytes) ?? readLatin1(bytes, 0, bytes.length).replace(/^\xef\xbb\xbf/, '');
	return [...text].some(isControlCharacter) ? null : text;
}

/** Text has none but tabs, line breaks and the like. */
function isControlCharacter(character: string): boolean {
	return character < ' ' && !'\t\n\v\f\r'.includes(character);
}

/** With a byte-order mark, or Latin letters without one. */
function readUtf16(bytes: Uint8Array): string | null {
	const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
	const isLittleEndian = (first === 0xff && second === 0xfe) || (second === 0 && fourth === 0);
	const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && third === 0);
	if (isLittleEndian === isBigEndian) return null;
	const hasMark = first >= 0xfe || second >= 0xfe;
	const units: number[] = [];
	for (let index = hasMark ? 2 : 0; index + 1 < bytes.length; index += 2) {
		const [even = 0, odd = 0] = bytes.subarray(index, index + 2);
		units.push(isLittleEndian ? even + odd * 256 : odd + even * 256);
	}
	return String.fromCharCode(...units);
}

function readLatin1(bytes: Uint8Array, from: number, to: number): string {
	return String.fromCharCode(...bytes.subarray(from, to));
}
