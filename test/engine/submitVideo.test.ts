import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { onLog } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { readSubmitLimits } from '../../nodes/KlingVideo/submit/createParameters';
import { SubmitLine } from '../../nodes/KlingVideo/submit/submitLine';
import { submitVideo } from '../../nodes/KlingVideo/submit/submitVideo';
import { withNodeRun } from '../../nodes/KlingVideo/run/nodeRun';
import { runKling, startKling, type KlingRun } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { OMNI } from '../support/taskKinds';

// What is submitted is paid. Each test counts what reached the gateway, and what it has charged.

const sandbox = sandboxForEachTest();

const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(5000, 7)]);

const TASK_KIND = { ...OMNI, resource: 'omniVideo', path: 'omni-video' } as const;

/** Thrown by the node after its items were submitted, in so many of its tries. */
let failures = 0;

/** A node that submits its items, and does nothing else: on n8n's own engine, as the node itself. */
const submitter: INodeType = {
	description: {
		...new KlingVideo().description,
		properties: ['model', 'prompt', 'images', 'mode', 'duration', 'options'].map((name) => ({
			displayName: name,
			name,
			type: 'json',
			default: name === 'images' || name === 'options' ? {} : '',
		})),
	},
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		for (const item of items) {
			const photo = await this.helpers.prepareBinaryData(JPEG, 'photo.jpg');
			const text = await this.helpers.prepareBinaryData(Buffer.from('no image'), 'text.jpg');
			item.binary = { photo, text };
		}
		const outcomes = await withNodeRun(this, items.length, async (run) => {
			const limits = readSubmitLimits(this.getNodeParameter('options', 0, {}), 3);
			const line = new SubmitLine(limits, run.timers, run.hasEnded);
			return await Promise.all(
				items.map((_, itemIndex) =>
					submitVideo(this, { itemIndex, taskKind: TASK_KIND, run, line }),
				),
			);
		});
		if (failures-- > 0) throw new Error('what comes after the submit failed');
		return [outcomes.map((json, item) => ({ json: { ...json }, pairedItem: { item } }))];
	},
};

const parameters: INodeParameters = {
	model: 'kling-v3-omni',
	prompt: '={{ $json.prompt }}',
	mode: 'std',
	duration: '={{ $json.duration ?? 5 }}',
};

const run = (prompts: string[], more: Partial<KlingRun> = {}): KlingRun => ({
	sandbox,
	nodeType: submitter,
	tasks: prompts.map((prompt) => ({ prompt })),
	parameters,
	...more,
});

const outcomesOf = (items: INodeExecutionData[]) => items.map(({ json }) => json);
const charges = () => sandbox.ledger.filter(({ kind }) => kind === 'charge').length;
const submits = () => sandbox.requests.filter(({ method }) => method === 'POST').length;

beforeEach(() => {
	failures = 0;
});

test('each item is submitted once, with all that the gateway would fill in', async () => {
	const { items } = await runKling(run(['a cat [success-0s]', 'a dog [success-0s]']));
	expect(outcomesOf(items)).toMatchObject([
		{ kind: 'task', taskId: expect.stringMatching(/^\d{18}$/) },
		{ kind: 'task', taskId: expect.stringMatching(/^\d{18}$/) },
	]);
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

test('a file of the item goes along as base64', async () => {
	const images = {
		image: [{ source: 'binary', binaryField: 'photo' }, { url: 'https://a/b.png' }],
	};
	await runKling(run(['[success-0s]'], { parameters: { ...parameters, images } }));
	expect(sandbox.submits[0]?.body).toMatchObject({
		image_list: [{ image_url: JPEG.toString('base64') }, { image_url: 'https://a/b.png' }],
	});
});

test.each<[string, IDataObject, object]>([
	[
		'a field without a file',
		{ source: 'binary', binaryField: 'none' },
		{ kind: 'noFile', field: 'none' },
	],
	['a file that is no image', { source: 'binary', binaryField: 'text' }, { kind: 'notJpegOrPng' }],
	['an address that is none', { url: 'cat.png' }, { kind: 'unusableImage', given: 'cat.png' }],
])('%s is told, and nothing is sent', async (_what, image, outcome) => {
	const images = { image: [image] } as INodeParameters;
	const { items } = await runKling(run(['a cat'], { parameters: { ...parameters, images } }));
	expect(outcomesOf(items)).toEqual([outcome]);
	expect(submits()).toBe(0);
});

test('what cannot go well is told, and nothing is sent', async () => {
	const { items } = await runKling(run(['']));
	expect(outcomesOf(items)).toEqual([{ kind: 'noPrompt' }]);
	expect(submits()).toBe(0);
});

describe('"Retry On Fail"', () => {
	const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

	test('takes up the tasks that were created', async () => {
		failures = 2;
		const { items } = await runKling(run(['[success-0s]', '[success-0s]'], { settings }));
		expect(outcomesOf(items)).toMatchObject([
			{ kind: 'task', body: null },
			{ kind: 'task', body: null },
		]);
		expect(failures).toBe(-1);
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
		failures = 2;
		const { items } = await runKling(run([`[${odd}] [success-0s]`], { settings }));
		expect(outcomesOf(items)).toMatchObject([
			{ kind: 'unclear', isRemembered: true, externalTaskId: expect.any(String) },
		]);
		expect(failures).toBe(-1);
		expect(submits()).toBe(1);
		expect(charges()).toBeLessThanOrEqual(1);
	});

	test('submits again what was surely not created', async () => {
		failures = 1;
		await runKling(run(['[submit-refused]'], { settings }));
		expect(submits()).toBe(2);
		expect(charges()).toBe(0);
	});
});

describe('places', () => {
	test('a refused submit is sent again, until there is a place', async () => {
		const { items } = await runKling(run(['[first-2-submit-busy] [success-0s]']));
		expect(outcomesOf(items)).toMatchObject([{ kind: 'task' }]);
		expect(submits()).toBe(3);
		expect(charges()).toBe(1);
	});

	test('no place in time is told', async () => {
		const options = { maxQueueMinutes: 0 };
		const { items } = await runKling(
			run(['[submit-busy]'], { parameters: { ...parameters, options } }),
		);
		expect(outcomesOf(items)).toMatchObject([{ kind: 'noPlaceInTime' }]);
		expect(charges()).toBe(0);
	});
});

test('a gateway that is not there is tried again, and nothing is paid', async () => {
	const { items } = await runKling(run(['a cat'], { baseUrl: 'http://127.0.0.1:1' }));
	expect(outcomesOf(items)).toMatchObject([{ kind: 'notConnected' }]);
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
