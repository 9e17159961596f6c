/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv from 'ajv';
import type { INodeExecutionData } from 'n8n-workflow';
import { movableClock } from '../support/clocks';
import { runKling, waiting } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';
import { suspend, suspending } from '../support/suspending';
import { callback, TriggerHost } from '../support/triggering';

const clock = movableClock();

const sandbox = sandboxForAllTests();

/** As n8n finds it, made strict: every field, and no other. */
function schemaOf(file: string): object {
	return JSON.parse(
		readFileSync(resolve(__dirname, '../../dist/nodes', file), 'utf8'),
		(_key, value) =>
			value?.properties === undefined
				? value
				: { ...value, required: Object.keys(value.properties), additionalProperties: false },
	);
}

const ofOperation = (operation: string) =>
	`KlingVideo/__schema__/v1.0.0/multiImageVideo/${operation}.json`;

function expectPromised(file: string, items: INodeExecutionData[]) {
	const validate = new Ajv({ allowUnionTypes: true })
		.addVocabulary(['version'])
		.compile(schemaOf(file));
	for (const { json } of items) {
		validate(json);
		expect(validate.errors).toBeNull();
	}
}

const STATES = ['success-0s', 'success-9s', 'failure-0s', 'several-0s', 'result-url-0s'];

test.each([
	['getStatus', { operation: 'getStatus' }],
	[
		'waitUntilComplete',
		waiting({ onFailure: 'returnTask', onTimeout: 'returnLastStatus', maxWaitMinutes: 0.02 }),
	],
])('what %s gives is what its schema promises', async (operation, parameters) => {
	const { items } = await runKling({ sandbox, tasks: STATES, parameters });
	expect(items).toHaveLength(STATES.length);
	expectPromised(ofOperation(operation), items);
});

test('what create gives is what its schema promises', async () => {
	const options = { onFailure: 'returnTask', onTimeout: 'returnLastStatus', maxWaitMinutes: 0.02 };
	const { items } = await runKling({
		sandbox,
		tasks: STATES.map((state) => ({ prompt: `a cat [${state}]` })),
		parameters: {
			...waiting(options),
			resource: 'omniVideo',
			operation: 'create',
			prompt: '={{ $json.prompt }}',
		},
	});
	expect(items).toHaveLength(STATES.length);
	expectPromised(ofOperation('create'), items);
});

test('what suspendUntilComplete gives is what its schema promises', async () => {
	const options = { onFailure: 'returnTask', onTimeout: 'returnLastStatus', maxWaitMinutes: 2 };
	const suspended = await suspend({
		sandbox,
		tasks: [...STATES.slice(1), 'never'],
		parameters: suspending(options),
	});
	const { items } = await suspended.resume(clock.pass);
	expect(items).toHaveLength(STATES.length);
	expectPromised(ofOperation('suspendUntilComplete'), items);
});

test('what the trigger gives is what its schema promises', async () => {
	const host = await new TriggerHost({ sandbox }).start();
	const done = STATES.filter((state) => state !== 'success-9s');
	for (const state of done) await host.post(callback(state));
	await host.settled();
	const items = host.starts.flat();
	await host.close();
	expect(items).toHaveLength(done.length);
	expectPromised('KlingVideoTrigger/__schema__/v1.0.0/multiImageVideo.json', items);
});
