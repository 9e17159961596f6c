/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axios from 'axios';
import {
	createRunExecutionData,
	NodeHelpers,
	Workflow,
	type IBinaryKeyData,
	type IConnections,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type ITaskData,
} from 'n8n-workflow';
import { createNodeTypes } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { KlingVideoTrigger } from '../../nodes/KlingVideoTrigger/KlingVideoTrigger.node';
import { CUSTOM_DATA_KEY } from '../../nodes/KlingVideo/submit/customData';
import { SANDBOX_TOKEN } from '../../sandbox/gateway';
import manifest from '../../package.json';
import { JPEG } from '../support/creating';
import { itemFor, runKling } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';
import { callback, TriggerHost } from '../support/triggering';

const KLING_TYPE = `${manifest.name}.klingVideo`;
const TRIGGER_TYPE = `${manifest.name}.klingVideoTrigger`;

/** Where an example without a mail says why there is no video. */
const SAY_WHAT_HAPPENED = 'Say What Happened';

/** n8n's own nodes that the examples use, in versions that every n8n since 1.100 has. */
const OTHER_TYPES: Record<string, number> = {
	'n8n-nodes-base.emailSend': 2.1,
	'n8n-nodes-base.filter': 2.2,
	'n8n-nodes-base.formTrigger': 2.2,
	'n8n-nodes-base.googleDrive': 3,
	'n8n-nodes-base.googleSheets': 4.5,
	'n8n-nodes-base.httpRequest': 4.2,
	'n8n-nodes-base.manualTrigger': 1,
	'n8n-nodes-base.s3': 1,
	'n8n-nodes-base.scheduleTrigger': 1.2,
	'n8n-nodes-base.set': 3.4,
	'n8n-nodes-base.stickyNote': 1,
};

interface WorkflowFile {
	name: string;
	nodes: INode[];
	connections: IConnections;
}

const root = resolve(__dirname, '../..');

function readWorkflows(folder: string): Array<[string, WorkflowFile]> {
	return readdirSync(join(root, folder)).map((file) => [
		`${folder}/${file}`,
		JSON.parse(readFileSync(join(root, folder, file), 'utf8')),
	]);
}

const examples = readWorkflows('examples');

/** The examples of version 0.1, as users have imported them: they are never changed. */
const workflowsOf01 = readWorkflows('test/fixtures/workflows-0.1');

const allWorkflows = [...examples, ...workflowsOf01];

/** Three that belong together: what one submits, another stores, or else the third. */
const WITHOUT_WAITING = ['create-and-return', 'trigger-and-store', 'nightly-sweep'].map(
	(name) => `examples/${name}.json`,
);

/** Those that submit a task and wait for its video in one execution. */
const waitingExamples = examples.filter(([file]) => !WITHOUT_WAITING.includes(file));
const workflows = [...waitingExamples, ...workflowsOf01];

const klingNodeType: INodeType = new KlingVideo();
const DESCRIPTIONS: Record<string, INodeTypeDescription> = {
	[KLING_TYPE]: klingNodeType.description,
	[TRIGGER_TYPE]: new KlingVideoTrigger().description,
};

function descriptionOf({ type }: Pick<INode, 'type'>): INodeTypeDescription {
	const description = DESCRIPTIONS[type];
	if (description === undefined) throw new Error(`${type} is not of this package`);
	return description;
}

