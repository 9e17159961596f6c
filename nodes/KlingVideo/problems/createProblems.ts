import { sanitizeText } from '../reading/untrustedText';
import { asSentence, keepOtherItems } from './advice';
import { formatMinutes } from './formatDuration';
import type { ProblemRows } from './problemRow';
import { SUBMIT_REFUSAL_TEXTS } from './submitRefusals';

const LOOK_AT_EXPRESSION =
	'If it is an expression, look at what it gives for this item, and at the item that it is read from.';
const FIELD_LABELS = {
	prompt: 'Prompt',
	negativePrompt: 'Negative Prompt',
	mode: 'Mode',
	aspectRatio: 'Aspect Ratio',
	sound: 'Sound',
	role: 'Role',
};
const ROLE_NAMES = { firstFrame: 'first frame', lastFrame: 'last frame' };

/** The problems of an item that has no task of its own yet. */
export const CREATE_PROBLEMS: ProblemRows<
	| 'noModel'
	| 'noPrompt'
	| 'promptTooLong'
	| 'noImages'
	| 'tooManyImages'
	| 'noFirstFrame'
	| 'tooManyFrames'
	| 'unusableChoice'
	| 'unusableDuration'
	| 'unusableCfgScale'
	| 'unusableCameraControl'
	| 'unusableAdditionalFields'
	| 'unusableImage'
	| 'notJpegOrPng'
	| 'imageTooLarge'
	| 'noFile'
	| 'submitRefused'
	| 'submitNotConnected'
	| 'noPlaceInTime'
	| 'submitUnclear'
	| 'createNotInTool'
