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
	])('%p cannot be one, and is shown as %s', (given, shown) => {
		expect(readTaskId(given)).toEqual({ kind: 'unusableTaskId', taskId: shown });
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
