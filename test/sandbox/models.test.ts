import { RESTRICTED_TOKEN, SANDBOX_TOKEN } from '../../sandbox/gateway';
import { at, clientOf } from '../support/client';
import { RELAYS } from '../support/relayBodies';
import { sandboxForEachTest } from '../support/sandbox';

const sandbox = sandboxForEachTest();

const modelsOf = async (token: string) =>
	(await clientOf(sandbox, token).get<unknown>('/v1/models')).data;

function listIn(body: unknown): unknown[] {
	const list = at(body, 'data');
	if (!Array.isArray(list)) throw new Error('No list');
	return list;
}

const idsIn = (body: unknown) => listIn(body).map((model) => at(model, 'id'));

/** The list with one model of no name in place of all. */
function shapeOf(body: unknown): unknown {
	const [model] = listIn(body);
	return { ...Object(body), data: [{ ...Object(model), id: '' }] };
}

test('the list of models has the shape of the gateway, to the letter', async () => {
	for (const token of [SANDBOX_TOKEN, RESTRICTED_TOKEN]) {
		expect(shapeOf(await modelsOf(token))).toEqual(
			shapeOf(RELAYS.gateway['models-token-little']?.body),
		);
	}
});

test('it has models of Kling, some that name no video model, and some of others', async () => {
	expect(idsIn(await modelsOf(SANDBOX_TOKEN))).toEqual(
		expect.arrayContaining([
			'kling-v3-omni',
			'kling-video-o1',
			'kling-v3',
			'kling-v2-6',
			'kling-v2-5-turbo',
			'kling-v1-6',
			'kling-tts',
			'gpt-5',
		]),
	);
});

test('a restricted token sees what it may use', async () => {
	expect(idsIn(await modelsOf(RESTRICTED_TOKEN))).toEqual(['kling-v1-6', 'kling-v3-omni']);
});
