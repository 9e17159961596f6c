import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';
import { at, clientOf, textAt } from '../support/client';
import { submission } from '../support/submits';
import { RELAYS as RECORDED } from '../support/relayBodies';

// Which paths each relay answers on, and with what.

let sandbox: Sandbox;
const start = async (options: SandboxOptions = {}) => {
	sandbox = await startSandbox(options);
	return clientOf(sandbox);
};
afterEach(async () => await sandbox.close());

const KNOWN = TASK_KINDS.flatMap(({ path, action }) => (path === null ? [] : [{ path, action }]));

const UNKNOWN = [
	'effects',
	'lip-sync',
	'identify-face',
	'omni-video/more',
	'avatar',
	'../videos/omni-video-2',
];

test.each(KNOWN)('the gateway submits and tells tasks on $path', async ({ path, action }) => {
	const client = await start();
	const submitted = await client.post(
		`/kling/v1/videos/${path}`,
		submission('x [success-0s]', path),
	);
	const taskId = textAt(submitted.data, 'task_id');
	const { data } = await client.get<unknown>(`/kling/v1/videos/${path}/${taskId}`);
	expect(data).toMatchObject({ data: { task_id: taskId, action, status: 'SUCCESS' } });
	expect(sandbox.checksOf(taskId)).toHaveLength(1);
});

test('the gateway tells a task on any of its paths, as what it was submitted as', async () => {
	const client = await start();
	const submitted = await client.post(
		'/kling/v1/videos/omni-video',
		submission('x [success-0s]', 'omni-video'),
	);
	const taskId = textAt(submitted.data, 'task_id');
	for (const { path } of KNOWN) {
		const { data } = await client.get<unknown>(`/kling/v1/videos/${path}/${taskId}`);
		expect(at(data, 'data', 'action')).toBe('omniVideo');
	}
});

test.each(UNKNOWN)('the gateway does not know %s', async (path) => {
	const client = await start();
	const refusal = {
		status: 404,
		data: { error: { message: expect.stringMatching(/^Invalid URL \(/), code: '' } },
	};
	expect(await client.get(`/kling/v1/videos/${path}/x`)).toMatchObject(refusal);
	expect(await client.post(`/kling/v1/videos/${path}`, {})).toMatchObject(refusal);
	expect(RECORDED.gateway['wrong-base-api']).toMatchObject({
		status: 404,
		body: { error: { message: expect.stringMatching(/^Invalid URL \(/) } },
	});
});

describe('a newer relay', () => {
	test('knows two paths, and shows its web page on others', async () => {
		const client = await start({ relay: 'newer' });
		for (const path of ['text2video', 'image2video']) {
			const { data } = await client.get<unknown>(`/kling/v1/videos/${path}/success-0s`);
			expect(data).toMatchObject({ data: { status: 'SUCCESS' } });
		}
		const page = await client.get<unknown>('/kling/v1/videos/omni-video/success-0s');
		expect(page).toMatchObject({ status: 200, data: expect.stringMatching(/^<!doctype html>/) });
		expect(page.headers['content-type']).toMatch(/^text\/html/);
	});
});

test('a relay that knows more tells tasks on any path, without a name for their kind', async () => {
	const client = await start({ relay: 'any' });
	const { data } = await client.get<unknown>('/kling/v1/videos/images/generations/images-0s');
	expect(data).toMatchObject({ data: { status: 'SUCCESS' } });
	expect(at(data, 'data')).not.toHaveProperty('action');
});

test('what only some kinds have is in their replies', async () => {
	const client = await start();
	const tell = async (path: string) =>
		at(
			(await client.get<unknown>(`/kling/v1/videos/${path}/success-0s-${path}`)).data,
			'data',
			'data',
			'data',
		);
	expect(await tell('multi-elements')).toMatchObject({
		task_result: { videos: [{ session_id: expect.any(String) }] },
	});
	expect(await tell('video-extend')).toMatchObject({
		task_info: { parent_video: { id: expect.any(String), url: expect.any(String) } },
	});
});

test.each([
	['/images/0.png', 'image/png', '\x89PNG'],
	['/audio/0.mp3', 'application/octet-stream', '\xff\xfb'],
])('%s is a file of its kind', async (path, type, beginning) => {
	const client = await start();
	const { headers, data } = await client.get<Buffer>(path, { responseType: 'arraybuffer' });
	expect(headers['content-type']).toBe(type);
	expect(data.subarray(0, beginning.length).toString('latin1')).toBe(beginning);
});
