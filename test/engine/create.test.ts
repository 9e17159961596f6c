import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { onLog } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { CREATABLE_KINDS } from '../../nodes/KlingVideo/submit/submitBody';
import { creating, JPEG, PHOTO, TEXT } from '../support/creating';
import { continueInPlace, itemFor, runKling, startKling, type KlingRun } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';

// What is submitted is paid. Each test counts what reached the gateway, and what it has charged.

const sandbox = sandboxForEachTest();

const FILES = { ...PHOTO, ...TEXT };

const returning = (more: INodeParameters = {}) => creating({ afterSubmit: 'returnTask', ...more });

const run = (prompts: string[], more: Partial<KlingRun> = {}): KlingRun => ({
	sandbox,
	tasks: prompts.map((prompt) => ({ prompt })),
	parameters: creating(),
	...more,
});

const jsonsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json);
const charges = () => sandbox.ledger.filter(({ kind }) => kind === 'charge').length;
const submits = () => sandbox.requests.filter(({ method }) => method === 'POST').length;

/** The node, failing in so many of its tries after all its items are through. */
function failingAfterwards(failures: number): KlingVideo {
	const node = new KlingVideo();
	const create = node.customOperations.omniVideo?.create;
	let left = failures;
	node.customOperations.omniVideo = {
		...node.customOperations.omniVideo,
		async create(this: IExecuteFunctions) {
			const output = await create?.call(this);
			if (left-- > 0) throw new Error('what comes after the submit failed');
			return output ?? [];
		},
	};
	return node;
}

test('each item is submitted once, with all that the gateway would fill in', async () => {
	const { items } = await runKling(run(['a cat [success-0s]', 'a dog [success-0s]']));
	expect(jsonsOf(items)).toMatchObject(
		sandbox.submits.map(({ taskId }) => ({
			taskId,
			status: 'SUCCESS',
			succeeded: true,
			videoUrl: expect.stringContaining('http'),
			wait: { checks: 1, timedOut: false },
		})),
	);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(charges()).toBe(2);
	expect(sandbox.submits.map(({ body }) => body)).toMatchObject(
		['a cat [success-0s]', 'a dog [success-0s]'].map((prompt) => ({
			model: 'kling-v3-omni',
			prompt,
			mode: 'std',
			duration: '5',
			aspect_ratio: '16:9',
			sound: 'off',
			external_task_id: expect.stringMatching(/^[\da-f-]{36}$/),
		})),
	);
	const ids = sandbox.submits.map(({ externalTaskId }) => externalTaskId);
	expect(new Set(ids).size).toBe(2);
});

describe.each(CREATABLE_KINDS)('%s', (resource) => {
	test('goes to its own path, and its video comes out', async () => {
		const images =
			resource === 'textToVideo' ? {} : { images: { image: [{ url: 'https://a/b.png' }] } };
		const parameters = creating({ resource, ...images });
		const { items } = await runKling(run(['[success-0s]'], { parameters }));
		expect(jsonsOf(items)).toMatchObject([{ succeeded: true }]);
		expect(charges()).toBe(1);
	});
});

test('the task id alone: an item at once, in the fields of all operations', async () => {
	const { items } = await runKling(run(['[success-90s]'], { parameters: returning() }));
	expect(jsonsOf(items)).toEqual([
		{
			taskId: sandbox.submits[0]?.taskId,
			status: 'SUBMITTED',
			videoUrl: null,
			done: false,
			succeeded: false,
			progress: 0,
			duration: null,
			videos: [],
			failureReason: null,
		},
	]);
	expect(submits()).toBe(1);
});

test('the task id alone, with Simplify off: the reply as it came', async () => {
	const parameters = returning({ simplify: false });
	const { items } = await runKling(run(['[success-90s]'], { parameters }));
	expect(jsonsOf(items)).toEqual([
		{
			id: sandbox.submits[0]?.taskId,
			task_id: sandbox.submits[0]?.taskId,
			object: 'video',
			model: 'kling-v3-omni',
			status: '',
			progress: 0,
			created_at: expect.any(Number),
		},
	]);
});

