import {
	checkImageSize,
	isJpegOrPng,
	MAX_IMAGE_BYTES,
	readImages,
} from '../../nodes/KlingVideo/submit/imageSource';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(80, 7)]);
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(80, 7)]);
const A = 'https://a.example/1.png?x=1,2';
const B = 'http://b.example/2.jpg';

const values = (given: unknown) =>
	readImages(given).map((read) => (read.kind === 'image' ? read.value : read));

test.each<[string, unknown, string[]]>([
	['one address', A, [A]],
	['spaces around it', ` ${A}\n`, [A]],
	['by line', `${A}\n${B}\r\n`, [A, B]],
	['by comma', `${A}, ${B}`, [A, B]],
	['by comma without a blank', `${A},${B},`, [A, B]],
	['as a list', [A, B], [A, B]],
	['a list in a list', [[A], `${B}`], [A, B]],
	['nothing', '', []],
	['nothing at all', undefined, []],
	['an empty list', [], []],
])('addresses: %s', (_how, given, addresses) => {
	expect(values(given)).toEqual(addresses);
});

test.each([
	['JPEG', JPEG],
	['PNG', PNG],
])('%s as base64 text, as it is, in lines and with a data: prefix', (_type, bytes) => {
	const base64 = bytes.toString('base64');
	const lines = base64.replace(/.{20}/g, '$&\r\n');
	for (const given of [base64, lines, `data:image/png;base64,${base64}`, `DATA:;base64,${lines}`]) {
		expect(values(given)).toEqual([base64]);
	}
	expect(values(bytes.toString('base64url'))).toEqual([base64.replace(/=+$/, '')]);
});

test('several data: addresses, and others between them', () => {
	const [jpeg, png] = [JPEG, PNG].map((bytes) => bytes.toString('base64'));
	const given = `data:image/jpeg;base64,${jpeg}\n${A}\ndata:image/png;base64,${png}`;
	expect(values(given)).toEqual([jpeg, A, png]);
});

test.each<[unknown, unknown]>([
	['cat.png', 'cat.png'],
	['ftp://a.example/x.png', 'ftp://a.example/x.png'],
	['https://', 'https://'],
	[7, 'number'],
	[{ a: 1 }, 'object'],
	['<b>\u202e', '‹b›'],
])('%j is no image', (given, told) => {
	expect(readImages(given)).toEqual([{ kind: 'unusableImage', given: told }]);
});

test('base64 text of another file is told', () => {
	expect(readImages(Buffer.from('GIF89a'.padEnd(90)).toString('base64'))).toEqual([
		{ kind: 'notJpegOrPng' },
	]);
});

test('10 MiB are the most, counted as a file', () => {
	const most = Buffer.concat([JPEG, Buffer.alloc(MAX_IMAGE_BYTES - JPEG.length)]);
	expect(readImages(most.toString('base64'))).toMatchObject([{ kind: 'image' }]);
	const more = Buffer.concat([most, Buffer.alloc(1)]).toString('base64');
	expect(readImages(more)).toEqual([{ kind: 'imageTooLarge', megabytes: 10.485761 }]);
	expect(checkImageSize(MAX_IMAGE_BYTES)).toBeNull();
});

test.each([
	[JPEG, true],
	[PNG, true],
	[Buffer.from('GIF89a'), false],
	[Buffer.from('RIFF0000WEBP'), false],
	[Buffer.alloc(0), false],
	[PNG.subarray(0, 4), false],
])('%# by its first bytes', (bytes, is) => {
	expect(isJpegOrPng(bytes)).toBe(is);
});
