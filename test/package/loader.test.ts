/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, Workflow, type INodeParameters, type INodeProperties } from 'n8n-workflow';
import { isCreatableKind } from '../../nodes/KlingVideo/submit/submitBody';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';

const loader = new PackageDirectoryLoader(resolve(__dirname, '../..'));
beforeAll(async () => await loader.loadAll());

/** What people search for in the node panel. */
const ALIASES = [
	...[
		'Kling',
		'EZModel',
		'create video',
		'generate video',
		'omni',
		'text to video',
		'image to video',
	],
	...['lip sync', 'avatar', 'motion control', 'extend video', 'multi-image', 'multi-elements'],
];

test('n8n loads the node and the credential from the package', () => {
	expect(Object.keys(loader.known.nodes)).toEqual(['klingVideo', 'klingVideoTrigger']);
	expect(Object.keys(loader.known.credentials)).toEqual(['ezModelApi']);
	const [node] = loader.types.nodes;
	expect(node).toMatchObject({
		name: 'klingVideo',
		displayName: 'Kling Video',
		usableAsTool: {
			replacements: { description: expect.stringMatching(/^Creates a Kling video/) },
		},
		iconUrl: {
			light: 'icons/n8n-nodes-ezmodel-kling/dist/icons/klingVideo.svg',
			dark: 'icons/n8n-nodes-ezmodel-kling/dist/icons/klingVideo.dark.svg',
		},
		// n8n's panel hides a node of the category "AI" that is not made for agents alone
		codex: { categories: ['Marketing'], alias: expect.arrayContaining(ALIASES) },
	});
	const [credential] = loader.types.credentials;
	expect(credential).toMatchObject({
		name: 'ezModelApi',
		displayName: 'EZModel API',
		iconUrl: { light: expect.any(String), dark: expect.any(String) },
		supportedNodes: ['klingVideo', 'klingVideoTrigger'],
	});
});

/** What the properties of a name can hold, and what they hold by default. */
function known(properties: INodeProperties[], resource: string): unknown {
	return Object.fromEntries(
		properties
			.filter(({ name, displayOptions }) => {
				const kinds = displayOptions?.show?.['/resource'];
				return name !== 'requestOptions' && (kinds === undefined || kinds.includes(resource));
			})
			.map(({ name, default: value, type, options = [] }) => [
				name,
				type === 'collection' || type === 'fixedCollection'
					? known(options.flatMap(innerProperties), resource)
					: {
							default: value,
							...(type === 'options' && {
								values: options.flatMap((option) => ('value' in option ? option.value : [])),
							}),
						},
			]),
	);
}

function innerProperties(
	option: NonNullable<INodeProperties['options']>[number],
): INodeProperties[] {
	if ('values' in option) return option.values;
	return 'type' in option ? [option] : [];
}

/** Those that are shown for an operation. */
const propertiesOf = (resource: string, operation: string, afterSubmit = 'wait') =>
	(loader.types.nodes[0]?.properties ?? []).filter(({ displayOptions }) => {
		const { show = {} } = displayOptions ?? {};
		const isShown = (name: string, value: string) =>
			show[name] === undefined || show[name].includes(value);
		return (
			isShown('operation', operation) &&
			isShown('resource', resource) &&
			isShown('afterSubmit', afterSubmit)
		);
	});

const withoutCreate = ['getStatus', 'waitUntilComplete', 'suspendUntilComplete'];

const ofAll = (resource: string) => ({
	resource: {
		default: 'multiImageVideo',
		values: TASK_KINDS.map((kind) => kind.resource),
	},
	operation: {
		default: 'getStatus',
		values: isCreatableKind(resource) ? ['create', ...withoutCreate] : withoutCreate,
	},
	simplify: { default: true },
});
const OF_ALL_VIDEOS = {
	downloadVideo: { default: false },
	binaryPropertyName: { default: 'data' },
};
const OF_ALL_TASK_IDS = {
	taskId: {
		default: '={{ $json.task_id || $json.data?.task_id || $json.taskId || $json.id }}',
	},
	...OF_ALL_VIDEOS,
};
const OF_ALL_DOWNLOADS = { maxDownloadMegabytes: { default: 2000 } };
const OF_ALL_WAITS = {
	...OF_ALL_DOWNLOADS,
	maxFailedChecks: { default: 20 },
	maxWaitMinutes: { default: 30 },
	onFailure: { default: 'error', values: ['returnTask', 'error'] },
	onTimeout: { default: 'error', values: ['returnLastStatus', 'error'] },
};

