import {
	describeConnectionError,
	readErrorMessage,
	readRequestError,
} from '../../nodes/KlingVideo/reading/readError';

test.each([
	['an error', new Error('no'), 'no'],
	['a text', 'no', 'no'],
	['nothing', undefined, 'undefined'],
])('the message of %s', (_what, thrown, message) => {
	expect(readErrorMessage(thrown)).toBe(message);
});

test.each<[string, unknown, { code: string; message: string }]>([
	['a code', { code: 'EPIPE', message: ' m ' }, { code: 'EPIPE', message: 'm' }],
	["n8n's code first", { httpCode: '502', code: 'EPIPE' }, { code: '502', message: '' }],
	['neither', {}, { code: '', message: '' }],
	['no text', { httpCode: 502, code: null, message: 7 }, { code: '', message: '' }],
	['no object', 'gone', { code: '', message: 'gone' }],
])('a request error with %s', (_what, thrown, read) => {
	expect(readRequestError(thrown)).toEqual(read);
});

test.each([
	['ECONNREFUSED', 'the connection was refused'],
	['ECONNRESET', 'the connection was cut'],
	['EPIPE', 'the connection was cut'],
	['EHOSTUNREACH', 'the host cannot be reached'],
	['ENETUNREACH', 'the network cannot be reached'],
	['ETIMEDOUT', 'no connection in time'],
	['ECONNABORTED', 'no reply in time'],
	['ENOSPC', "n8n's disk is full"],
	['EDQUOT', "n8n's disk is full"],
	['EACCES', 'n8n may not write to its disk'],
	['EROFS', 'n8n may not write to its disk'],
	['ENOTFOUND', 'the host name of the Base URL was not found'],
	['EAI_AGAIN', 'the host name of the Base URL could not be looked up'],
	['200', 'the reply broke off'],
	['2xx', 'no connection: what was said'],
	['x2', 'no connection: what was said'],
	['HPE_INVALID_CONSTANT', 'something answered that does not speak HTTP'],
	['X_HPE_', 'no connection: what was said'],
	['', 'no connection: what was said'],
])('the code %j means: %s', (code, words) => {
	const error = { code, message: 'what was said' };
	expect(describeConnectionError(error, 'the host name of the Base URL')).toBe(words);
});
