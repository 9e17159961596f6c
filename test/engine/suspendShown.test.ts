import { movableClock } from '../support/clocks';
import { sandboxForEachTest } from '../support/sandbox';
import { suspendIn } from '../support/suspending';

// n8n lists two executions of the same workflow as waiting: what people find in each of them.

movableClock();
const sandbox = sandboxForEachTest();
const { suspendTasks } = suspendIn(sandbox);

test('the items tell since when each task is waited for', async () => {
	const before = Date.now();
	const { shown } = await suspendTasks(['success-60s', 'success-120s']);
	expect(shown.items).toHaveLength(2);
	for (const { json } of shown.items) {
		const startedAt = new Date(String(json.waitStartedAt));
		expect(startedAt.toISOString()).toBe(json.waitStartedAt);
		expect(startedAt.getTime()).toBeGreaterThanOrEqual(before);
		expect(startedAt.getTime()).toBeLessThanOrEqual(Date.now());
	}
});

test('the execution that waits notes which one shows its progress', async () => {
	const { shown } = await suspendTasks(['success-60s']);
	expect(shown.saved.resultData.metadata).toEqual({
		kling_progress: 'execution progress shows the progress of this one',
	});
});

test('the execution that shows the progress notes whose it is, and which one to stop', async () => {
	const { begun } = await suspendTasks(['success-60s']);
	expect(begun?.saved.resultData.metadata).toEqual({
		kling_progress_of: 'execution 1: stop that one, not this one',
	});
});

test('its note leads to the execution that waits', async () => {
	const { started } = await suspendTasks(['success-60s']);
	const note = started.code.nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote');
	expect(note?.parameters.content).toContain(
		`stop [execution 1](/workflow/${started.code.id}/executions/1), not this one`,
	);
});
