/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { Readable } from 'node:stream';
import { clientOf, TASKS, textAt } from '../support/client';
import { sandboxForEachTest } from '../support/sandbox';
import { shortened } from '../../sandbox/submitBody';
import { submission } from '../support/submits';

// The record of what was submitted.

const sandbox = sandboxForEachTest();

test('has each submit as it was sent, and as Kling gets it', async () => {
	const sent = { ...submission('a cat'), external_task_id: 'row-17', future: [1] };
	const { data } = await clientOf(sandbox).post<unknown>(TASKS, sent);
	expect(sandbox.submits).toEqual([
		{
			atMs: expect.any(Number),
			path: TASKS,
			body: sent,
			klingPath: 'multi-image2video',
			klingBody: {
				model_name: 'kling-v1-6',
				image_list: [{ image: 'https://example.com/a.png' }],
				prompt: 'a cat',
				mode: 'std',
				duration: '5',
				aspect_ratio: '1:1',
				external_task_id: 'row-17',
			},
			taskId: textAt(data, 'task_id'),
			externalTaskId: 'row-17',
			quota: 250_000,
		},
	]);
});

test('has what the gateway refused, and that it was not sent on', async () => {
	const sent = { ...submission('a cat'), model: 'kling-v9' };
	await clientOf(sandbox).post(TASKS, sent);
	expect(sandbox.submits).toEqual([
		{
			atMs: expect.any(Number),
			path: TASKS,
			body: sent,
			klingPath: null,
			klingBody: null,
			taskId: null,
			externalTaskId: null,
			quota: 0,
		},
	]);
});

test('image to video without an image is told as text to video', async () => {
	const client = clientOf(sandbox);
	const path = '/kling/v1/videos/image2video';
	const { data } = await client.post<unknown>(path, { ...submission('a', 'text2video') });
	const status = await client.get<unknown>(`${path}/${textAt(data, 'task_id')}`);
	expect(status.data).toMatchObject({ data: { action: 'textGenerate' } });
	expect(sandbox.submits).toMatchObject([{ klingPath: 'text2video' }]);
});

test('can be read and forgotten from outside, large ids to the last digit', async () => {
	const path = '/kling/v1/videos/omni-video';
	const json =
		'{"model":"kling-v3-omni","prompt":"a","element_list":[{"element_id":850137463219999999}]}';
	const headers = { 'Content-Type': 'application/json' };
	await clientOf(sandbox).post(path, Readable.from([json]), { headers });
	expect(sandbox.submits[0]?.klingBody?.element_list).toEqual([
		{ element_id: 850137463219999999n },
	]);
	const stranger = clientOf(sandbox, null);
	const text = async () =>
		(
			await stranger.get<string>('/sandbox/submits', {
				responseType: 'text',
				transformResponse: (body: string) => body,
			})
		).data;
	expect(await text()).toContain(`"body":${json}`);
	expect(await stranger.delete('/sandbox/submits')).toMatchObject({ status: 204 });
	expect(await text()).toBe('[]');
	expect(sandbox.requests).toHaveLength(1);
});

test('ten images of 8 MB leave their lengths and hashes', async () => {
	const image = Buffer.alloc(8_000_000, 'kling').toString('base64');
	const images = Array.from({ length: 10 }, (_, index) => `${index}${image}`);
	const body = {
		...submission('a cat', 'omni-video'),
		image_list: images.map((image_url) => ({ image_url })),
	};
	const { status } = await clientOf(sandbox).post('/kling/v1/videos/omni-video', body);
	expect(status).toBe(200);
	expect(sandbox.submits[0]?.klingBody?.image_list).toEqual(
		images.map((text) => ({ image_url: shortened(text) })),
	);
	expect(JSON.stringify(sandbox.submits).length).toBeLessThan(4000);
});
