import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';
import { CHECK_GAP_MS } from '../../nodes/KlingVideo/suspend/checkTimes';
import {
	createProgressWorkflow,
	MIN_TIMER_SECONDS,
	type ProgressWorkflowParts,
} from '../../nodes/KlingVideo/suspend/progressWorkflow';
import { MULTI_IMAGE } from '../support/taskKinds';

const CREDENTIALS = { ezModelApi: { id: 'c1', name: 'EZModel account' } };

const NODE: INode = {
	id: 'n1',
	name: 'Wait for my video',
	type: 'n8n-nodes-ezmodel-kling.klingVideo',
	typeVersion: 1,
	position: [340, 120],
	parameters: {
		operation: 'suspendUntilComplete',
		taskId: '={{ $json.id }}',
		suspendPart: 'start',
	},
	credentials: CREDENTIALS,
	onError: 'continueErrorOutput',
	retryOnFail: true,
	maxTries: 3,
	alwaysOutputData: true,
	executeOnce: true,
	notes: 'of the user',
};

const PARTS: ProgressWorkflowParts = {
	workflow: { id: 'w1', name: 'Make videos' },
	parent: { executionId: '17', path: '/n8n/workflow/w1/executions/17' },
	settings: {},
	node: NODE,
	kind: MULTI_IMAGE,
	requestOptions: { allowUnauthorizedCerts: false },
	submits: false,
	continueOnFail: false,
	createdAt: new Date('2026-11-23T10:00:00Z'),
};

const made = (parts: Partial<ProgressWorkflowParts> = {}) =>
	createProgressWorkflow({ ...PARTS, ...parts });

function nodeOf(workflow: IWorkflowBase, name: string): INode {
	const node = workflow.nodes.find((one) => one.name === name);
	if (node === undefined) throw new Error(`There is no node ${name}`);
	return node;
}

/** Where an output of a node leads. */
function after(workflow: IWorkflowBase, name: string, output = 0): string[] {
	const connections = workflow.connections[name]?.main?.[output] ?? [];
	return connections.map(({ node, type, index }) => {
		expect({ type, index }).toEqual({ type: 'main', index: 0 });
		return node;
	});
}

const KLING_NODES = ['Check Tasks', NODE.name];
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

describe('what people see in the executions list', () => {
	test('its name says whose it is', () => {
		expect(made()).toMatchObject({ id: 'w1', name: 'Make videos: waiting for Kling videos' });
	});

	test('its nodes say what they do', () => {
		expect(made().nodes.map(({ name }) => name)).toEqual([
			'Tasks',
			'Begin to Wait',
			'Suspended Until the Next Check',
			'Check Tasks',
			'All Done?',
			NODE.name,
			'Which Execution to Stop',
		]);
	});

	test('its nodes lie side by side, from left to right', () => {
		const columns = made()
			.nodes.filter(({ type }) => type !== STICKY_NOTE)
			.map(({ position: [x] }) => x);
		expect(columns).toEqual([...new Set(columns)].sort((a, b) => a - b));
	});
});

describe('the note above its nodes', () => {
	const note = nodeOf(made(), 'Which Execution to Stop');

	test('says whose videos are checked, since when, and which execution to stop', () => {
		expect(note.type).toBe(STICKY_NOTE);
		const parent = '[execution 17](/n8n/workflow/w1/executions/17)';
		for (const words of [
			`stop ${parent}, not this one`,
			'checks the Kling videos of that one since 2026-11-23 10:00 UTC',
		]) {
			expect(note.parameters.content).toContain(words);
		}
	});

	test('covers none of them, is as wide as they are, and does not run', () => {
		const workflow = made();
		const { position, parameters } = note;
		for (const {
			name,
			position: [x, y],
		} of workflow.nodes) {
			if (name === note.name) continue;
			expect(y).toBeGreaterThanOrEqual(position[1] + Number(parameters.height));
			expect(x).toBeGreaterThan(position[0]);
			expect(x).toBeLessThan(position[0] + Number(parameters.width));
		}
		expect(JSON.stringify(workflow.connections)).not.toContain(note.name);
	});
});