/** Workflows keep only what differs from a default: names, values and defaults can never change. */
describe.each(TASK_KINDS)(
	'the names, values and defaults that workflows rely on: $resource',
	(kind) => {
		test.each<[string, object]>([
			['getStatus', { options: OF_ALL_DOWNLOADS }],
			['waitUntilComplete', { options: { ...OF_ALL_WAITS, pollingInterval: { default: 10 } } }],
			// a progress workflow that is suspended was made with this part's name
			['suspendUntilComplete', { options: OF_ALL_WAITS, suspendPart: { default: 'start' } }],
		])('of %s', (operation, more) => {
			expect(known(propertiesOf(kind.resource, operation), kind.resource)).toEqual({
				...ofAll(kind.resource),
				...OF_ALL_TASK_IDS,
				...more,
				...(kind.path === null && { taskPath: { default: '' } }),
			});
		});
	},
);

/** What the field "Model" names when nobody has chosen. */
const model = (value: string) => ({
	default: { mode: 'list', value, cachedResultName: value },
});
const IMAGE = {
	source: { default: 'url', values: ['url', 'binary'] },
	url: { default: '' },
	binaryField: { default: 'data' },
};
const SOUND = { sound: { default: false } };
const FRAMES = ['firstFrame', 'lastFrame'];
const CAMERA = { cameraControl: { default: '' } };
const CFG = { cfgScale: { default: 0.5 } };

describe.each<[string, object, object]>([
	['multiImageVideo', { model: model('kling-v1-6'), images: IMAGE }, {}],
	[
		'omniVideo',
		{
			model: model('kling-v3-omni'),
			images: { ...IMAGE, role: { default: 'reference', values: ['reference', ...FRAMES] } },
			...SOUND,
		},
		CFG,
	],
	['textToVideo', { model: model('kling-v3'), ...SOUND }, { ...CFG, ...CAMERA }],
	[
		'imageToVideo',
		{
			model: model('kling-v3'),
			images: { ...IMAGE, role: { default: 'firstFrame', values: FRAMES } },
			...SOUND,
		},
		{ ...CFG, ...CAMERA },
	],
])('the names, values and defaults of create: %s', (resource, fields, options) => {
	const ofCreate = {
		...ofAll(resource),
		prompt: { default: '' },
		mode: { default: 'std', values: ['std', 'pro', '4k'] },
		duration: { default: 5 },
		aspectRatio: { default: '16:9', values: ['16:9', '9:16', '1:1'] },
		afterSubmit: { default: 'wait', values: ['wait', 'suspend', 'returnTask'] },
		...fields,
	};
	const ofAllSubmits = {
		additionalFields: { default: '{}' },
		externalTaskId: { default: '' },
		maxQueueMinutes: { default: 60 },
		negativePrompt: { default: '' },
		...options,
	};
	const ofAllWaits = { ...OF_ALL_WAITS, ...ofAllSubmits, maxTasksAtOnce: { default: 5 } };

	test.each<[string, object]>([
		['wait', { ...OF_ALL_VIDEOS, options: { ...ofAllWaits, pollingInterval: { default: 10 } } }],
		[
			'suspend',
			{
				...OF_ALL_VIDEOS,
				options: {
					...ofAllWaits,
					useCallback: { default: 'automatic', values: ['always', 'automatic', 'never'] },
				},
			},
		],
		// there is no video yet that could be downloaded
		['returnTask', { options: { ...ofAllSubmits, callbackUrl: { default: '' } } }],
	])('with afterSubmit %s', (afterSubmit, more) => {
		expect(known(propertiesOf(resource, 'create', afterSubmit), resource)).toEqual({
			...ofCreate,
			...more,
		});
	});
});

