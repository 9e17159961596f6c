import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';

/** It begins as a JPEG does, which is what the node looks at. */
export const JPEG = Buffer.concat([
	Buffer.from('ffd8ffe000104a464946', 'hex'),
	Buffer.alloc(5000, 7),
]);

/** An item's files, as n8n keeps them without a binary store. */
export const PHOTO: IBinaryKeyData = {
	photo: { mimeType: 'image/jpeg', data: JPEG.toString('base64') },
};
export const TEXT: IBinaryKeyData = {
	text: { mimeType: 'text/plain', data: Buffer.from('no image').toString('base64') },
};

/** "Create Omni Video" from each item's prompt. */
export const creating = (
	more: INodeParameters = {},
	options: IDataObject = {},
): INodeParameters => ({
	resource: 'omniVideo',
	operation: 'create',
	prompt: '={{ $json.prompt }}',
	options: { pollingInterval: 1, ...options } as INodeParameters,
	...more,
});
