import { continueWithOutput, errorFor, itemFor, runKling } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';

const sandbox = sandboxForAllTests();

const videoUrl = (taskId: string) => expect.stringContaining(`/videos/${taskId}.mp4`);

describe('a task on its way', () => {
	test('is an item that says so', async () => {
		const { items } = await runKling({ sandbox, tasks: ['success-100s'] });
		expect(items).toEqual([
			{
				json: {
					taskId: 'success-100s',
					status: 'SUBMITTED',
					done: false,
					succeeded: false,
					progress: 10,
					videoUrl: null,
					duration: null,
					videos: [],
					failureReason: null,
				},
				pairedItem: { item: 0 },
			},
		]);
		expect(sandbox.checksOf('success-100s')).toHaveLength(1);
	});

	test.each([
		['never', 'IN_PROGRESS', 30],
		['native-100s', 'IN_PROGRESS', null],
		['shallow-100s', 'IN_PROGRESS', 30],
		['deep-100s', 'IN_PROGRESS', 10],
		['spelled-100s', 'IN_PROGRESS', 30],
		['numbers-100s', 'IN_PROGRESS', 30],
		['result-url-100s', 'IN_PROGRESS', 30],
		['unknown-status-100s', 'UNKNOWN', 20],
		['empty-status-100s', 'UNKNOWN', 0],
	])('%s is %s', async (task, status, progress) => {
		const { items } = await runKling({ sandbox, tasks: [task] });
		expect(items[0]?.json).toMatchObject({ status, progress, done: false, succeeded: false });
	});
});

describe('a finished task gives its video, whatever shape the reply has', () => {
	test.each([
		['success', 100, 5.1, '842250903708762200'],
		['documented', 100, 5.1, '842250903708762200'],
		['shallow', 100, 5.1, '842250903708762200'],
		['native', null, 5.1, '842250903708762200'],
		['deep', 100, 5.1, '842250903708762200'],
		['spelled', 100, 5.1, '842250903708762200'],
		['completed', 100, 5.1, '842250903708762200'],
		// the id's digits were lost on the way: none is better than a wrong one
		['numbers', 100, 5.1, null],
		['data-url', 100, null, null],
		['result-url', 100, null, null],
		['fail-reason-url', 100, null, null],
	])('%s', async (story, progress, duration, id) => {
		const task = `${story}-0s`;
		const { items } = await runKling({ sandbox, tasks: [task] });
		expect(items[0]?.json).toEqual({
			taskId: task,
			status: 'SUCCESS',
			done: true,
			succeeded: true,
			progress,
			videoUrl: videoUrl(task),
			duration,
			videos: [{ id, url: videoUrl(task), duration }],
			failureReason: null,
		});
	});

	test('all videos of a task that made several', async () => {
		const { items } = await runKling({ sandbox, tasks: ['several-0s'] });
		expect(items[0]?.json.videos).toHaveLength(3);
		expect(items[0]?.json.videoUrl).toEqual(videoUrl('several-0s'));
	});

	test('a SUCCESS without a URL is done, but has not succeeded', async () => {
		const { items } = await runKling({ sandbox, tasks: ['no-url-0s'] });
		expect(items[0]?.json).toMatchObject({
			status: 'SUCCESS',
			done: true,
			succeeded: false,
			videoUrl: null,
		});
	});
});

describe('a task that came to nothing is an item with the true reason', () => {
	test.each([
		['failure', 'Image pixel is invalid'],
		['failure-text', 'content moderation failed'],
		['failure-timeout', '任务超时（1440分钟）'],
		['failure-message', 'the channel was closed'],
		['failure-outside', 'the channel was deleted'],
		['failure-url', 'Kling gave no reason'],
		['failure-silent', 'Kling gave no reason'],
		['cancelled', 'The task was cancelled'],
	])('%s: %s', async (story, failureReason) => {
		const { items, status } = await runKling({ sandbox, tasks: [`${story}-0s`] });
		expect(status).toBe('success');
		expect(items[0]?.json).toMatchObject({
			status: 'FAILURE',
			done: true,
			succeeded: false,
			videoUrl: null,
			failureReason,
		});
	});
});

test('with Simplify off the reply comes as it is', async () => {
	const { items } = await runKling({
		sandbox,
		tasks: ['documented-0s'],
		parameters: { simplify: false },
	});
	expect(items[0]?.json).toEqual({
		code: 'success',
		message: '',
		data: {
			task_id: 'documented-0s',
			status: 'SUCCESS',
			progress: '100%',
			data: {
				code: 0,
				data: {
					task_id: 'documented-0s',
					task_status: 'succeed',
					task_result: {
						videos: [{ id: '842250903708762200', url: videoUrl('documented-0s'), duration: '5.1' }],
					},
				},
			},
		},
	});
	expect(items[0]?.pairedItem).toEqual({ item: 0 });
});

