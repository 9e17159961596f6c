/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axios from 'axios';
import {
	createRunExecutionData,
	NodeHelpers,
	Workflow,
	type IConnections,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeType,
	type ITaskData,
} from 'n8n-workflow';
import { createNodeTypes } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { SANDBOX_TOKEN, startSandbox } from '../../sandbox/gateway';
import manifest from '../../package.json';
import { itemFor, runKling } from '../support/kling';

const KLING_TYPE = `${manifest.name}.klingVideo`;

/** n8n's own nodes that the examples use, in versions that every n8n since 1.100 has. */
const OTHER_TYPES: Record<string, number> = {
	'n8n-nodes-base.emailSend': 2.1,
	'n8n-nodes-base.filter': 2.2,
	'n8n-nodes-base.googleDrive': 3,
	'n8n-nodes-base.googleSheets': 4.5,
	'n8n-nodes-base.httpRequest': 4.2,
	'n8n-nodes-base.manualTrigger': 1,
	'n8n-nodes-base.s3': 1,
	'n8n-nodes-base.scheduleTrigger': 1.2,
	'n8n-nodes-base.set': 3.4,
	'n8n-nodes-base.stickyNote': 1,
};

interface Example {
	name: string;
	nodes: INode[];
	connections: IConnections;
}

const folder = resolve(__dirname, '../../examples');
const examples = readdirSync(folder).map((file): [string, Example] => [
	file,
	JSON.parse(readFileSync(join(folder, file), 'utf8')),
]);

const klingNodeType: INodeType = new KlingVideo();
const properties = klingNodeType.description.properties;

