/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv from 'ajv';
import type { INodeExecutionData } from 'n8n-workflow';
import { movableClock } from '../support/clocks';
import { runKling, waiting } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';
import { suspend, suspending } from '../support/suspending';

const clock = movableClock();

const sandbox = sandboxForAllTests();

/** As n8n finds it, made strict: every field, and no other. */
function schemaOf(operation: string): object {
	const folder = 'dist/nodes/KlingVideo/__schema__/v1.0.0/multiImageVideo';
	return JSON.parse(
		readFileSync(resolve(__dirname, '../..', folder, `${operation}.json`), 'utf8'),
		(_key, value) =>
			value?.properties === undefined
				? value
				: { ...value, required: Object.keys(value.properties), additionalProperties: false },
	);
}

function expectPromised(operation: string, items: INodeExecutionData[]) {
	const validate = new Ajv({ allowUnionTypes: true })
		.addVocabulary(['version'])
		.compile(schemaOf(operation));
	expect(items).toHaveLength(STATES.length);
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
	expectPromised(operation, items);
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
	expectPromised('create', items);
});

test('what suspendUntilComplete gives is what its schema promises', async () => {
	const options = { onFailure: 'returnTask', onTimeout: 'returnLastStatus', maxWaitMinutes: 2 };
	const suspended = await suspend({
		sandbox,
		tasks: [...STATES.slice(1), 'never'],
		parameters: suspending(options),
	});
	const { items } = await suspended.resume(clock.pass);
	expectPromised('suspendUntilComplete', items);
});
