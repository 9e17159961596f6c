/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type INodeProperties } from 'n8n-workflow';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';

const loader = new PackageDirectoryLoader(resolve(__dirname, '../..'));
beforeAll(async () => await loader.loadAll());

/** What people search for in the node panel. */
const ALIASES = [
	...['Kling', 'EZModel', 'generate video', 'omni', 'text to video', 'image to video'],
	...['lip sync', 'avatar', 'motion control', 'extend video', 'multi-image', 'multi-elements'],
];

test('n8n loads the node and the credential from the package', () => {
	expect(Object.keys(loader.known.nodes)).toEqual(['klingVideo']);
	expect(Object.keys(loader.known.credentials)).toEqual(['ezModelApi']);
	const [node] = loader.types.nodes;
	expect(node).toMatchObject({
		name: 'klingVideo',
		displayName: 'Kling Video',
		usableAsTool: true,
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
		supportedNodes: ['klingVideo'],
	});
});

/** What the properties of a name can hold, and what they hold by default. */
function known(properties: INodeProperties[]): unknown {
	return Object.fromEntries(
		properties
			.filter(({ name }) => name !== 'requestOptions')
			.map(({ name, default: value, type, options = [] }) => [
				name,
				type === 'collection'
					? known(options.filter((option) => 'type' in option))
					: {
							default: value,
							...(type === 'options' && {
								values: options.flatMap((option) => ('value' in option ? option.value : [])),
							}),
						},
			]),
	);
}

/** Those that are shown for an operation. */
const propertiesOf = (resource: string, operation: string) =>
	(loader.types.nodes[0]?.properties ?? []).filter(({ displayOptions }) => {
		const { show = {} } = displayOptions ?? {};
		return (
			(show.operation === undefined || show.operation.includes(operation)) &&
			(show.resource === undefined || show.resource.includes(resource))
		);
	});

const OF_ALL = {
	resource: {
		default: 'multiImageVideo',
		values: TASK_KINDS.map(({ resource }) => resource),
	},
	operation: {
		default: 'getStatus',
		values: ['getStatus', 'waitUntilComplete', 'suspendUntilComplete'],
	},
	taskId: {
		default: '={{ $json.task_id || $json.data?.task_id || $json.taskId || $json.id }}',
	},
	downloadVideo: { default: false },
	binaryPropertyName: { default: 'data' },
	simplify: { default: true },
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
			expect(known(propertiesOf(kind.resource, operation))).toEqual({
				...OF_ALL,
				...more,
				...(kind.path === null && { taskPath: { default: '' } }),
			});
		});
	},
);

describe('the names, values and defaults that workflows rely on', () => {
	test('no other property is there', () => {
		const operations = ['getStatus', 'waitUntilComplete', 'suspendUntilComplete'];
		const shown = new Set(
			TASK_KINDS.flatMap(({ resource }) =>
				operations.flatMap((operation) => propertiesOf(resource, operation)),
			),
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

test('n8n loads the operation that is not declarative', () => {
	const { type } = loader.getNode('klingVideo');
	if (!('customOperations' in type)) throw new Error('The node has none');
	expect(type.customOperations).toEqual(
		Object.fromEntries(
			TASK_KINDS.map(({ resource }) => [resource, { suspendUntilComplete: expect.any(Function) }]),
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

test('people cannot see the part that the node itself sets', () => {
	const part = propertiesOf('multiImageVideo', 'suspendUntilComplete').find(
		({ name }) => name === 'suspendPart',
	);
	expect(part?.type).toBe('hidden');
});