test('the video can be downloaded', async () => {
	const parameters = creating({ downloadVideo: true });
	const { items } = await runKling(run(['[success-0s]'], { parameters }));
	expect(items).toMatchObject([{ binary: { data: { mimeType: 'video/mp4' } } }]);
});

test('files of the item go along as base64, addresses as they are', async () => {
	const images = {
		image: [{ source: 'binary', binaryField: 'photo' }, { url: 'https://a/b.png' }],
	};
	const parameters = returning({ images });
	await runKling(run(['[success-0s]'], { parameters, binaries: [FILES] }));
	expect(sandbox.submits[0]?.body).toMatchObject({
		image_list: [{ image_url: JPEG.toString('base64') }, { image_url: 'https://a/b.png' }],
	});
});

test.each<[string, IDataObject, string]>([
	['a field without a file', { source: 'binary', binaryField: 'none' }, 'none'],
	['a file that is no image', { source: 'binary', binaryField: 'text' }, 'text'],
	['an address that is none', { url: 'cat.png' }, 'cat.png'],
])('%s is told, and nothing is sent', async (_what, image, named) => {
	const images = { image: [image] } as INodeParameters;
	const parameters = creating({ images });
	const result = await runKling(
		run(['a cat'], { parameters, binaries: [FILES], settings: continueInPlace }),
	);
	expect(itemFor(result, 0).json).toEqual({
		error: {
			message: expect.stringContaining(named),
			description: expect.any(String),
			taskId: null,
			status: null,
		},
	});
	expect(submits()).toBe(0);
});

test('what cannot go well is told, and nothing is sent', async () => {
	const { error } = await runKling(run(['']));
	expect(error).toMatchObject({ message: expect.stringContaining('rompt') });
	expect(submits()).toBe(0);
});

test('an expression that gives no value of the list is told, for its item alone', async () => {
	const parameters = returning({ mode: '={{ $itemIndex === 0 ? $json.quality : "pro" }}' });
	const result = await runKling(run(['a cat', 'a dog'], { parameters, settings: continueInPlace }));
	expect(itemFor(result, 0).json).toMatchObject({
		error: { message: 'Nothing was submitted: the Mode is empty', taskId: null },
	});
	expect(sandbox.submits.map(({ body }) => body)).toMatchObject([{ mode: 'pro' }]);
});

test('an expression that cannot be resolved is told, for its item alone', async () => {
	const externalTaskId = '={{ $itemIndex === 0 ? $("No Such Node").item.json.id : "order-2" }}';
	const parameters = returning({ options: { externalTaskId } });
	const result = await runKling(run(['a cat', 'a dog'], { parameters, settings: continueInPlace }));
	expect(itemFor(result, 0).json).toMatchObject({
		error: { message: expect.stringContaining('a field of this node cannot be read') },
	});
	expect(itemFor(result, 1).json).toMatchObject({ status: 'SUBMITTED' });
	expect(submits()).toBe(1);
});

test('a task that fails is told with its id and its kind', async () => {
	const { error } = await runKling(run(['[failure-0s]']));
	const [{ taskId } = { taskId: '' }] = sandbox.submits;
	expect(error).toMatchObject({
		message: expect.stringContaining(`Task ${taskId} (Omni Video) ended without a video`),
	});
});

