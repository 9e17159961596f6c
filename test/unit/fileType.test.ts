import { nameFileType, readFileType, SAMPLE_BYTES } from '../../nodes/KlingVideo/download/fileType';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function typeOf(start: string | Uint8Array): string {
	const type = readFileType(typeof start === 'string' ? bytes(start) : start);
	return type.type === 'other' ? type.name : `${type.mimeType} .${type.extension}`;
}

/** A transport stream has its sync byte at the start of every packet. */
function transportStream(length: number): Uint8Array {
	const stream = new Uint8Array(length);
	for (let index = 0; index < length; index += 188) stream[index] = 0x47;
	return stream;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
	return Uint8Array.from(
		[...text].flatMap((character) => {
			const code = character.charCodeAt(0);
			const [low, high] = [code & 0xff, code >> 8];
			return littleEndian ? [low, high] : [high, low];
		}),
	);
}

describe('a video', () => {
	test.each([
		['MP4', '\0\0\0\x20ftypisom\0\0\x02\0', 'video/mp4 .mp4'],
		['MP4 of another brand', '\0\0\0\x18ftypmp42\0\0\0\0', 'video/mp4 .mp4'],
		['QuickTime', '\0\0\0\x14ftypqt  \0\0\0\0', 'video/quicktime .mov'],
		[
			'QuickTime that begins with its index',
			'\0\0\x05\x7emoov\0\0\0\x6cmvhd',
			'video/quicktime .mov',
		],
		['QuickTime that begins with its data', '\x07\x5b\xcd\x15mdat\0\0\0\0', 'video/quicktime .mov'],
		['QuickTime that begins with nothing', '\0\0\0\x08wide\0\0\0\0mdat', 'video/quicktime .mov'],
		['one that begins with free space', '\0\0\0\x08free\0\0\0\x20', 'video/quicktime .mov'],
		['one that begins with skipped space', '\0\0\0\x08skip\0\0\0\x20', 'video/quicktime .mov'],
		['one that begins with a preview', '\0\0\0\x14pnot\0\0\0\0', 'video/quicktime .mov'],
		['WebM', '\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm', 'video/webm .webm'],
		['Matroska', '\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska', 'video/x-matroska .mkv'],
		['AVI', 'RIFF\x24\0\0\0AVI LIST', 'video/x-msvideo .avi'],
		['MPEG-TS', transportStream(1000), 'video/mp2t .ts'],
		['MPEG-TS of two packets', transportStream(376), 'video/mp2t .ts'],
	])('%s', (_what, start, type) => {
		expect(typeOf(start)).toBe(type);
	});
});

describe('an image or audio', () => {
	test.each([
		['PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png .png'],
		['JPEG', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg .jpg'],
		['GIF', 'GIF89a\x01\0', 'image/gif .gif'],
		['WebP', 'RIFF\x24\0\0\0WEBPVP8 ', 'image/webp .webp'],
		['AVIF', '\0\0\0\x20ftypavif\0\0\0\0', 'image/avif .avif'],
		['HEIC', '\0\0\0\x18ftypheic\0\0\0\0', 'image/heic .heic'],
		['MP3 with a header', 'ID3\x04\0\0', 'audio/mpeg .mp3'],
		['MP3', '\xff\xfb\x90\x64\0\0', 'audio/mpeg .mp3'],
		['MP3 of another version', '\xff\xf3\x40\xc4', 'audio/mpeg .mp3'],
		['MP3 with a checksum', '\xff\xfa\x90\x64', 'audio/mpeg .mp3'],
		['AAC', '\xff\xf1\x50\x80', 'audio/aac .aac'],
		['WAV', 'RIFF\x24\0\0\0WAVEfmt ', 'audio/wav .wav'],
		['M4A', '\0\0\0\x20ftypM4A \0\0\0\0', 'audio/mp4 .m4a'],
		['FLAC', 'fLaC\0\0\0\x22', 'audio/flac .flac'],
		['Ogg', 'OggS\0\x02', 'audio/ogg .ogg'],
	])('%s', (_what, start, type) => {
		expect(typeOf(start)).toBe(type);
	});

	test.each([
		['\0\0\0\x20ftypisom', 'a video'],
		['\x89PNG', 'an image'],
		['ID3', 'an audio file'],
		['%PDF', 'a PDF file'],
	])('%j has a name for sentences: %s', (start, name) => {
		expect(nameFileType(readFileType(bytes(start)))).toBe(name);
	});
});

describe('another file', () => {
	const page = '<!DOCTYPE html><html><body>No</body></html>';

	test.each([
		['a page', page, 'a web page'],
		['a page with blanks before it', ` \n${page}`, 'a web page'],
		['a page with words before it', `Please wait.\n${page}`, 'a web page'],
		['a page with a byte-order mark', `\xef\xbb\xbf${page}`, 'a web page'],
		['a page as XML', '<?xml version="1.0"?><html xmlns="x">', 'a web page'],
		['a page as UTF-16', utf16(`\ufeff${page}`, true), 'a web page'],
		['a page as UTF-16, the other way round', utf16(`\ufeff${page}`, false), 'a web page'],
		['a page as UTF-16 without a mark', utf16(page, true), 'a web page'],
		['the same the other way round', utf16(page, false), 'a web page'],
		['words as UTF-16', utf16('\ufeff没有权限', true), 'a text'],
		['XML', '<Error><Code>AccessDenied</Code></Error>', 'an XML message'],
		['XML with a mark', '\xef\xbb\xbf<?xml version="1.0"?><Error>', 'an XML message'],
		['JSON', '{"message":"no"}', 'a JSON message'],
		['a list in JSON', ' [1]', 'a JSON message'],
		['JSON with a byte-order mark', '\xef\xbb\xbf{"message":"no"}', 'a JSON message'],
		['JSON as UTF-16', utf16('\ufeff{"a":1}', true), 'a JSON message'],
		['words', 'Access denied.', 'a text'],
		['words in UTF-8', '\xe6\xb2\xa1\xe6\x9c\x89\xe6\x9d\x83\xe9\x99\x90', 'a text'],
		['words that read like a box', 'Get free access now', 'a text'],
		['a word', 'ok', 'a text'],
		['nothing but blanks', ' \r\n ', 'a text'],
		['the listing of a metadata service', 'ami-id\nhostname\niam/\nlocal-ipv4', 'a list of names'],
		['a playlist', '#EXTM3U\n#EXT-X-VERSION:3\nvideo.ts', 'a playlist'],
		['a byte that all audio frames begin with', '\xff\0\0\0', 'a file of an unknown kind'],
		['RIFF of an unknown format', 'RIFF\x24\0\0\0ABCDxxxx', 'a file of an unknown kind'],
		['PDF', '%PDF-1.7\n', 'a PDF file'],
		['ZIP', 'PK\x03\x04\x14\0', 'a ZIP file'],
		['gzip', '\x1f\x8b\x08\0', 'a compressed file'],
		['one packet of a transport stream', transportStream(188), 'a file of an unknown kind'],
		['a sync byte that comes only once', 'G'.padEnd(400, '\0'), 'a file of an unknown kind'],
		['nothing but zeros', '\0'.repeat(SAMPLE_BYTES), 'a file of an unknown kind'],
		['a box that is cut', '\0\0\0\x20fty', 'a file of an unknown kind'],
	])('%s', (_what, start, name) => {
		expect(typeOf(start)).toBe(name);
	});
});