describe.each(examples)('examples/%s', (_file, { nodes, connections }) => {
	const names = nodes.map(({ name }) => name);
	const klingNodes = nodes.filter(({ type }) => type === KLING_TYPE);

	test('has nodes that n8n knows, each with a name of its own', () => {
		expect(new Set(names).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		for (const { type, typeVersion } of nodes) {
			expect([type, typeVersion]).toEqual(
				type === KLING_TYPE ? [KLING_TYPE, 1] : [type, OTHER_TYPES[type]],
			);
		}
		expect(klingNodes.length).toBeGreaterThan(0);
	});

	test('holds no credential, since an id means nothing in another n8n', () => {
		expect(nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
	});

	test('is connected from its trigger to every other node', () => {
		const targets = Object.values(connections).flatMap((byType) =>
			(byType.main ?? []).flatMap((output) => (output ?? []).map(({ node }) => node)),
		);
		expect(names).toEqual(expect.arrayContaining([...Object.keys(connections), ...targets]));
		const unreached = nodes.filter(({ name }) => !targets.includes(name)).map(({ type }) => type);
		const trigger = expect.stringMatching(/^n8n-nodes-base\.(manual|schedule)Trigger$/);
		expect(unreached).toHaveLength(2);
		expect(unreached).toEqual(expect.arrayContaining([trigger, 'n8n-nodes-base.stickyNote']));
	});

	test.each(klingNodes)(
		'$name has parameters that the node knows, with values it takes',
		(node) => {
			const parametersOf = (returnDefaults: boolean) =>
				NodeHelpers.getNodeParameters(
					properties,
					node.parameters,
					returnDefaults,
					false,
					node,
					klingNodeType.description,
				);
			expect(parametersOf(false)).toEqual(node.parameters);
			// the editor looks at all fields, those at their defaults as well
			const issues = NodeHelpers.getNodeParametersIssues(
				properties,
				{ ...node, parameters: parametersOf(true) ?? {} },
				klingNodeType.description,
			);
			expect(issues).toBeNull();
		},
	);

	test.each(klingNodes.filter(({ onError }) => onError === 'continueErrorOutput'))(
		'$name has both its outputs connected',
		({ name }) => {
			expect(connections[name]?.main).toHaveLength(2);
		},
	);
});

test.each(examples)(
	'what examples/%s submits is a task whose video the node then waits for, and hands on',
	async (_file, { nodes, connections }) => {
		const submit = nodeNamed(nodes, 'Submit the Video');
		const [wait] = nodes.filter(({ type }) => type === KLING_TYPE);
		if (wait === undefined) throw new Error('No Kling node');
		const fields = nodes.find(({ name }) => name === 'Your Images and Prompt');
		const row = {
			name: 'cat',
			prompt: 'A cat',
			image1: 'https://a/1.png',
			image2: ' https://a/2.png ',
			image3: '',
			model: 'm',
			aspectRatio: '',
		};
		const prepared = fields === undefined ? row : await assignedBy(fields);
		const sandbox = await startSandbox();
		try {
			const { path } = pathOf(submit.parameters.url);
			const body = JSON.parse(
				String(
					await resolved(submit.parameters.jsonBody, {
						...prepared,
						prompt: `${String(prepared.prompt)} [success-1s]`,
					}),
				),
			);
			const link = { image: expect.stringMatching(/^https:\S+$/) };
			expect(body.image_list).toEqual([link, link]);
			// left out, the gateway would make a square video
			expect(body.aspect_ratio).toBe('16:9');
			const { data: reply } = await axios.post(`${sandbox.url}${path}`, body, {
				headers: { Authorization: `Bearer ${SANDBOX_TOKEN}` },
			});
			const result = await runKling({
				sandbox,
				tasks: [reply],
				parameters: quicker(wait.parameters),
				settings: wait.onError === undefined ? {} : { onError: wait.onError },
			});
			const item = itemFor(result, 0);
			expect(item.json).toMatchObject({ succeeded: true });
			const next = nodeNamed(nodes, connections[wait.name]?.main?.[0]?.[0]?.node ?? '');
			if (next.type === 'n8n-nodes-base.set') {
				const handedOn = await assignedBy(next, item.json);
				expect(handedOn).toEqual({ videoUrl: item.json.videoUrl, seconds: 5.1 });
			} else {
				// a storage node, which takes the file from the field that it names
				const { inputDataFieldName, binaryPropertyName } = next.parameters;
				const field = String(inputDataFieldName ?? binaryPropertyName);
				expect(item.binary).toHaveProperty(field, expect.objectContaining({ fileType: 'video' }));
			}
		} finally {
			await sandbox.close();
		}
	},
);

test('its error output says what happened, what to do, and to which task', async () => {
	const { nodes } = exampleNamed('submit-and-wait.json');
	const { parameters, onError } = nodeNamed(nodes, 'Wait for the Video');
	const sandbox = await startSandbox();
	try {
		const result = await runKling({
			sandbox,
			tasks: ['failure-0s'],
			parameters,
			settings: onError === undefined ? {} : { onError },
		});
		const told = await assignedBy(
			nodeNamed(nodes, 'Say What Happened'),
			result.errorItems[0]?.json,
		);
		expect(told).toEqual({
			whatHappened: expect.stringContaining('Image pixel is invalid'),
			whatToDo: expect.stringContaining('submit a new task'),
			taskId: 'failure-0s',
		});
	} finally {
		await sandbox.close();
	}
});

// what n8n makes of a process that was killed while it checked suspended tasks: one item for all of them
test.each(examples)(
	"the error output of examples/%s reads n8n's own errors, too",
	async (_file, { nodes, connections }) => {
		const json = { error: 'Workflow did not finish, possible out-of-memory issue' };
		const [wait] = nodes.filter(({ type }) => type === KLING_TYPE);
		const next = nodeNamed(nodes, connections[wait?.name ?? '']?.main?.[1]?.[0]?.node ?? '');
		const told =
			next.type === 'n8n-nodes-base.set'
				? await assignedBy(next, json, ['842250903629010001'])
				: {
						subject: await resolved(next.parameters.subject, json, ['842250903629010001']),
						text: await resolved(next.parameters.text, json, ['842250903629010001']),
					};
		const texts = Object.values(told).join('\n');
		expect(texts).toContain(json.error);
		expect(texts).toContain('Wait for it again with the same task ID');
		expect(texts).toContain('842250903629010001');
		expect(texts).not.toMatch(/undefined|null|\[object/);
	},
);

test('where several tasks were waited for, the mail names all of them', async () => {
	const { nodes } = exampleNamed('list-in-a-sheet.json');
	const { subject } = nodeNamed(nodes, 'Tell Somebody').parameters;
	const json = { error: 'Workflow did not finish, possible out-of-memory issue' };
	expect(await resolved(subject, json, ['8422509036290100', '8422509036290101'])).toBe(
		'No video from task 8422509036290100, 8422509036290101',
	);
});

function exampleNamed(name: string): Example {
	const found = examples.find(([file]) => file === name)?.[1];
	if (found === undefined) throw new Error(`No example ${name}`);
	return found;
}

function nodeNamed(nodes: INode[], name: string): INode {
	const found = nodes.find((node) => node.name === name);
	if (found === undefined) throw new Error(`No node ${name}`);
	return found;
}

function pathOf(url: unknown): { path: string } {
	const { origin, pathname } = new URL(String(url));
	expect(origin).toBe('https://api.ezmodel.cloud');
	return { path: pathname };
}

function quicker(parameters: INodeParameters): INodeParameters {
	return { ...parameters, options: { pollingInterval: 1 } };
}

/**
 * Resolves an expression as n8n does, with `json` as the input item.
 *
 * @param submitted the tasks that "Submit the Video" has given ids for
 */
async function resolved(
	expression: unknown,
	json: IDataObject,
	submitted: string[] = [],
): Promise<unknown> {
	const submit = bareNode('Submit the Video');
	const node = bareNode('Node');
	const workflow = new Workflow({
		nodes: [submit, node],
		connections: { [submit.name]: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
		active: false,
		nodeTypes: createNodeTypes({ [node.type]: klingNodeType }),
	});
	const items = submitted.map((task_id) => ({ json: { task_id } }));
	const run: ITaskData = {
		startTime: 0,
		executionIndex: 0,
		executionTime: 0,
		source: [],
		data: { main: [items] },
	};
	return workflow.expression.getParameterValue(
		String(expression),
		createRunExecutionData({ resultData: { runData: { [submit.name]: [run] } } }),
		0,
		0,
		node.name,
		[{ json }],
		'manual',
		{},
	);
}

function bareNode(name: string): INode {
	return { id: name, name, type: 'any', typeVersion: 1, position: [0, 0], parameters: {} };
}

/** What an Edit Fields node makes of an input item. */
async function assignedBy(
	node: INode,
	json: IDataObject = {},
	submitted: string[] = [],
): Promise<IDataObject> {
	const { assignments } = Object(node.parameters.assignments);
	const fields: IDataObject = {};
	for (const { name, value } of assignments) {
		fields[name] = String(value).startsWith('=') ? await resolved(value, json, submitted) : value;
	}
	return fields;
}
