import { readTaskPath } from '../../nodes/KlingVideo/gateway/taskPath';

test.each([
	['effects', 'effects'],
	[' effects ', 'effects'],
	['/effects/', 'effects'],
	['//avatar/image2video//', 'avatar/image2video'],
	[' / effects / ', 'effects'],
	['A-b_1/c', 'A-b_1/c'],
])('%j is the path %j', (given, taskPath) => {
	expect(readTaskPath(given)).toEqual({ kind: 'taskPath', taskPath });
});

test.each([[''], [' '], ['/'], [' // '], [null], [undefined]])('%j is none', (given) => {
	expect(readTaskPath(given)).toEqual({ kind: 'noTaskPath', taskPath: '' });
});

test.each([
	['a//b'],
	['a b'],
	['..'],
	['a/../b'],
	['a.b'],
	['a?b'],
	['a#b'],
	['a%2fb'],
	['a\\b'],
	['https://example.com/a'],
	['é'],
	['a\n'.repeat(2)],
	['a'.repeat(201)],
])('%j is refused', (given) => {
	expect(readTaskPath(given).kind).toBe('unusableTaskPath');
});

test.each([[7], [{}], [['effects']], [true]])('%j, which is no text, is refused', (given) => {
	expect(readTaskPath(given)).toEqual({ kind: 'unusableTaskPath', taskPath: typeof given });
});

test('what is refused is shown cleaned', () => {
	expect(readTaskPath('<b>\n\u202e')).toEqual({ kind: 'unusableTaskPath', taskPath: '‹b›' });
});