describe('the names, values and defaults that workflows rely on', () => {
	test('no other property is there', () => {
		const shown = new Set(
			TASK_KINDS.flatMap(({ resource }) => [
				...withoutCreate.flatMap((operation) => propertiesOf(resource, operation)),
				...['wait', 'suspend', 'returnTask'].flatMap((afterSubmit) =>
					propertiesOf(resource, 'create', afterSubmit),
				),
			]),
		);
		expect(loader.types.nodes[0]?.properties.filter((property) => !shown.has(property))).toEqual(
			[],
		);
	});

	test('of the credential', () => {
		expect(loader.types.credentials[0]?.properties.map((p) => [p.name, p.default])).toEqual([
			['apiToken', ''],
			['baseUrl', 'https://api.ezmodel.cloud'],
		]);
	});
});

test('n8n loads the operations that are not declarative', () => {
	const { type } = loader.getNode('klingVideo');
	if (!('customOperations' in type)) throw new Error('The node has none');
	expect(type.customOperations).toEqual(
		Object.fromEntries(
			TASK_KINDS.map(({ resource }) => [
				resource,
				{
					suspendUntilComplete: expect.any(Function),
					...(isCreatableKind(resource) && { create: expect.any(Function) }),
				},
			]),
		),
	);
	// n8n takes a node with one of these for another kind of node
	for (const kind of ['execute', 'poll', 'trigger', 'webhook', 'supplyData']) {
		expect(type).not.toHaveProperty(kind);
	}
});

test('the options are shown for waiting only, and none is set until it is added', () => {
	const properties = loader.types.nodes[0]?.properties ?? [];
	const parametersOf = (operation: string) =>
		NodeHelpers.getNodeParameters(properties, { operation }, true, false, { typeVersion: 1 }, null);
	expect(parametersOf('getStatus')).not.toHaveProperty('options');
	for (const operation of ['waitUntilComplete', 'suspendUntilComplete']) {
		expect(parametersOf(operation)).toMatchObject({ options: {} });
	}
	expect(parametersOf('waitUntilComplete')).not.toHaveProperty('suspendPart');
	expect(parametersOf('suspendUntilComplete')).toMatchObject({ suspendPart: 'start' });
});

test('n8n resolves the fields of create for each kind and for what follows', () => {
	const { properties = [] } = loader.types.nodes[0] ?? {};
	const parametersOf = (resource: string, more: INodeParameters = {}) =>
		NodeHelpers.getNodeParameters(
			properties,
			{ resource, operation: 'create', ...more },
			true,
			false,
			{ typeVersion: 1 },
			null,
		);
	expect(parametersOf('textToVideo')).toMatchObject({
		model: { __rl: true, mode: 'list', value: 'kling-v3' },
		afterSubmit: 'wait',
		downloadVideo: false,
		options: {},
	});
	expect(parametersOf('textToVideo')).not.toHaveProperty('images');
	expect(parametersOf('omniVideo')).not.toHaveProperty('taskId');
	expect(
		parametersOf('omniVideo', { images: { image: [{}, { source: 'binary' }] } }),
	).toMatchObject({
		model: { value: 'kling-v3-omni' },
		images: {
			image: [
				{ source: 'url', url: '', role: 'reference' },
				{ source: 'binary', binaryField: 'data', role: 'reference' },
			],
		},
	});
	const returned = parametersOf('omniVideo', {
		afterSubmit: 'returnTask',
		downloadVideo: true,
		options: { callbackUrl: 'https://example.com', pollingInterval: 5, cameraControl: '{}' },
	});
	expect(returned).toMatchObject({ options: { callbackUrl: 'https://example.com' } });
	expect(returned).not.toHaveProperty('downloadVideo');
	expect(returned?.options).toEqual({ callbackUrl: 'https://example.com' });
	// what a workflow has kept of another operation hides nothing
	const status = { operation: 'getStatus', afterSubmit: 'returnTask' };
	expect(parametersOf('omniVideo', status)).toMatchObject({ downloadVideo: false });
});

test('the editor says how safe a retry is, and which execution to stop, where it is about that', () => {
	const hints = loader.types.nodes[0]?.hints ?? [];
	expect(hints).toMatchObject([
		{ message: expect.stringContaining('"Retry On Fail" is safe here'), location: 'outputPane' },
		{ message: expect.stringContaining('stop the one with the lower ID'), location: 'outputPane' },
	]);
});