> = {
	noModel: {
		error: 'node',
		message: 'Nothing was submitted: the Model is empty',
		description: `Choose one from the list in "Model", or enter its name. ${LOOK_AT_EXPRESSION}`,
	},
	noPrompt: {
		error: 'node',
		message: 'Nothing was submitted: the Prompt is empty',
		description: `Set "Prompt" to what the video should show. ${LOOK_AT_EXPRESSION}`,
	},
	promptTooLong: {
		error: 'node',
		message: ({ field, characters }) =>
			`Nothing was submitted: the ${FIELD_LABELS[field]} has ${characters} characters`,
		description: ({ field }) =>
			`Kling takes up to 2,500. Shorten the text in "${FIELD_LABELS[field]}".`,
	},
	noImages: {
		error: 'node',
		message: 'Nothing was submitted: there is no image',
		description: (_, { taskKind }) =>
			`${taskKind.label} needs at least one: add it under "Images". If it is there, its field gives nothing for this item: look at the expression in it.`,
	},
	tooManyImages: {
		error: 'node',
		message: ({ images, maxImages }) =>
			`Nothing was submitted: there are ${images} images, and Kling takes up to ${maxImages} here`,
		description: (_, { taskKind }) =>
			`Remove some under "Images". One entry counts as several images if it has several addresses or files.${
				taskKind.resource === 'omniVideo'
					? ' With a reference video, Omni Video takes fewer images than without.'
					: ''
			}`,
	},
	noFirstFrame: {
		error: 'node',
		message: 'Nothing was submitted: there is a last frame, but no first frame',
		description:
			'Kling makes no video from a last frame alone. Add an image under "Images" and make it the first frame in "Role".',
	},
	tooManyFrames: {
		error: 'node',
		message: ({ role }) => `Nothing was submitted: there is more than one ${ROLE_NAMES[role]}`,
		description: ({ role }) =>
			`Under "Images", make one image alone the ${ROLE_NAMES[role]} in "Role". One entry counts as several images if it has several addresses or files.`,
	},
	unusableChoice: {
		error: 'node',
		message: ({ field, given }) =>
			given === ''
				? `Nothing was submitted: the ${FIELD_LABELS[field]} is empty`
				: `Nothing was submitted: the ${FIELD_LABELS[field]} cannot be ${given}`,
		description: ({ field, values }) =>
			`"${FIELD_LABELS[field]}" has one of these values: ${values}. ${LOOK_AT_EXPRESSION}`,
	},
	unusableDuration: {
		error: 'node',
		message: 'Nothing was submitted: the Duration is not a whole number from 1 to 60',
		description: `Set "Duration (Seconds)" to such a number, without a unit; all models make videos of 5 seconds. ${LOOK_AT_EXPRESSION}`,
	},
	unusableCfgScale: {
		error: 'node',
		message: 'Nothing was submitted: the CFG Scale is not between 0 and 1',
		description: `Set "CFG Scale" to a number from 0 to 1, such as 0.5, or remove the option. ${LOOK_AT_EXPRESSION}`,
	},
	unusableCameraControl: {
		error: 'node',
		message: 'Nothing was submitted: the Camera Control is not a JSON object',
		description:
			'Set "Camera Control" to an object such as {"type": "down_back"}, or remove the option. Names and texts stand in double quotes, and there is no comma after the last entry.',
	},
	unusableAdditionalFields: {
		error: 'node',
		message: 'Nothing was submitted: the Additional Fields are not a JSON object',
		description:
			'Set "Additional Fields" to an object such as {"name": "value"}, or remove the option. Names and texts stand in double quotes, and there is no comma after the last entry.',
	},
	unusableImage: {
		error: 'node',
		message: ({ given }) =>
			`Nothing was submitted: an image is neither an address nor base64 text: ${given}`,
		description:
			'Under "Images", give an address that begins with http:// or https://, or the base64 text of a JPEG or PNG file. For a file of the input item, set "Source" to "From Input Item\'s File". If an expression gives the image, look at what it gives for this item.',
	},
	notJpegOrPng: {
		error: 'node',
		message: ({ image }) =>
			`Nothing was submitted: ${sanitizeText(image)} is neither a JPEG nor a PNG file`,
		description:
			'Kling takes no other images. Convert it before, for example with n8n\'s node "Edit Image".',
	},
	imageTooLarge: {
		error: 'node',
		message: ({ image, megabytes }) =>
			`Nothing was submitted: ${sanitizeText(image)} has ${megabytes.toFixed(1)} MB`,
		description:
			'Kling takes images of up to 10.4 MB. Make it smaller before, for example with n8n\'s node "Edit Image".',
	},
	noFile: {
		error: 'node',
		message: ({ field }) =>
			`Nothing was submitted: the input item has no file in the field "${sanitizeText(field)}"`,
		description:
			'Set "Input Data Field Name" under "Images" to the field that has the file: the node before shows it on the "Binary" tab of its output. Some nodes hand on no files.',
	},
	submitRefused: {
		error: 'api',
		httpCode: ({ reason }) => SUBMIT_REFUSAL_TEXTS[reason].httpCode ?? null,
		message: ({ reason, words }) => {
			const { message } = SUBMIT_REFUSAL_TEXTS[reason];
			return typeof message === 'function' ? message(words) : message;
		},
		description: ({ reason, words }, context) =>
			SUBMIT_REFUSAL_TEXTS[reason].description(words, context),
	},
	submitNotConnected: {
		error: 'api',
		message: ({ cause }) => `Nothing was submitted: no connection to the gateway (${cause})`,
		description: (_, context) =>
			`It was tried several times, and nothing was charged. Look at "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud) and at n8n's network. A node that waits for its videos tries longer with a higher "Max Failed Checks".${keepOtherItems(context)}`,
	},
	noPlaceInTime: {
		error: 'api',
		message: ({ maxQueueMinutes }) =>
			maxQueueMinutes === 0
				? 'Nothing was submitted: Kling has no free place for this task'
				: `Nothing was submitted: no place for this task got free within ${formatMinutes(maxQueueMinutes)}`,
		description: ({ cause }, context) =>
			`Kling takes only so many unfinished tasks of an account; nothing was charged. Raise the option "Max Queue Time (Minutes)", or run with fewer items; a node that waits for its videos can also set "Max Tasks at Once". If it stays so, the gateway's own account at Kling may be used up: ask EZModel's support. The last reply was: ${asSentence(cause)}${keepOtherItems(context)}`,
	},
	submitUnclear: {
		error: 'api',
		message: ({ isRemembered, isAccepted, cause }) => {
			if (isAccepted) return `The task was accepted, but its id is not known: ${cause}`;
			return isRemembered
				? `It is not clear whether an earlier try has created a task: ${cause}`
				: `It is not clear whether a task was created: ${cause}`;
		},
		description: ({ isAccepted, externalTaskId }, context) => {
			const id = sanitizeText(externalTaskId);
			const whatToDo = isAccepted
				? `It was most likely charged, and Kling may be making the video. Ask EZModel's support about it, with the time and its External Task ID ${id}. The operation "Wait Until Complete" of the same resource gets the video by the task id.`
				: `It may have been charged. Look in the task list of the EZModel console for a task of that time; its External Task ID is ${id}. If it is there, the operation "Wait Until Complete" of the same resource gets the video by its task id; if it is not, ask EZModel's support.`;
			return `${whatToDo} No retry of this execution submits it again; to submit it anew, run the workflow anew.${keepOtherItems(context)}`;
		},
	},
	createNotInTool: {
		error: 'node',
		message: 'Nothing was submitted: in this n8n, a tool of an AI agent cannot submit a video',
		description:
			'Put this node into a workflow of its own, and give the agent that workflow as a tool.',
	},
};
