import { Workflow, type INodeParameters, type INodeType } from 'n8n-workflow';
import { createNodeTypes } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { createCustomOperations } from '../../nodes/KlingVideo/resources/operations';
import { createSubtitle, describeProperties } from '../../nodes/KlingVideo/resources/properties';
import { isCreatableKind } from '../../nodes/KlingVideo/submit/submitBody';
import { TASK_KINDS, type TaskKind } from '../../nodes/KlingVideo/taskKinds';
import { movableClock } from '../support/clocks';
import { HOST_CAN_SUSPEND } from '../support/host';
import { continueInPlace, errorFor, runKling, waiting, type KlingRun } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { suspend, suspending } from '../support/suspending';

// What holds for one kind of task holds for all: a row that is added to the table is tested as well.

const ADDED: TaskKind = {
	resource: 'clayFilm',
	label: 'Clay Film',
	path: 'clay/film',
	action: 'clayFilm',
};
const KINDS = [...TASK_KINDS, ADDED];

/** The node as it is with one more row in the table. */
function nodeWith(kinds: readonly TaskKind[]): INodeType {
	const { description } = new KlingVideo();
	return {
		description: {
			...description,
			subtitle: createSubtitle(kinds),
			properties: describeProperties(kinds),
		},
		customOperations: createCustomOperations(kinds),
	};
}

// the row that is added is on a path that the gateway does not know
const sandbox = sandboxForEachTest({ relay: 'any' });
const clock = movableClock();

describe.each(KINDS)('$resource', (kind) => {
	const path = kind.path ?? 'effects';
	const ofKind: INodeParameters = {
		resource: kind.resource,
		...(kind.path === null && { taskPath: path }),
	};
	const run = (run: Pick<KlingRun, 'tasks'> & Partial<KlingRun>): KlingRun => ({
		sandbox,
		nodeType: nodeWith(KINDS),
		...run,
		parameters: { ...ofKind, ...run.parameters },
	});

	test.each([
		'getStatus',
		'waitUntilComplete',
		...(HOST_CAN_SUSPEND ? ['suspendUntilComplete'] : []),
	])('%s checks a task on the path of its kind', async (operation) => {
		const tasks = ['success-0s'];
		const result = await runKling(run({ tasks, parameters: { operation } }));
		expect(result.items.map(({ json }) => json)).toMatchObject([
			{ taskId: 'success-0s', succeeded: true },
		]);
		expect(result.items[0]?.pairedItem).toEqual({ item: 0 });
		const seen = sandbox.requests.map((request) => request.path);
		expect(seen).toEqual([`/kling/v1/videos/${path}/success-0s`]);
	});

	test('its video is downloaded', async () => {
		const parameters = { ...waiting(), downloadVideo: true };
		const { items } = await runKling(run({ tasks: ['success-0s'], parameters }));
		expect(items[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
	});

	test('a failed task is told with its kind', async () => {
		const tasks = ['failure-0s'];
		const result = await runKling(run({ tasks, parameters: waiting(), settings: continueInPlace }));
		expect(errorFor(result, 0)).toMatchObject({
			message: `Task failure-0s (${kind.label}) ended without a video: Image pixel is invalid`,
			status: 'FAILURE',
		});
	});

	test('a path that the gateway does not know is told with where it comes from', async () => {
		const result = await runKling(
			run({ tasks: ['success-0s'], baseUrl: `${sandbox.url}/elsewhere-404` }),
		);
		expect(result.error).toMatchObject({
			description: expect.stringMatching(
				kind.path === null ? /Base URL.*"Task Path"/ : `"Resource".* offer ${kind.label}\\.$`,
			),
		});
	});

	if (HOST_CAN_SUSPEND) {
		test('it is suspended, checked by the progress workflow, and handed over', async () => {
			const suspended = await suspend(run({ tasks: ['success-100s'], parameters: suspending() }));
			const { items } = await suspended.resume(clock.pass);
			expect(items.map(({ json }) => json)).toMatchObject([
				{ taskId: 'success-100s', succeeded: true, wait: { checks: 3 } },
			]);
			expect(new Set(sandbox.requests.map((request) => request.path))).toEqual(
				new Set([`/kling/v1/videos/${path}/success-100s`]),
			);
		});
	}

	test('the editor lists it, and each of its operations with its name', () => {
		const { properties } = nodeWith(KINDS).description;
		const [resource] = properties;
		expect(resource?.options).toContainEqual({ name: kind.label, value: kind.resource });
		const lists = properties.filter(
			({ name, displayOptions }) =>
				name === 'operation' && displayOptions?.show?.resource?.includes(kind.resource),
		);
		expect(lists).toHaveLength(1);
		const name = kind.label.toLowerCase();
		// in the order of a task's life
		expect(lists[0]?.options).toMatchObject([
			...(isCreatableKind(kind.resource)
				? [{ name: `Create ${kind.label}`, value: 'create', action: `Create ${name}` }]
				: []),
			{ name: `Get ${kind.label} Status`, action: `Get ${name} status` },
			{ name: 'Wait Until Complete', action: `Wait until ${name} is complete` },
			{ name: 'Suspend Until Complete', action: `Suspend until ${name} is complete` },
		]);
	});

	test.each<[string, string]>([
		...(isCreatableKind(kind.resource)
			? [['create', `Create ${kind.label}`] satisfies [string, string]]
			: []),
		['getStatus', `Get ${kind.label} Status`],
		['waitUntilComplete', 'Wait Until Complete'],
		['suspendUntilComplete', 'Suspend Until Complete'],
	])('on the canvas, %s is named', (operation, name) => {
		const node = {
			id: 'n',
			name: 'Kling Video',
			type: 'klingVideo',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: { resource: kind.resource, operation },
		};
		const nodeType = nodeWith(KINDS);
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: createNodeTypes({ [node.type]: nodeType }),
		});
		expect(
			workflow.expression.getSimpleParameterValue(
				node,
				nodeType.description.subtitle,
				'internal',
				{},
			),
		).toBe(name);
	});
});