describe('"Retry On Fail"', () => {
	const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

	test('takes up the tasks that were created', async () => {
		const { items } = await runKling(
			run(['[success-0s]', '[success-0s]'], { settings, nodeType: failingAfterwards(2) }),
		);
		expect(jsonsOf(items)).toMatchObject(sandbox.submits.map(({ taskId }) => ({ taskId })));
		expect(items).toHaveLength(2);
		expect(charges()).toBe(2);
		expect(submits()).toBe(2);
	});

	test.each([
		['submit-cut'],
		['submit-cut-body'],
		['submit-empty-id'],
		['submit-two-documents'],
		['submit-do-request-failed'],
		['submit-gateway-timeout'],
		['submit-kling-500'],
	])('never sends again what is not clear: %s', async (odd) => {
		const { error } = await runKling(run([`[${odd}] [success-0s]`], { settings }));
		const [{ externalTaskId } = { externalTaskId: '' }] = sandbox.submits;
		expect(error).toMatchObject({ description: expect.stringContaining(String(externalTaskId)) });
		expect(submits()).toBe(1);
		expect(charges()).toBeLessThanOrEqual(1);
	});

	test('submits again what was surely not created', async () => {
		await runKling(run(['[submit-refused]'], { settings }));
		expect(submits()).toBe(3);
		expect(charges()).toBe(0);
	});

	test('forgets a task that failed', async () => {
		await runKling(run(['[failure-0s]'], { settings }));
		expect(submits()).toBe(3);
		expect(charges()).toBe(3);
	});

	test('takes up a task whose wait has ended, and waits no longer than was asked for', async () => {
		const parameters = creating({}, { maxWaitMinutes: 0.05 });
		const { error } = await runKling(run(['[success-90s]'], { settings, parameters }));
		const [{ taskId } = { taskId: '' }] = sandbox.submits;
		expect(error).toMatchObject({
			message: expect.stringContaining(`Task ${taskId} (Omni Video) was not finished`),
			description: expect.stringContaining('Wait Until Complete'),
		});
		expect(submits()).toBe(1);
	});
});

describe('places', () => {
	test('a refused submit is sent again, until there is a place', async () => {
		const { items } = await runKling(run(['[first-2-submit-busy] [success-0s]']));
		expect(jsonsOf(items)).toMatchObject([{ succeeded: true }]);
		expect(submits()).toBe(3);
		expect(charges()).toBe(1);
	});

	test('a task that has ended gives its place to the next, whatever became of it', async () => {
		const parameters = creating({}, { maxTasksAtOnce: 1 });
		const prompts = ['[success-0s]', '[failure-0s]', '[success-0s]'];
		const result = await runKling(run(prompts, { parameters, settings: continueInPlace }));
		expect(itemFor(result, 1).json.error).toMatchObject({ taskId: sandbox.submits[1]?.taskId });
		expect(itemFor(result, 2).json).toMatchObject({ succeeded: true });
		// each is submitted after the end of the one before was told
		expect(sandbox.requests.map(({ taskId }) => taskId)).toEqual(
			sandbox.submits.flatMap(({ taskId }) => [null, taskId]),
		);
	});

	test('no place in time is told', async () => {
		const parameters = creating({}, { maxQueueMinutes: 0 });
		const { error } = await runKling(run(['[submit-busy]'], { parameters }));
		expect(error).toMatchObject({ message: expect.stringContaining('place') });
		expect(charges()).toBe(0);
	});
});

test('a gateway that is not there is tried again, and nothing is paid', async () => {
	const parameters = creating({}, { maxFailedChecks: 2 });
	const { error } = await runKling(run(['a cat'], { parameters, baseUrl: 'http://127.0.0.1:1' }));
	expect(error).toMatchObject({ message: expect.stringContaining('the connection was refused') });
});

test('Stop ends the node at once; a call on its way is not cut, and its id is in the log', async () => {
	const lines: string[] = [];
	let hear: () => void = () => {};
	const heard = new Promise<void>((resolve) => (hear = resolve));
	const unhear = onLog(({ level, message }) => {
		if (level !== 'info') return;
		lines.push(message);
		if (message.startsWith('Submitted Omni Video task')) hear();
	});
	const started = startKling(run(['[submit-late] [success-0s]']));
	await sandbox.untilSeen(1);
	await started.stop();
	expect(await started.finished).toMatchObject({ status: 'canceled' });
	await heard;
	unhear();
	const [{ taskId } = { taskId: '' }] = sandbox.submits;
	expect(lines).toContain(`Submitted Omni Video task ${taskId}`);
});