test.each<[string, object, string[]]>([
	['a check', { operation: 'getStatus' }, []],
	['a wait', { operation: 'waitUntilComplete' }, []],
	['a suspended wait', { operation: 'suspendUntilComplete' }, ['two executions']],
	[
		'a step of the progress workflow',
		{ operation: 'suspendUntilComplete', suspendPart: 'checkAgain' },
		[],
	],
	['creating', { operation: 'create', resource: 'omniVideo' }, ['Retry On Fail']],
	[
		'creating and suspending',
		{ operation: 'create', resource: 'omniVideo', afterSubmit: 'suspend' },
		['Retry On Fail', 'two executions'],
	],
])('hints are shown where they help: %s', (_what, parameters, words) => {
	const { type } = loader.getNode('klingVideo');
	if ('nodeVersions' in type) throw new Error('The node has one version');
	const node = {
		id: 'n1',
		name: 'Kling Video',
		type: 'klingVideo',
		typeVersion: 1,
		position: [0, 0] satisfies [number, number],
		parameters: {},
	};
	const filled = NodeHelpers.getNodeParameters(
		type.description.properties,
		{ resource: 'multiImageVideo', ...parameters },
		true,
		false,
		node,
		type.description,
	);
	const workflow = new Workflow({
		nodes: [{ ...node, parameters: filled ?? {} }],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
	});
	const [placed] = Object.values(workflow.nodes);
	if (placed === undefined) throw new Error('n8n does not know the node');
	const shown = (type.description.hints ?? []).filter(
		({ displayCondition = '' }) =>
			workflow.expression.getSimpleParameterValue(placed, displayCondition, 'internal', {}) ===
			true,
	);
	expect(shown.map(({ message }) => words.find((word) => message.includes(word)))).toEqual(words);
});

test('while it is suspended, the node says what it waits for, and what to stop', () => {
	expect(loader.types.nodes[0]?.waitingNodeTooltip).toMatch(
		/waits for Kling.*View sub-execution.*stop this execution/,
	);
});

test('n8n finds the search that the field Model names', () => {
	const { type } = loader.getNode('klingVideo');
	const methods = 'methods' in type ? type.methods : undefined;
	const named = (loader.types.nodes[0]?.properties ?? [])
		.flatMap(({ modes = [] }) => modes)
		.flatMap(({ typeOptions }) => typeOptions?.searchListMethod ?? []);
	expect(named).not.toEqual([]);
	expect([...new Set(named)]).toEqual(Object.keys(methods?.listSearch ?? {}));
});

test('people cannot see the part that the node itself sets', () => {
	const part = propertiesOf('multiImageVideo', 'suspendUntilComplete').find(
		({ name }) => name === 'suspendPart',
	);
	expect(part?.type).toBe('hidden');
});

describe('the trigger', () => {
	test('n8n loads it as a trigger with a webhook of its own', () => {
		const found = loader.types.nodes.find(({ name }) => name === 'klingVideoTrigger');
		expect(found).toMatchObject({
			displayName: 'Kling Video Trigger',
			group: ['trigger'],
			inputs: [],
			webhooks: [
				{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
			],
			iconUrl: {
				light: 'icons/n8n-nodes-ezmodel-kling/dist/icons/klingVideo.svg',
				dark: 'icons/n8n-nodes-ezmodel-kling/dist/icons/klingVideo.dark.svg',
			},
			codex: { categories: ['Marketing'], alias: expect.arrayContaining(['callback', 'Kling']) },
		});
		expect(found).not.toHaveProperty('usableAsTool');
		const { type } = loader.getNode('klingVideoTrigger');
		expect(type).toHaveProperty('webhook');
		for (const kind of ['execute', 'poll', 'trigger', 'customOperations']) {
			expect(type).not.toHaveProperty(kind);
		}
	});

	test('the names, values and defaults that workflows rely on', () => {
		const found = loader.types.nodes.find(({ name }) => name === 'klingVideoTrigger');
		expect(known(found?.properties ?? [], 'multiImageVideo')).toEqual({
			resource: { default: 'multiImageVideo', values: TASK_KINDS.map(({ resource }) => resource) },
			taskPath: { default: '' },
			event: { default: 'done', values: ['done', 'failed', 'succeeded'] },
			downloadVideo: { default: false },
			binaryPropertyName: { default: 'data' },
			simplify: { default: true },
		});
	});
});
