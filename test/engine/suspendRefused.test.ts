import { createRunExecutionData, type IRunExecutionData } from 'n8n-workflow';
import type { ExecutionPlace } from '../../engine/n8nEngine';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { HOST_CAN_SUSPEND } from '../support/host';
import {
	continueInPlace,
	continueWithOutput,
	errorFor,
	runKling,
	type KlingRun,
} from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';
import { Database, suspendIn, suspending, wordsOf } from '../support/suspending';

const sandbox = sandboxForEachTest();
const { runAtOnce } = suspendIn(sandbox);

/** Everything that is refused before any request is. */
async function expectRefusal(
	run: Partial<KlingRun>,
	message: RegExp,
	description = /Use the operation "Wait Until Complete"/,
) {
	const tasks = ['success-0s', 'success-600s'];
	const thrown = await runAtOnce({ tasks, ...run });
	expect(wordsOf(thrown.result)).toMatchObject({
		status: 'error',
		message: expect.stringMatching(message),
		description: expect.stringMatching(description),
		itemIndex: 0,
	});
	expect(String(Object(thrown.result.error).message)).toContain('success-0s');

	const continued = await runAtOnce({ tasks, ...run, settings: continueWithOutput });
	expect(continued.result).toMatchObject({ status: 'success', items: [] });
	tasks.forEach((taskId, index) => {
		expect(errorFor(continued.result, index)).toEqual({
			message: expect.stringMatching(message),
			description: expect.stringMatching(description),
			taskId,
			status: null,
		});
	});

	expect([...thrown.started, ...continued.started]).toEqual([]);
	expect(sandbox.requests).toEqual([]);
}

describe('where the workflow cannot be suspended, nothing is asked', () => {
	const withoutOurs = Object.assign(new KlingVideo(), { customOperations: undefined });

	test('on a host that runs the routing of the operation alone', async () => {
		await expectRefusal({ nodeType: withoutOurs }, /a tool of an AI agent cannot suspend/);
	});

	test('of which the routing tells the task as it was given', async () => {
		const { items } = await runKling({
			sandbox,
			tasks: [{}, { task_id: '..' }, 'a/b'],
			parameters: suspending(),
			nodeType: withoutOurs,
			settings: continueInPlace,
		});
		expect(items.map(({ json }) => Object(json.error).taskId)).toEqual(['', '..', 'a/b']);
		expect(sandbox.requests).toEqual([]);
	});

	if (!HOST_CAN_SUSPEND) {
		test.each<[string, Partial<KlingRun>]>([
			['a saved workflow', {}],
			['a tool', { typeName: 'klingVideoTool' }],
			['a workflow that is not saved', { place: { id: undefined } }],
			['with options', { parameters: suspending({ onTimeout: 'returnLastStatus' }) }],
			['the reply as it came', { parameters: { ...suspending(), simplify: false } }],
		])('on this n8n, which is too old: %s', async (_what, run) => {
			await expectRefusal(run, /this n8n is too old/, /Update n8n to version 2\.35 or later/);
		});
		return;
	}

	test.each(['klingVideoTool', 'n8n-nodes-ezmodel-kling.klingVideoTool'])(
		'inside the tool of an AI agent: %s',
		async (typeName) => {
			await expectRefusal({ typeName }, /a tool of an AI agent cannot suspend/);
		},
	);

	const unsaved: Array<[string, Partial<ExecutionPlace>]> = [
		...[undefined, '', '__EMPTY__', '__UNKNOWN__'].map((id): [string, Partial<ExecutionPlace>] => [
			`the workflow's id ${id}`,
			{ workflow: { id, name: 'My workflow', settings: {} } },
		]),
		...[undefined, '', '__UNKNOWN__'].map((id): [string, Partial<ExecutionPlace>] => [
			`the execution's id ${id}`,
			{ id },
		]),
	];
	test.each(unsaved)('in a workflow that is not saved: %s', async (_what, place) => {
		await expectRefusal({ place }, /only a saved workflow can be suspended/);
	});

	test.each<[string, IRunExecutionData | undefined]>([
		['n8n knows nothing of it', undefined],
		['nobody called it', createRunExecutionData()],
		[
			'the caller says nothing',
			createRunExecutionData({ parentExecution: { executionId: '0', workflowId: 'caller' } }),
		],
	])('in a sub-workflow: %s', async (_what, own) => {
		const otherExecutions = new Database();
		if (own !== undefined) otherExecutions.executions.set('1', own);
		await expectRefusal(
			{ place: { mode: 'integrated' }, otherExecutions },
			/what called this sub-workflow cannot wait/,
		);
	});
});