describe('its nodes', () => {
	test("are connected to a loop that ends with the waiting node's own name", () => {
		const workflow = made();
		expect(after(workflow, 'Tasks')).toEqual(['Begin to Wait']);
		expect(after(workflow, 'Begin to Wait')).toEqual(['Suspended Until the Next Check']);
		// what is submitted there may all be refused
		expect(after(made({ submits: true }), 'Begin to Wait')).toEqual(['All Done?']);
		expect(after(workflow, 'Suspended Until the Next Check')).toEqual(['Check Tasks']);
		expect(after(workflow, 'Check Tasks')).toEqual(['All Done?']);
		expect(after(workflow, 'All Done?', 0)).toEqual([NODE.name]);
		expect(after(workflow, 'All Done?', 1)).toEqual(['Suspended Until the Next Check']);
		expect(after(workflow, NODE.name)).toEqual([]);
		const names = workflow.nodes.map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(Object.keys(workflow.connections)));
	});

	test('have names and ids of their own', () => {
		for (const key of ['id', 'name'] as const) {
			const values = made().nodes.map((node) => node[key]);
			expect(new Set(values).size).toBe(values.length);
		}
	});

	test.each(['Tasks', 'All Done?', 'Which Execution to Stop'])(
		'have names of their own if the user has taken %s',
		(name) => {
			const workflow = made({ node: { ...NODE, name } });
			expect(new Set(workflow.nodes.map((node) => node.name)).size).toBe(workflow.nodes.length);
			expect(after(workflow, 'All Done?', 0)).toEqual([`${name} (Result)`]);
		},
	);

	test('begin with what hands items through as they are', () => {
		expect(nodeOf(made(), 'Tasks')).toMatchObject({
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			parameters: { inputSource: 'passthrough' },
		});
	});

	test('are suspended until a call wakes them, or the time is over', () => {
		expect(nodeOf(made(), 'Suspended Until the Next Check')).toMatchObject({
			type: 'n8n-nodes-base.wait',
			parameters: {
				resume: 'webhook',
				httpMethod: 'POST',
				limitWaitTime: true,
				resumeAmount: `={{ $json.pauseSeconds || ${MIN_TIMER_SECONDS} }}`,
				resumeUnit: 'seconds',
			},
		});
		// calls and timers take turns
		expect(2 * CHECK_GAP_MS).toBe(1000 * MIN_TIMER_SECONDS);
	});

	test('ask each item whether all are done', () => {
		expect(nodeOf(made(), 'All Done?')).toMatchObject({
			type: 'n8n-nodes-base.if',
			parameters: {
				conditions: {
					conditions: [
						{
							leftValue: '={{ $json.allDone }}',
							operator: { type: 'boolean', operation: 'true', singleValue: true },
						},
					],
				},
			},
		});
	});

	test.each([
		['Begin to Wait', 'begin'],
		['Check Tasks', 'checkAgain'],
		[NODE.name, 'handOver'],
	])('%s is the node that waits, in the part "%s"', (name, suspendPart) => {
		expect(nodeOf(made(), name)).toEqual({
			// an error at the end is one of the node that waits
			id: suspendPart === 'handOver' ? NODE.id : expect.any(String),
			name,
			position: expect.any(Array),
			type: NODE.type,
			typeVersion: NODE.typeVersion,
			credentials: CREDENTIALS,
			onError: 'stopWorkflow',
			parameters: {
				resource: 'multiImageVideo',
				operation: 'suspendUntilComplete',
				taskId: '={{ $json.taskId }}',
				suspendPart,
				requestOptions: { allowUnauthorizedCerts: false },
			},
		});
	});

	test.each(KLING_NODES)('%s uses the same network', (name) => {
		const requestOptions = { proxy: 'http://proxy.example:8080', allowUnauthorizedCerts: true };
		expect(nodeOf(made({ requestOptions }), name).parameters.requestOptions).toEqual(
			requestOptions,
		);
	});

	test.each(KLING_NODES)('%s never has an error output: nothing would follow it', (name) => {
		expect(nodeOf(made({ continueOnFail: true }), name).onError).toBe('continueRegularOutput');
		expect(nodeOf(made({ continueOnFail: false }), name).onError).toBe('stopWorkflow');
	});
});

describe('its settings', () => {
	const settingsOf = (settings: IWorkflowSettings) => made({ settings }).settings;

	test('are those of the workflow', () => {
		const settings: IWorkflowSettings = {
			timezone: 'Europe/Berlin',
			saveDataErrorExecution: 'none',
			saveDataSuccessExecution: 'none',
			saveExecutionProgress: true,
			binaryMode: 'separate',
		};
		expect(settingsOf(settings)).toMatchObject(settings);
	});

	test.each(['none', 'workflowsFromAList'] as const)(
		'let the workflow start it, whoever may call that: %s',
		(callerPolicy) => {
			expect(settingsOf({ callerPolicy })).toMatchObject({
				callerPolicy: 'workflowsFromSameOwner',
			});
		},
	);

	test('call no error workflow: the execution that waits does', () => {
		expect(settingsOf({ errorWorkflow: 'w9' })?.errorWorkflow).toBeUndefined();
	});

	test('have no time limit: n8n would leave the execution that waits alone for ever', () => {
		expect(settingsOf({})).toMatchObject({ executionTimeout: -1 });
		expect(settingsOf({ executionTimeout: 300 })).toMatchObject({ executionTimeout: -1 });
	});

	test("have n8n's newer order of nodes, for which it was made", () => {
		expect(settingsOf({ executionOrder: 'v0' })).toMatchObject({ executionOrder: 'v1' });
	});

	test('leave those of the workflow as they were', () => {
		const settings: IWorkflowSettings = Object.freeze({ errorWorkflow: 'w9', executionTimeout: 9 });
		settingsOf(settings);
		expect(settings).toEqual({ errorWorkflow: 'w9', executionTimeout: 9 });
	});
});

test('it is plain JSON: n8n keeps it in its database', () => {
	const { createdAt, updatedAt, ...rest } = made({ settings: { errorWorkflow: 'w9' } });
	expect(createdAt).toEqual(updatedAt);
	expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
});

test("what else the user set for the node stays there, and n8n's own node is not changed", () => {
	const before = structuredClone(NODE);
	for (const name of KLING_NODES) {
		expect(Object.keys(nodeOf(made(), name)).sort()).toEqual([
			'credentials',
			'id',
			'name',
			'onError',
			'parameters',
			'position',
			'type',
			'typeVersion',
		]);
	}
	expect(NODE).toEqual(before);
});