describe.each(allWorkflows)('%s', (_file, { nodes, connections }) => {
	const names = nodes.map(({ name }) => name);
	const klingNodes = nodes.filter(({ type }) => type in DESCRIPTIONS);

	test('has nodes that n8n knows, each with a name of its own', () => {
		expect(new Set(names).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		for (const { type, typeVersion } of nodes) {
			expect([type, typeVersion]).toEqual(
				type in DESCRIPTIONS ? [type, 1] : [type, OTHER_TYPES[type]],
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
		const trigger = expect.stringMatching(
			/^n8n-nodes-base\.(form|manual|schedule)Trigger$|\.klingVideoTrigger$/,
		);
		expect(unreached).toHaveLength(2);
		expect(unreached).toEqual(expect.arrayContaining([trigger, 'n8n-nodes-base.stickyNote']));
	});

	test.each(klingNodes)(
		'$name has parameters that the node knows, with values it takes',
		(node) => {
			// as n8n stores them: without those at their defaults
			expect(parametersOf(node, false)).toEqual(node.parameters);
			// the editor looks at all fields, those at their defaults as well
			const parameters = parametersOf(node, true);
			const description = descriptionOf(node);
			expect(
				NodeHelpers.getNodeParametersIssues(
					description.properties,
					{ ...node, parameters },
					description,
				),
			).toBeNull();
			expect(unknownParameters(node, node.parameters, description.properties)).toEqual([]);
		},
	);
});

/** What a submit call sends, by its path. */
const BODIES: Record<string, (image: unknown) => object> = {
	'/kling/v1/videos/omni-video': (image) => ({
		model: expect.stringMatching(/./),
		prompt: expect.stringMatching(/./),
		image_list: [{ image_url: image }, { image_url: image }],
		// left out, Kling would make what the gateway has not charged
		mode: 'std',
		// left out, the gateway would make a square video
		aspect_ratio: '16:9',
		sound: 'off',
		// a number, the gateway cannot read
		duration: '5',
	}),
	'/kling/v1/videos/multi-image2video': (image) =>
		expect.objectContaining({
			image_list: [{ image }, { image }],
			aspect_ratio: '16:9',
		}),
};

/** What the node before gives to the one that submits, where that takes it from the item. */
const ROW = {
	name: 'cat',
	image1: 'https://a/1.png',
	image2: ' https://a/2.png ',
	image3: '',
	model: 'kling-v3-omni',
	aspectRatio: '',
};

const creates = ({ nodes }: WorkflowFile) => klingNodeOf(nodes).parameters.operation === 'create';

const sandbox = sandboxForAllTests();

/** Runs what a workflow has between its trigger and what is done with the video. */
async function runWorkflow(workflow: WorkflowFile, scenario: string) {
	const { nodes, connections } = workflow;
	const kling = klingNodeOf(nodes);
	const submitsBefore = sandbox.submits.length;
	const result = creates(workflow)
		? await runCreating(workflow, scenario)
		: await runWaiting(workflow, scenario);
	const [submit, ...more] = sandbox.submits.slice(submitsBefore);
	expect(more).toEqual([]);
	const { path = '', body = {}, taskId = '' } = submit ?? {};
	const checks = sandbox.checksOf(String(taskId));
	return {
		path,
		body,
		taskId: String(taskId),
		askedAt: [...new Set(checks.map((check) => check.path))],
		item: itemFor(result, 0),
		next: nodes.find(({ name }) => name === connections[kling.name]?.main?.[0]?.[0]?.node),
	};
}

/** One that submits by HTTP Request. */
async function runWaiting({ nodes }: WorkflowFile, scenario: string) {
	const submit = nodeNamed(nodes, 'Submit the Video');
	const fields = nodes.find(({ name }) => name === 'Your Images and Prompt');
	const prepared: IDataObject =
		fields === undefined ? { ...ROW, prompt: 'A cat' } : await assignedBy(fields);
	const prompt = `${String(prepared.prompt)} [${scenario}]`;
	const body = String(await resolved(submit.parameters.jsonBody, { ...prepared, prompt }));
	const { data: reply } = await axios.post(
		`${sandbox.url}${pathOf(submit.parameters.url)}`,
		JSON.parse(body),
		{ headers: { Authorization: `Bearer ${SANDBOX_TOKEN}` } },
	);
	return await runKling({ sandbox, tasks: [reply], ...klingRunOf(nodes) });
}

async function runCreating({ nodes }: WorkflowFile, scenario: string) {
	const { parameters, ...run } = klingRunOf(nodes);
	const prompt = String(parameters.prompt);
	const takesPrompt = prompt.startsWith('=');
	const given = `A cat [${scenario}]`;
	return await runKling({
		sandbox,
		// of the sheet, and of the form
		tasks: [{ ...ROW, prompt: given, Prompt: given }],
		parameters: takesPrompt ? parameters : { ...parameters, prompt: `${prompt} [${scenario}]` },
		binaries: nodes.map(filesOf).filter((files) => files !== null),
		...run,
	});
}

/** Two files for each field of a form that takes some, named as n8n names them; null for no form. */
function filesOf({ type, parameters }: INode): IBinaryKeyData | null {
	if (type !== 'n8n-nodes-base.formTrigger') return null;
	const { values } = Object(parameters.formFields);
	const names: string[] = values
		.filter(({ fieldType }: { fieldType: string }) => fieldType === 'file')
		.flatMap(({ fieldLabel }: { fieldLabel: string }) => {
			const name = fieldLabel.replace(/\W/g, '_');
			return [`${name}_0`, `${name}_1`];
		});
	const file = { mimeType: 'image/jpeg', data: JPEG.toString('base64') };
	return Object.fromEntries(names.map((name) => [name, file]));
}

function klingRunOf(nodes: INode[]) {
	const { parameters, onError } = klingNodeOf(nodes);
	return {
		parameters: quicker(parameters),
		settings: onError === undefined ? {} : { onError },
	};
}

type WorkflowRun = Awaited<ReturnType<typeof runWorkflow>>;

/** It is asked for where it was submitted, and the node behind gets what it takes. */
async function expectHandedOn({ path, body, taskId, askedAt, item, next }: WorkflowRun) {
	const image = expect.stringMatching(/^(?:https:\S+|\/9j\/[\w+/]+=*)$/);
	const fields = Object.entries(body).filter(([name]) => name !== 'external_task_id');
	expect(Object.fromEntries(fields)).toEqual(BODIES[path]?.(image));
	expect(askedAt).toEqual([`${path}/${taskId}`]);
	expect(item.json).toMatchObject({ succeeded: true, videoUrl: expect.stringContaining(taskId) });
	if (next?.type === 'n8n-nodes-base.set') {
		const handedOn = await assignedBy(next, item.json);
		expect(handedOn).toEqual({ videoUrl: item.json.videoUrl, seconds: 5.1 });
	} else if (next !== undefined) {
		// a storage node, which takes the file from the field that it names
		const { inputDataFieldName, binaryPropertyName } = next.parameters;
		const field = String(inputDataFieldName ?? binaryPropertyName);
		expect(item.binary).toHaveProperty(field, expect.objectContaining({ fileType: 'video' }));
	}
}

test.each(waitingExamples)(
	'%s submits one task, waits for its video, and hands it on',
	async (_file, workflow) => {
		await expectHandedOn(await runWorkflow(workflow, 'success-1s'));
	},
);

test('the first example has nothing but a trigger and the node', () => {
	const { nodes } = exampleNamed('create-omni-video.json');
	expect(nodes.map(({ type }) => type).sort()).toEqual(
		['n8n-nodes-base.manualTrigger', 'n8n-nodes-base.stickyNote', KLING_TYPE].sort(),
	);
});

test.each(workflowsOf01)('%s runs as in version 0.1', async (_file, workflow) => {
	const run = await runWorkflow(workflow, 'success-0s');
	await expectHandedOn(run);
	const { taskId, item } = run;
	const url = `${sandbox.url}/videos/${taskId}.mp4`;
	const downloads = klingNodeOf(workflow.nodes).parameters.downloadVideo === true;
	expect(item.json).toEqual({
		taskId,
		status: 'SUCCESS',
		done: true,
		succeeded: true,
		progress: 100,
		videoUrl: url,
		duration: 5.1,
		videos: [
			{ id: expect.any(String), url, duration: 5.1, ...(downloads && { binaryProperty: 'data' }) },
		],
		failureReason: null,
		wait: { checks: 1, waitedSeconds: expect.any(Number), timedOut: false },
	});
	expect(Object.keys(item.binary ?? {})).toEqual(downloads ? ['data'] : []);
});

test.each(
	workflows.filter(([, { nodes }]) => nodes.some(({ name }) => name === SAY_WHAT_HAPPENED)),
)(
	'the error output of %s says what happened, what to do, and to which task',
	async (_file, { nodes }) => {
		const { parameters, onError } = klingNodeOf(nodes);
		const result = await runKling({
			sandbox,
			tasks: ['failure-0s'],
			parameters,
			settings: onError === undefined ? {} : { onError },
		});
		const told = await assignedBy(nodeNamed(nodes, SAY_WHAT_HAPPENED), result.errorItems[0]?.json);
		expect(told).toEqual({
			whatHappened: expect.stringContaining('Image pixel is invalid'),
			whatToDo: expect.stringContaining('submit a new task'),
			taskId: 'failure-0s',
		});
	},
);

const withErrorOutput = workflows.filter(
	([, { nodes }]) => klingNodeOf(nodes).onError === 'continueErrorOutput',
);

test.each(withErrorOutput)('%s has both outputs of its node connected', (_file, workflow) => {
	expect(workflow.connections[klingNodeOf(workflow.nodes).name]?.main).toHaveLength(2);
});

/** What the node at the error output tells. */
async function toldBy({ nodes, connections }: WorkflowFile, json: IDataObject, tasks: string[]) {
	const next = nodeNamed(nodes, connections[klingNodeOf(nodes).name]?.main?.[1]?.[0]?.node ?? '');
	if (next.type === 'n8n-nodes-base.set') return await assignedBy(next, json, tasks);
	return {
		subject: await resolved(next.parameters.subject, json, tasks),
		text: await resolved(next.parameters.text, json, tasks),
	};
}

// what n8n makes of a process that was killed while it checked suspended tasks: one item for all of them
test.each(withErrorOutput)(
	"the error output of %s reads n8n's own errors, too",
	async (_file, workflow) => {
		const json = { error: 'Workflow did not finish, possible out-of-memory issue' };
		const texts = Object.values(await toldBy(workflow, json, ['842250903629010001'])).join('\n');
		expect(texts).toContain(json.error);
		expect(texts).toContain(
			creates(workflow)
				? 'get it by "Wait Until Complete" with its task ID'
				: 'Wait for it again with the same task ID',
		);
		expect(texts).toContain('842250903629010001');
		expect(texts).not.toMatch(/undefined|null|\[object/);
	},
);

const withMail = withErrorOutput.filter(([, workflow]) => creates(workflow));

test.each(withMail)('the mail of %s says why there is no video', async (_file, workflow) => {
	const failed = await runCreating(workflow, 'failure-0s');
	const taskId = String(sandbox.submits.at(-1)?.taskId);
	expect(await toldBy(workflow, failed.errorItems[0]?.json ?? {}, [taskId])).toEqual({
		subject: `No video from task ${taskId}`,
		text: expect.stringMatching(/Image pixel is invalid[^]*submit a new task/),
	});
	const refused = await runCreating(workflow, 'submit-no-quota');
	expect(await toldBy(workflow, refused.errorItems[0]?.json ?? {}, [])).toEqual({
		subject: 'No video',
		text: expect.stringMatching(/balance[^]*Top up/),
	});
});

describe('submitting in one execution, and storing in another', () => {
	const create = exampleNamed('create-and-return.json');
	const store = exampleNamed('trigger-and-store.json');
	const sweep = exampleNamed('nightly-sweep.json');

	test('the first submits with the address of the trigger, and notes the task id', async () => {
		const { parameters } = klingNodeOf(create.nodes);
		const result = await runKling({
			sandbox,
			tasks: [{ prompt: 'A cat [success-0s]' }],
			parameters,
		});
		const { body = {}, taskId } = sandbox.submits.at(-1) ?? {};
		expect(body.callback_url).toBe(Object(parameters.options).callbackUrl);
		const { value } = Object(nodeNamed(create.nodes, 'Note the Task ID').parameters.columns);
		expect(await resolved(value.taskId, itemFor(result, 0).json)).toBe(String(taskId));
	});

	test('the second starts with the file that the next node takes', async () => {
		const [trigger] = store.nodes.filter(({ type }) => type === TRIGGER_TYPE);
		const host = await new TriggerHost({ sandbox, parameters: trigger?.parameters ?? {} }).start();
		await host.post(callback('success-0s-stored'));
		await host.post(callback('failure-0s-stored', 'failed'));
		await host.settled();
		const items = host.starts.flat();
		await host.close();
		expect(items.map(({ json }) => json.taskId)).toEqual(['success-0s-stored']);
		const field = nodeNamed(store.nodes, 'Save to Google Drive').parameters.inputDataFieldName;
		expect(items[0]?.binary).toHaveProperty(String(field));
	});

	test('the third asks once for each row that has a task and no video', async () => {
		const { parameters } = klingNodeOf(sweep.nodes);
		const tasks = ['success-0s-row', 'failure-0s-row', 'never-row'].map((taskId) => ({ taskId }));
		const { items } = await runKling({ sandbox, tasks, parameters });
		expect(items.map(({ json }) => [json.succeeded, json.done])).toEqual([
			[true, true],
			[false, true],
			[false, false],
		]);
		const { value } = Object(nodeNamed(sweep.nodes, 'Say Why in the Row').parameters.columns);
		expect(await resolved(value.saved, items[1]?.json ?? {})).toBe(
			'failed: Image pixel is invalid',
		);
		expect(tasks.map(({ taskId }) => sandbox.checksOf(taskId).length)).toEqual([1, 1, 1]);
	});
});

function exampleNamed(name: string): WorkflowFile {
	const found = examples.find(([file]) => file === `examples/${name}`)?.[1];
	if (found === undefined) throw new Error(`No example ${name}`);
	return found;
}

function nodeNamed(nodes: INode[], name: string): INode {
	const found = nodes.find((node) => node.name === name);
	if (found === undefined) throw new Error(`No node ${name}`);
	return found;
}

function klingNodeOf(nodes: INode[]): INode {
	const [found, ...others] = nodes.filter(({ type }) => type === KLING_TYPE);
	if (found === undefined || others.length > 0) throw new Error('Not one Kling node');
	return found;
}

function pathOf(url: unknown): string {
	const { origin, pathname } = new URL(String(url));
	expect(origin).toBe('https://api.ezmodel.cloud');
	return pathname;
}

function parametersOf(node: INode, withDefaults: boolean): INodeParameters {
	const { parameters } = node;
	const description = descriptionOf(node);
	return (
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			withDefaults,
			false,
			node,
			description,
		) ?? {}
	);
}

/**
 * What of a node's parameters the description does not have for its resource and operation: names,
 * and values that a list of options does not offer. n8n drops or ignores these without a word.
 */
function unknownParameters(
	node: INode,
	values: INodeParameters,
	known: INodeProperties[],
): string[] {
	const all = parametersOf(node, true);
	return Object.entries(values).flatMap(([name, value]) => {
		const property = known.find(
			(one) =>
				one.name === name && NodeHelpers.displayParameter(all, one, node, descriptionOf(node), all),
		);
		if (property === undefined) return [name];
		const { type, options = [] } = property;
		if (String(value).startsWith('=')) return [];
		if (type === 'options') {
			const offered = options.flatMap((option) => ('value' in option ? [option.value] : []));
			return offered.some((one) => one === value) ? [] : [`${name}: ${String(value)}`];
		}
		if (type === 'fixedCollection') {
			const groups = options.filter((option) => 'values' in option);
			return groups.flatMap((group) =>
				Object(value)[group.name].flatMap((entry: INodeParameters) =>
					Object.keys(entry).filter((key) => !group.values.some((field) => field.name === key)),
				),
			);
		}
		if (type !== 'collection') return [];
		const inner = options.filter((option) => 'type' in option);
		return unknownParameters(node, Object(value), inner).map((path) => `${name}.${path}`);
	});
}

function quicker(parameters: INodeParameters): INodeParameters {
	return { ...parameters, options: { pollingInterval: 1 } };
}

/**
 * Resolves an expression as n8n does, with `json` as the input item.
 *
 * @param submitted the tasks that "Submit the Video" has given ids for, or the Kling node has created
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
		// as n8n gives it to every expression; the node has noted its tasks there
		{
			$execution: {
				id: '1',
				mode: 'test',
				resumeUrl: '',
				resumeFormUrl: '',
				customData: {
					get: (key) => (key === CUSTOM_DATA_KEY ? submitted.join(', ') : ''),
					getAll: () => ({}),
					set: () => {},
					setAll: () => {},
				},
			},
		},
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
