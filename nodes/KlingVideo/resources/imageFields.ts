import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { CreatableKind } from '../submit/submitBody';
import { showForCreate } from './showForCreate';

// The images of "Create". Each kind of task takes other ones, so each has a field of its own.

const FILES =
	'Files from a form, Google Drive and other nodes are sent as they are: they need no public link.';

const REFERENCE: INodePropertyOptions = {
	name: 'Reference',
	value: 'reference',
	description: 'The prompt refers to it',
};

const FIRST_FRAME: INodePropertyOptions = {
	name: 'First Frame',
	value: 'firstFrame',
	description: 'The video begins with it',
};

const LAST_FRAME: INodePropertyOptions = {
	name: 'Last Frame',
	value: 'lastFrame',
	description: 'The video ends with it. This needs a first frame as well.',
};

const SOURCE_FIELDS: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		options: [
			{
				name: 'From Address',
				value: 'url',
				description: 'Kling fetches the image: its address has to be open to everybody',
			},
			{
				name: "From Input Item's File",
				value: 'binary',
				description: 'The node sends a file that an earlier node has put into the item',
			},
		],
		default: 'url',
		description: 'Where the image comes from',
	},
	{
		displayName: 'Image Address',
		name: 'url',
		type: 'string',
		required: true,
		displayOptions: { show: { source: ['url'] } },
		default: '',
		placeholder: 'e.g. https://example.com/photo.jpg',
		description:
			'The address of a JPEG or PNG file of up to 10 MB. Several can stand in lines or come as a list; the base64 text of an image works as well.',
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryField',
		type: 'string',
		required: true,
		displayOptions: { show: { source: ['binary'] } },
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the input binary field that has the file',
		description:
			'A JPEG or PNG file of up to 10 MB. Write commas between the names of several fields.',
	},
];

export const imageFields: INodeProperties[] = [
	describeImages('multiImageVideo', {
		description: `One to four images that the video is made from. ${FILES}`,
		roles: [],
	}),
	describeImages('omniVideo', {
		description: `Up to seven images that the prompt refers to, or that the video begins or ends with. ${FILES}`,
		roles: [REFERENCE, FIRST_FRAME, LAST_FRAME],
	}),
	describeImages('imageToVideo', {
		description: `The image that the video begins with, and one that it ends with if you like. ${FILES}`,
		roles: [FIRST_FRAME, LAST_FRAME],
	}),
];

/** @param roles what an image of this kind can be for; the first one is the default */
function describeImages(
	kind: CreatableKind,
	{ description, roles }: { description: string; roles: INodePropertyOptions[] },
): INodeProperties {
	const [defaultRole] = roles;
	return {
		displayName: 'Images',
		name: 'images',
		type: 'fixedCollection',
		// not "minRequiredFields": n8n's words for it do not say which field is meant
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: showForCreate([kind]),
		placeholder: 'Add Image',
		default: {},
		description,
		options: [
			{
				displayName: 'Image',
				name: 'image',
				values:
					defaultRole === undefined
						? SOURCE_FIELDS
						: [...SOURCE_FIELDS, describeRole(roles, defaultRole.value)],
			},
		],
	};
}

function describeRole(
	options: INodePropertyOptions[],
	defaultRole: INodePropertyOptions['value'],
): INodeProperties {
	return {
		displayName: 'Role',
		name: 'role',
		type: 'options',
		options,
		default: defaultRole,
		description: 'What the image is for',
	};
}
