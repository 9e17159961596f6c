import { encodeTaskId, readTaskId } from '../../nodes/KlingVideo/gateway/taskId';

describe('a Task ID as the expression gives it', () => {
	test.each<[unknown, string]>([
		['842250903629086785', '842250903629086785'],
		['task_0123456789abcdef0123456789abcdef', 'task_0123456789abcdef0123456789abcdef'],
		['  842250903629086785\n', '842250903629086785'],
		[42, '42'],
		[Number.MAX_SAFE_INTEGER, '9007199254740991'],
		['a/b?c=d#e', 'a/b?c=d#e'],
		['../models', '../models'],
		['...', '...'],
		['任务 🎬', '任务 🎬'],
		[842250903629086785n, '842250903629086785'],
	])('%j asks for %s', (given, taskId) => {
		expect(readTaskId(given)).toEqual({ kind: 'taskId', taskId });
	});

	test.each<[unknown]>([[undefined], [null], [''], ['   '], ['\t\n\u00a0']])(
		'%j is none',
		(given) => {
			expect(readTaskId(given).kind).toBe('noTaskId');
		},
	);

	test.each<[unknown, string]>([
		[2 ** 53, '9007199254740992'],
		[Number('842250903629086785'), '842250903629086800'],
		[1e21, '1e+21'],
	])('%j is a number that has lost digits, and is shown as %s', (given, shown) => {
		expect(readTaskId(given)).toEqual({ kind: 'taskIdLostDigits', taskId: shown });
	});

	test.each<[unknown, string]>([
		['.', '.'],
		['..', '..'],
		[' .. ', '..'],
		[true, 'true'],
		[{ task_id: '842250903629086785' }, '{"task_id":"842250903629086785"}'],
		[['842250903629086785'], '["842250903629086785"]'],
		[() => '842250903629086785', 'function'],
		[{ task_id: 842250903629086785n }, 'object'],
	])('%p cannot be one, and is shown as %s', (given, shown) => {
		expect(readTaskId(given)).toEqual({ kind: 'unusableTaskId', taskId: shown });
	});
});

test('an id has 200 characters at most, and is cut where it is shown', () => {
	const longest = '1'.repeat(200);
	expect(readTaskId(longest)).toEqual({ kind: 'taskId', taskId: longest });
	expect(readTaskId(`${longest}1`).kind).toBe('unusableTaskId');
	expect(readTaskId('1'.repeat(100_000))).toEqual({
		kind: 'unusableTaskId',
		taskId: `${'1'.repeat(299)}…`,
	});
});

describe('an id that the gateway lost', () => {
	// see the fixtures: submit-upstream-snoid
	const reply = { id: '', object: 'video', model: 'kling-v1-6', status: '', progress: 0 };

	test.each([
		['an empty id', reply],
		['an empty task_id', { ...reply, id: undefined, task_id: '' }],
	])('is told by a submit reply with %s', (_what, item) => {
		for (const given of ['', undefined, null]) {
			expect(readTaskId(given, item)).toEqual({ kind: 'taskIdLost', taskId: '' });
		}
	});

	test.each<[string, unknown]>([
		['no item', undefined],
		['an item without any id', {}],
		['a row of a table whose cells are empty', { task_id: '', id: '', name: '' }],
		['a reply that has one', { ...reply, id: '1' }],
	])('is not told by %s', (_what, item) => {
		expect(readTaskId('', item)).toEqual({ kind: 'noTaskId', taskId: '' });
	});

	test('does not count when the user gives an id', () => {
		expect(readTaskId('7', reply)).toEqual({ kind: 'taskId', taskId: '7' });
	});
});

describe('a Task ID in the path', () => {
	test.each([
		['842250903629086785', '842250903629086785'],
		['a/b', 'a%2Fb'],
		['a\\b', 'a%5Cb'],
		['a?b=c', 'a%3Fb%3Dc'],
		['a#b', 'a%23b'],
		['../models', '..%2Fmodels'],
		['%2e%2e', '%252e%252e'],
		['a b', 'a%20b'],
		['a\r\nX: y', 'a%0D%0AX%3A%20y'],
		['🎬', '%F0%9F%8E%AC'],
		['a\ud800b', 'a%EF%BF%BDb'],
		['\udfff', '%EF%BF%BD'],
	])('%j is sent as %s', (taskId, sent) => {
		expect(encodeTaskId(taskId)).toBe(sent);
	});

	test.each(['a/b', '../../models', '%2e%2e/%2e%2e', '🎬?x', '\udfff#', 'a\\..\\..\\b', '...'])(
		'%j stays one segment of it',
		(taskId) => {
			const url = new URL(`https://api.ezmodel.cloud/kling/tasks/${encodeTaskId(taskId)}`);
			expect(url.pathname.split('/')).toHaveLength(4);
			expect(url.pathname.startsWith('/kling/tasks/')).toBe(true);
			expect(url.search + url.hash).toBe('');
		},
	);
});