describe('the task id', () => {
	test.each([
		['task_id', { task_id: 'success-0s-a', id: 'unknown' }, 'success-0s-a'],
		['data.task_id', { data: { task_id: 'success-0s-b' } }, 'success-0s-b'],
		['taskId', { taskId: 'success-0s-c' }, 'success-0s-c'],
		['id', { id: 'success-0s-d', object: 'video' }, 'success-0s-d'],
	])("is taken from the input item's %s", async (_name, item, taskId) => {
		const { items } = await runKling({ sandbox, tasks: [item] });
		expect(items[0]?.json).toMatchObject({ taskId, succeeded: true });
	});

	test.each([
		'a/b',
		'../../../v1/models',
		'x?y=1#z',
		'a b',
		'%2e%2e',
		'..%2f',
		'\\..\\',
		'ключ-视频-🎬',
		'\ud800 lone',
		'...',
	])('%j stays one segment of the path', async (taskId) => {
		const before = sandbox.requests.length;
		const result = await runKling({ sandbox, tasks: [taskId], settings: continueWithOutput });
		expect(errorFor(result, 0)).toMatchObject({
			message: expect.stringContaining('is unknown'),
			taskId,
		});
		const [request, ...more] = sandbox.requests.slice(before);
		expect(more).toEqual([]);
		expect(request?.taskId).toBe(taskId.replace('\ud800', '\ufffd'));
	});

	test.each([
		['nothing', {}, 'The Task ID is empty', ''],
		['spaces', { task_id: '  ' }, 'The Task ID is empty', ''],
		['a dot', { task_id: '.' }, '"." cannot be a Task ID', '.'],
		['two dots', { task_id: '..' }, '".." cannot be a Task ID', '..'],
		['an object', { task_id: { a: 1 } }, '"{"a":1}" cannot be a Task ID', '{"a":1}'],
		[
			'a number that lost digits',
			{ task_id: Number('842250903629086785') },
			'The Task ID arrived as the number 842250903629086800 and has lost its last digits',
			'842250903629086800',
		],
	])('%s is told before any request', async (_name, item, message, taskId) => {
		const before = sandbox.requests.length;
		const result = await runKling({ sandbox, tasks: [item], settings: continueWithOutput });
		expect(errorFor(result, 0)).toEqual({
			message,
			description: expect.any(String),
			taskId,
			status: null,
		});
		expect(sandbox.requests).toHaveLength(before);
	});
});

