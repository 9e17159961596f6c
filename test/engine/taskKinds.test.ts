/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Workflow, type INodeType } from 'n8n-workflow';
import { createNodeTypes } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { createCustomOperations } from '../../nodes/KlingVideo/resources/operations';
import { createSubtitle, describeProperties } from '../../nodes/KlingVideo/resources/properties';
import { TASK_KINDS, type TaskKind } from '../../nodes/KlingVideo/taskKinds';
import { SUCCESS, TASK_ID } from '../support/bodies';
import { runKling } from '../support/kling';
import { HOST_CAN_SUSPEND, suspending } from '../support/suspending';

// A row that is added to the table of kinds is all that the node needs.

const ADDED: TaskKind = { resource: 'clayFilm', label: 'Clay Film', path: 'clay/film' };
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

/** What each request asked for. */
let paths: string[] = [];
let server: Server;
let url = '';
beforeEach(async () => {
	paths = [];
	server = createServer((request, response) => {
		paths.push(String(request.url));
		response.setHeader('Content-Type', 'application/json');
		response.end(SUCCESS);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const operations = KINDS.flatMap((kind) =>
	['getStatus', 'waitUntilComplete', ...(HOST_CAN_SUSPEND ? ['suspendUntilComplete'] : [])].map(
		(operation) => ({ kind, operation }),
	),
);

test.each(operations)(
	'$operation checks a task of the kind $kind.resource on its path',
	async ({ kind: { resource, path }, operation }) => {
		const { items } = await runKling({
			sandbox: { url },
			tasks: [TASK_ID],
			nodeType: nodeWith(KINDS),
			parameters: { ...suspending(), resource, operation },
		});
		expect(items.map(({ json }) => json)).toMatchObject([{ taskId: TASK_ID, succeeded: true }]);
		expect(paths).toEqual([`/kling/v1/videos/${path}/${TASK_ID}`]);
	},
);

test('the editor lists the kind, and each of its operations with its name', () => {
	const { properties } = nodeWith(KINDS).description;
	const [resource] = properties;
	expect(resource?.options).toContainEqual({ name: 'Clay Film', value: 'clayFilm' });
	const lists = properties.filter(
		({ name, displayOptions }) =>
			name === 'operation' && displayOptions?.show?.resource?.includes('clayFilm'),
	);
	expect(lists).toHaveLength(1);
	expect(lists[0]?.options).toMatchObject([
		{ name: 'Get Clay Film Status', action: 'Get clay film status' },
		{ name: 'Suspend Until Complete', action: 'Suspend until clay film is complete' },
		{ name: 'Wait Until Complete', action: 'Wait until clay film is complete' },
	]);
});

test.each(operations)(
	'its subtitle for $kind.resource $operation is a name',
	({ kind, operation }) => {
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
		const name = workflow.expression.getSimpleParameterValue(
			node,
			nodeType.description.subtitle,
			'internal',
			{},
		);
		expect(name).toBe(
			operation === 'getStatus'
				? `Get ${kind.label} Status`
				: operation === 'waitUntilComplete'
					? 'Wait Until Complete'
					: 'Suspend Until Complete',
		);
	},
);
