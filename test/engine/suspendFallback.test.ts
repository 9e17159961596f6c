import type { IExecuteFunctions } from 'n8n-workflow';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { HOST_WATCHES_SUSPENDED } from '../support/host';
import { sandboxForEachTest } from '../support/sandbox';
import { suspendIn, suspending } from '../support/suspending';

const DAY_MS = 24 * 60 * 60_000;
const MAX_WAIT_MINUTES = 10;

const sandbox = sandboxForEachTest();
const { suspendTasks } = suspendIn(sandbox);

/** As on n8n before 2.41, which does not note which execution waits for which. */
function nodeOnUnwatchedHost(): KlingVideo {
	const node = new KlingVideo();
	for (const operations of Object.values(node.customOperations)) {
		const { suspendUntilComplete } = operations;
		if (suspendUntilComplete === undefined) throw new Error('No operation');
		operations.suspendUntilComplete = async function (this: IExecuteFunctions) {
			const start = this.executeWorkflow.bind(this);
			this.executeWorkflow = async (...args) => {
				const result = await start(...args);
				delete this.getExecuteData().metadata?.waitingChildExecutionIds;
				return result;
			};
			return await suspendUntilComplete.call(this);
		};
	}
	return node;
}

const parameters = suspending({ maxWaitMinutes: MAX_WAIT_MINUTES });
const tasks = ['success-600s-a', 'success-600s-b'];

test('where n8n does not watch over it, the node wakes up by itself and says that the progress was lost', async () => {
	const beforeMs = Date.now();
	const { shown } = await suspendTasks(tasks, { nodeType: nodeOnUnwatchedHost(), parameters });
	expect(shown.status).toBe('waiting');
	const { waitTill, executionData } = shown.saved;
	const startedAtMs = Number(waitTill) - MAX_WAIT_MINUTES * 60_000 - 7 * DAY_MS;
	expect(startedAtMs).toBeGreaterThanOrEqual(beforeMs);
	expect(startedAtMs).toBeLessThanOrEqual(Date.now());
	// what n8n gives as the node's output when it wakes up
	const [output] = executionData?.nodeExecutionStack[0]?.data.main ?? [];
	expect(output).toEqual(
		tasks.map((taskId, item) => ({
			json: {
				error: {
					message: expect.stringContaining(`What became of task ${taskId} is not known`),
					description: expect.stringContaining('Run this node again with the same Task ID'),
					taskId,
					status: 'SUBMITTED',
				},
			},
			pairedItem: { item },
		})),
	);
});

// elsewhere, the test above needs no stand-in
if (HOST_WATCHES_SUSPENDED) {
	test('where n8n watches over it, it waits for n8n', async () => {
		const { shown } = await suspendTasks(tasks, { parameters });
		const { waitTill, executionData } = shown.saved;
		expect(Number(waitTill)).toBeGreaterThan(Date.now() + 365 * DAY_MS);
		const [input] = executionData?.nodeExecutionStack[0]?.data.main ?? [];
		expect(input?.map(({ json }) => json)).toEqual(tasks.map((task_id) => ({ task_id })));
	});
}