describe('what goes wrong, is told at once', () => {
	test.each([
		['unknown', /^Task unknown is unknown to this token's account$/, /whole task_id/],
		[
			'bad-token',
			/did not accept the API token.* bad-token$/,
			/wrong, expired.*used up.*无效的令牌/,
		],
		['spent-token', /expired, used up or disabled/, /task itself goes on.*额度已用尽/],
		['restricted', /limited to certain models.* restricted$/, /without a model restriction/],
		['restricted-english', /limited to certain models/, /without a model restriction/],
		['banned', /denied access to task banned/, /用户已被封禁/],
		['firewall', /denied access to task firewall/, /firewall/],
		[
			'bad-request',
			/bad-request could not be checked: the gateway refused the request/,
			/the request is not valid/,
		],
		[
			'kling-1203',
			/kling-1203 could not be checked: the gateway refused the request/,
			/the resource does not exist/,
		],
		['web-page', /Base URL does not lead to the gateway.* web-page/, /a web page/],
		['not-found', /Base URL does not lead to the gateway/, /404/],
		['redirect', /Base URL does not lead to the gateway/, /a redirect.*localhost/],
		['quoting', /refused the request/, /not understood: Bearer \[API token\]/],
		['rate-limit', /Task rate-limit could not be checked: .*429/, /Wait Until Complete/],
		['rate-limit-text', /could not be checked: .*您已达到请求数限制/, /Wait Until Complete/],
		['upstream-busy', /could not be checked: .*当前分组上游负载已饱和/, /Wait Until Complete/],
		['database', /could not be checked: .*500 \(database is locked\)/, /Wait Until Complete/],
		['panic', /could not be checked: .*nil pointer/, /Wait Until Complete/],
		['bad-gateway', /could not be checked: .*502$/, /Wait Until Complete/],
		['unavailable', /could not be checked: .*503$/, /Wait Until Complete/],
		['gateway-timeout', /could not be checked: .*504$/, /Wait Until Complete/],
		['empty', /could not be checked: the gateway sent an empty reply/, /Wait Until Complete/],
		['null-data', /could not be checked: .*without a task/, /Wait Until Complete/],
		['kling-1302', /could not be checked: .*1302 \(too fast\)/, /Wait Until Complete/],
		['broken-json', /could not be checked: .*cannot be read/, /Wait Until Complete/],
		['bad-gzip', /could not be checked: the reply broke off/, /Wait Until Complete/],
		['garbage', /could not be checked: .*does not speak HTTP/, /Wait Until Complete/],
		['cut', /could not be checked: the connection was cut/, /Wait Until Complete/],
		['cut-body', /could not be checked: the reply broke off/, /Wait Until Complete/],
		['silent', /could not be checked: no reply within 0.5 seconds/, /Wait Until Complete/],
		['drip', /could not be checked: no reply within 0.5 seconds/, /Wait Until Complete/],
	])('%s', async (odd, message, description) => {
		// only for replies that never end: others may be late on a machine that is busy
		const isEndless = ['silent', 'drip'].includes(odd);
		const parameters = isEndless ? { requestOptions: { timeout: 500 } } : {};
		const stopped = await runKling({ sandbox, tasks: [odd], parameters });
		expect(stopped.status).toBe('error');
		expect(stopped.error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(message),
			description: expect.stringMatching(description),
			context: { itemIndex: 0 },
		});

		const result = await runKling({
			sandbox,
			tasks: ['success-0s', odd],
			parameters,
			settings: continueWithOutput,
		});
		expect(errorFor(result, 1)).toEqual({
			message: expect.stringMatching(message),
			description: expect.stringMatching(description),
			taskId: odd,
			status: null,
		});
		expect(itemFor(result, 0).json).toMatchObject({ succeeded: true });
		expect(sandbox.checksOf(odd)).toHaveLength(2);
	});

	test('a redirect is not followed: it would carry the token to another host', () => {
		expect(sandbox.checksOf('redirect')).toHaveLength(2);
		expect(sandbox.requests.filter(({ path }) => path.startsWith('/elsewhere'))).toEqual([]);
	});

	test.each([
		['no such host', 'http://gateway.invalid', /could not be checked: the host name/],
		['nothing there', 'http://127.0.0.1:9', /could not be checked: the connection was refused/],
		['no URL', 'api.ezmodel.cloud', /could not be sent/],
		['another protocol', 'ftp://api.ezmodel.cloud', /could not be sent/],
		['a page below the gateway', '/console', /Base URL does not lead to the gateway/],
		['a path that the gateway does not know', '/api', /Base URL does not lead to the gateway/],
		['an address that moved', '/moved', /Base URL does not lead to the gateway/],
	])('wrong base URL: %s', async (_name, address, message) => {
		const baseUrl = address.startsWith('/') ? sandbox.url + address : address;
		const result = await runKling({ sandbox, tasks: ['success-0s'], baseUrl });
		expect(result.error).toMatchObject({ message: expect.stringMatching(message) });
		expect(sandbox.requests.filter(({ path }) => path.startsWith('/elsewhere'))).toEqual([]);
	});
});

describe('the credential', () => {
	test.each([
		['as it is', 'sk-example-sandbox'],
		['with spaces around it', '  sk-example-sandbox\n'],
		['pasted with "Bearer "', 'Bearer sk-example-sandbox'],
		['pasted with both', ' bearer  sk-example-sandbox '],
	])('a token %s', async (_name, token) => {
		const { items } = await runKling({ sandbox, tasks: ['success-0s'], token });
		expect(items[0]?.json).toMatchObject({ succeeded: true });
		expect(sandbox.requests.at(-1)?.authorization).toBe('Bearer sk-example-sandbox');
	});

	test.each(['/', '///', ' '])('a base URL with %j behind it', async (tail) => {
		const { items } = await runKling({
			sandbox,
			tasks: ['success-0s'],
			baseUrl: sandbox.url + tail,
		});
		expect(items[0]?.json).toMatchObject({ succeeded: true });
	});

	test('a base URL with a path of its own', async () => {
		const result = await runKling({ sandbox, tasks: ['x'], baseUrl: `${sandbox.url}/relay/` });
		expect(result.status).toBe('error');
		expect(sandbox.requests.at(-1)?.path).toBe('/relay/kling/v1/videos/multi-image2video/x');
	});
});
