import type { IDataObject, INodeParameters, INodeProperties, INodeType } from 'n8n-workflow';
import { KlingVideo } from '../../nodes/KlingVideo/KlingVideo.node';
import { readRequestedVideo } from '../../nodes/KlingVideo/submit/createParameters';
import { CREATABLE_KINDS, createSubmitBody } from '../../nodes/KlingVideo/submit/submitBody';
import { runKling } from '../support/kling';
import { sandboxForEachTest } from '../support/sandbox';

// The fields of "Create" declare by `routing` what they are in the body. A function of this package sends
// the call, since it has to know more; here n8n itself sends it, so that the two cannot come apart.

const sandbox = sandboxForEachTest();

/** The node without anything of its own that could run "Create". */
function declaredNode(): INodeType {
	const { description } = new KlingVideo();
	return {
		description: { ...description, properties: description.properties.map(withoutPagination) },
	};
}

function withoutPagination(property: INodeProperties): INodeProperties {
	if (property.name !== 'operation') return property;
	const options = (property.options ?? []).filter((option) => 'value' in option);
	return {
		...property,
		options: options.map(({ routing, ...option }) => ({
			...option,
			...(routing?.request !== undefined && { routing: { request: routing.request } }),
		})),
	};
}

/** What create/ makes of the same values. */
function bodyOf(kind: (typeof CREATABLE_KINDS)[number], parameters: INodeParameters): IDataObject {
	const read = readRequestedVideo('firstFrame', (name, fallback) => parameters[name] ?? fallback);
	if (read.kind !== 'video') throw new Error(read.kind);
	const images = kind === 'textToVideo' ? [] : [{ value: 'https://example.com/a.png' }];
	const body = createSubmitBody(kind, {
		...read.video,
		images: images.map((image) => ({ ...image, role: 'firstFrame' })),
		externalTaskId: 'external',
	});
	if (body.kind !== 'body') throw new Error(body.kind);
	return JSON.parse(body.text);
}

describe.each(CREATABLE_KINDS)('%s', (kind) => {
	test.each<[string, INodeParameters]>([
		['the fewest values', { model: { __rl: true, mode: 'list', value: 'kling-v3' } }],
		[
			'other values',
			{
				model: { __rl: true, mode: 'name', value: 'my-own-model' },
				mode: 'pro',
				duration: 10,
				aspectRatio: '9:16',
				sound: true,
			},
		],
	])('n8n sends what the fields declare: %s', async (_, values) => {
		const parameters = { prompt: 'a "cat" and\na dog', ...values };
		await runKling({
			sandbox,
			nodeType: declaredNode(),
			tasks: [{ task_id: '1' }],
			parameters: { resource: kind, operation: 'create', ...parameters },
		});
		const [submit] = sandbox.submits;
		expect(sandbox.submits).toHaveLength(1);
		const sent = bodyOf(kind, parameters);
		for (const name of ['image', 'image_list', 'external_task_id']) delete sent[name];
		expect(submit?.body).toEqual(sent);
	});
});
