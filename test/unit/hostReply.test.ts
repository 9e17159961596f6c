import type { ResultFile } from '../../nodes/KlingVideo/gateway/task';
import { readHostReply, type HostReply } from '../../nodes/KlingVideo/download/hostReply';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const MP4 = bytes('\0\0\0\x20ftypisom\0\0\x02\0');
const QUICKTIME = bytes('\0\0\0\x14ftypqt  \0\0\0\0');
const WEBM = Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, 0x9f]);

function read(reply: Partial<HostReply>, wanted: ResultFile['type'] = 'video') {
	return readHostReply(wanted, {
		statusCode: 200,
		contentType: 'video/mp4',
		contentLength: '',
		firstBytes: MP4,
		...reply,
	});
}

describe('a video', () => {
	test.each([
		['as its host says', 'video/mp4', MP4, 'video/mp4', 'mp4'],
		['with parameters', 'Video/MP4; charset=x', MP4, 'video/mp4', 'mp4'],
		['of another kind, as its host says', 'video/webm', WEBM, 'video/webm', 'webm'],
		['of a kind nobody knows', 'video/x-new', MP4, 'video/x-new', 'mp4'],
		['without a type', '', MP4, 'video/mp4', 'mp4'],
		['of no special type', 'application/octet-stream', MP4, 'video/mp4', 'mp4'],
		['of no special type, WebM by its bytes', 'binary/octet-stream', WEBM, 'video/webm', 'webm'],
		['of no special type, QuickTime by its bytes', '', QUICKTIME, 'video/quicktime', 'mov'],
		[
			'of no special type, AVI by its bytes',
			'',
			bytes('RIFF\0\0\0\0AVI '),
			'video/x-msvideo',
			'avi',
		],
		['called text by a careless host', 'text/plain', MP4, 'video/mp4', 'mp4'],
	])('%s', (_what, contentType, firstBytes, mimeType, extension) => {
		expect(read({ contentType, firstBytes })).toEqual({
			kind: 'file',
			mimeType,
			extension,
			announcedBytes: null,
		});
	});

	test.each([
		['7475', 7475],
		['', null],
		['-1', null],
		['7475, 7475', null],
	])('with the length %j announces %j bytes', (contentLength, announcedBytes) => {
		expect(read({ contentLength })).toMatchObject({ announcedBytes });
	});
});

test.each([403, 404, 410])('HTTP %d means that the link has run out', (statusCode) => {
	expect(read({ statusCode })).toEqual({ kind: 'linkExpired', statusCode });
});

test.each([408, 429, 500, 503, 521])('HTTP %d may pass', (statusCode) => {
	const cause = expect.stringContaining(String(statusCode));
	expect(read({ statusCode })).toEqual({ kind: 'transientError', cause });
});

test('an empty file may pass', () => {
	expect(read({ firstBytes: new Uint8Array() })).toMatchObject({ kind: 'transientError' });
});

test.each([
	['<!DOCTYPE html><html>', 'a web page'],
	[' \n<html lang="en">', 'a web page'],
	['\u00ef\u00bb\u00bf<!doctype html>', 'a web page'],
	['<?xml version="1.0"?><Error>', 'an XML message'],
	['{"message":"no"}', 'a JSON message'],
	['[]', 'a JSON message'],
])('%j is not a video, whatever its type', (text, found) => {
	for (const contentType of ['video/mp4', 'text/html', '']) {
		expect(read({ contentType, firstBytes: bytes(text) })).toEqual({
			kind: 'notAVideo',
			received: found,
		});
	}
});

test('HTTP 407 comes from a proxy', () => {
	expect(read({ statusCode: 407 })).toEqual({ kind: 'proxyRefused' });
});

test('a file that is none is named', () => {
	expect(read({ firstBytes: bytes('ok') })).toEqual({ kind: 'notAVideo', received: 'a text' });
});

test.each([201, 204, 206, 302, 400, 401])('HTTP %d is not a video', (statusCode) => {
	const found = `HTTP status ${statusCode}`;
	expect(read({ statusCode })).toEqual({ kind: 'notAVideo', received: found });
});

describe('an image or audio', () => {
	const PNG = bytes('\x89PNG\r\n\x1a\n');
	const MP3 = bytes('ID3\x04\0\0');

	test.each([
		['image', 'image/png', PNG, 'image/png', 'png'],
		['image', 'binary/octet-stream', PNG, 'image/png', 'png'],
		['image', 'video/mp4', PNG, 'image/png', 'png'],
		['audio', 'audio/mpeg', MP3, 'audio/mpeg', 'mp3'],
		['audio', '', MP3, 'audio/mpeg', 'mp3'],
	] as const)('%s that comes as "%s"', (wanted, contentType, firstBytes, mimeType, extension) => {
		expect(read({ contentType, firstBytes }, wanted)).toMatchObject({
			kind: 'file',
			mimeType,
			extension,
		});
	});

	test.each([
		['image', MP4, 'a video'],
		['audio', PNG, 'an image'],
		['video', MP3, 'an audio file'],
		['audio', bytes('<html><body>'), 'a web page'],
	] as const)('%s is wanted, and %# comes', (wanted, firstBytes, received) => {
		expect(read({ firstBytes }, wanted)).toEqual({ kind: 'notAVideo', received });
	});
});