describe('a task of another kind than the node takes it for', () => {
	const omni: INodeParameters = { resource: 'omniVideo', operation: 'getStatus' };

	test('is told as what the gateway says it is', async () => {
		await runKling({ sandbox, tasks: ['failure-0s'], parameters: omni });
		const result = await runKling({
			sandbox,
			tasks: ['failure-0s'],
			parameters: { ...waiting(), resource: 'lipSync' },
		});
		expect(result.error).toMatchObject({
			message: 'Task failure-0s (Omni Video) ended without a video: Image pixel is invalid',
		});
	});
});

describe('Task Path', () => {
	const other = (taskPath: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'otherVideo',
		taskPath,
		...more,
	});

	test.each([
		'getStatus',
		'waitUntilComplete',
		...(HOST_CAN_SUSPEND ? ['suspendUntilComplete'] : []),
	])('is read for each item, by %s', async (operation) => {
		const { items } = await runKling({
			sandbox,
			tasks: [
				{ task_id: 'success-0s', path: ' /effects/ ' },
				{ task_id: 'success-0s', path: 'images/generations' },
				{ task_id: 'success-0s', path: '../../secret' },
				{ task_id: 'success-0s' },
			],
			parameters: other('={{ $json.path }}', { operation }),
			settings: continueInPlace,
		});
		expect(items.map(({ json }) => json)).toMatchObject([
			{ succeeded: true },
			{ succeeded: true },
			{ error: { message: '"../../secret" cannot be a Task Path (checking task success-0s)' } },
			{ error: { message: 'The Task Path is empty (checking task success-0s)' } },
		]);
		// one task id at two paths is two tasks
		expect(sandbox.requests.map(({ path }) => path).sort()).toEqual([
			'/kling/v1/videos/effects/success-0s',
			'/kling/v1/videos/images/generations/success-0s',
		]);
	});
});

describe('a result that is no video', () => {
	const results = { resource: 'otherVideo', taskPath: 'images/generations' };

	test('is files, which are downloaded as what they are', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: ['images-0s', 'audio-0s'],
			parameters: { ...results, ...waiting(), downloadVideo: true },
		});
		expect(items).toMatchObject([
			{
				json: {
					succeeded: true,
					videoUrl: null,
					videos: [],
					files: [
						{ type: 'image', duration: null, binaryProperty: 'data' },
						{ type: 'image', duration: null, binaryProperty: 'data_1' },
					],
				},
				binary: {
					data: { mimeType: 'image/png', fileName: 'images-0s.png' },
					data_1: { mimeType: 'image/png', fileName: 'images-0s_1.png' },
				},
			},
			{
				json: {
					succeeded: true,
					files: [{ type: 'audio', duration: 5.04, binaryProperty: 'data' }],
				},
				binary: { data: { mimeType: 'audio/mpeg', fileName: 'audio-0s.mp3' } },
			},
		]);
	});

	test('a video that comes with its sound alone is a video', async () => {
		const { items } = await runKling({ sandbox, tasks: ['sound-0s'], parameters: results });
		expect(items[0]?.json).toMatchObject({ succeeded: true, videos: [{ duration: 5.1 }] });
		expect(items[0]?.json).not.toHaveProperty('files');
	});
});

test('a video has the watermark and the session that the reply has', async () => {
	const { items } = await runKling({
		sandbox,
		tasks: ['watermark-0s'],
		parameters: { resource: 'multiElements' },
	});
	expect(items[0]?.json.videos).toMatchObject([
		{ watermarkUrl: expect.stringContaining('?watermark'), sessionId: '842250903708762300' },
	]);
});
