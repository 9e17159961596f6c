import type { IBinaryData } from 'n8n-workflow';
import {
	isListOf,
	isNumber,
	isObjectWith,
	isText,
	type Guard,
	type Guarded,
} from '../reading/guards';
import { isJsonObject } from '../reading/readJson';

/** How n8n names a file: by its id in n8n's binary store, or with its bytes as base64 text. */
const isBinaryData: Guard<IBinaryData> = (value): value is IBinaryData =>
	isJsonObject(value) && (isText(value.id) || isText(value.data));

/**
 * A submit call that is complete but for being sent, as plain JSON: a suspended execution stores it until
 * there is a place for its task.
 */
export const isSubmission = isObjectWith({
	/** Of the kind of task. */
	path: isText,
	/** The body, as JSON text, with a placeholder for each file. */
	text: isText,
	files: isListOf(isObjectWith({ placeholder: isText, bytes: isNumber, binary: isBinaryData })),
	/** Of all that is submitted: another request is another submission. */
	requestHash: isText,
	/** Kling's name for it; the same whenever it is sent again. */
	externalTaskId: isText,
});

export type Submission = Guarded<typeof isSubmission>;
