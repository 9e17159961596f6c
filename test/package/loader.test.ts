/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';
import { NodeHelpers, type INodeProperties } from 'n8n-workflow';

const loader = new PackageDirectoryLoader(resolve(__dirname, '../..'));
beforeAll(async () => await loader.loadAll());

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
		codex: { categories: ['Marketing'], alias: expect.arrayContaining(['Kling', 'EZModel']) },
	});
	const [credential] = loader.types.credentials;
	expect(credential).toMatchObject({
		name: 'ezModelApi',
		displayName: 'EZModel API',
		iconUrl: { light: expect.any(String), dark: expect.any(String) },
		supportedNodes: ['klingVideo'],
	});
});

/** Workflows keep only what differs from a default: names, values and defaults can never change. */
test('the names, values and defaults that workflows rely on', () => {
	const [node] = loader.types.nodes;
	const known = (properties: INodeProperties[]): unknown =>
		Object.fromEntries(
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
	expect(known(node?.properties ?? [])).toEqual({
		resource: { default: 'multiImageVideo', values: ['multiImageVideo'] },
		operation: { default: 'getStatus', values: ['getStatus', 'waitUntilComplete'] },
		taskId: {
			default: '={{ $json.task_id || $json.data?.task_id || $json.taskId || $json.id }}',
		},
		downloadVideo: { default: false },
		binaryPropertyName: { default: 'data' },
		simplify: { default: true },
		options: {
			maxFailedChecks: { default: 20 },
			maxWaitMinutes: { default: 30 },
			onFailure: { default: 'error', values: ['returnTask', 'error'] },
			onTimeout: { default: 'error', values: ['returnLastStatus', 'error'] },
			pollingInterval: { default: 10 },
		},
	});
	expect(loader.types.credentials[0]?.properties.map((p) => [p.name, p.default])).toEqual([
		['apiToken', ''],
		['baseUrl', 'https://api.ezmodel.cloud'],
	]);
});

test('the options are shown for waiting only, and none is set until it is added', () => {
	const properties = loader.types.nodes[0]?.properties ?? [];
	const parametersOf = (operation: string) =>
		NodeHelpers.getNodeParameters(properties, { operation }, true, false, { typeVersion: 1 }, null);
	expect(parametersOf('getStatus')).not.toHaveProperty('options');
	expect(parametersOf('waitUntilComplete')).toMatchObject({ options: {} });
});
