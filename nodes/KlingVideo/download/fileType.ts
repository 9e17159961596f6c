/** What a file is, by how it begins. */
export type FileType =
	| { kind: 'video'; mimeType: string; extension: string }
	/** `name` is put into sentences: "a web page". */
	| { kind: 'other'; name: string };

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

/** Other kinds of files, by their first bytes. */
const SIGNATURES: ReadonlyArray<readonly [bytes: string, name: string]> = [
	['\x89PNG', 'an image'],
	['\xff\xd8\xff', 'an image'],
	['GIF8', 'an image'],
	['ID3', 'an audio file'],
	['fLaC', 'an audio file'],
	['%PDF', 'a PDF file'],
	['PK\x03\x04', 'a ZIP file'],
	['\x1f\x8b', 'a compressed file'],
];

/** Says what a file is. Pure; a video has to prove that it is one, whatever its host calls it. */
export function readFileType(bytes: Uint8Array): FileType {
	return readVideoType(bytes) ?? { kind: 'other', name: nameOtherFile(bytes) };
}

function readVideoType(bytes: Uint8Array): FileType | null {
	const box = readLatin1(bytes, 4, 8);
	// a box shorter than 16 MB begins with a zero; text that reads "Get free …" does not
	if (FIRST_BOXES.has(box) && (bytes[0] === 0 || box === 'mdat')) {
		const brand = box === 'ftyp' ? readLatin1(bytes, 8, 12) : '';
		if (IMAGE_BRANDS.test(brand) || AUDIO_BRANDS.test(brand)) return null;
		return brand.startsWith('qt') || box !== 'ftyp'
			? video('video/quicktime', 'mov')
			: video('video/mp4', 'mp4');
	}
	if (readLatin1(bytes, 0, 4) === '\x1a\x45\xdf\xa3') {
		return readLatin1(bytes, 0, 64).includes('matroska')
			? video('video/x-matroska', 'mkv')
			: video('video/webm', 'webm');
	}
	if (readRiffType(bytes) === 'AVI ') return video('video/x-msvideo', 'avi');
	return isTransportStream(bytes) ? video('video/mp2t', 'ts') : null;
}

function video(mimeType: string, extension: string): FileType {
	return { kind: 'video', mimeType, extension };
}

function readRiffType(bytes: Uint8Array): string | null {
	return readLatin1(bytes, 0, 4) === 'RIFF' ? readLatin1(bytes, 8, 12) : null;
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
	const brand = readLatin1(bytes, 4, 8) === 'ftyp' ? readLatin1(bytes, 8, 12) : '';
	if (IMAGE_BRANDS.test(brand)) return 'an image';
	if (AUDIO_BRANDS.test(brand)) return 'an audio file';
	switch (readRiffType(bytes)) {
		case 'WEBP':
			return 'an image';
		case 'WAVE':
			return 'an audio file';
	}
	const start = readLatin1(bytes, 0, 4);
	const signature = SIGNATURES.find(([signature]) => start.startsWith(signature));
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
