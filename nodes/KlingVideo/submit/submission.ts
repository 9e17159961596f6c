import { isAnyOf, isListOf, isNumber, isObjectWith, isText, type Guarded } from '../reading/guards';

/** Where n8n keeps a file: under an id in its binary store, or as base64 text in the item. */
const isFileLocation = isAnyOf(isObjectWith({ id: isText }), isObjectWith({ data: isText }));

export type FileLocation = Guarded<typeof isFileLocation>;

/**
 * A submit call that is complete but for being sent, as plain JSON: a suspended execution stores it until
 * there is a place for its task.
 */
export const isSubmission = isObjectWith({
	/** Of the kind of task. */
	path: isText,
	/** The body, as JSON text, with a placeholder for each file. */
	text: isText,
	files: isListOf(isObjectWith({ placeholder: isText, bytes: isNumber, location: isFileLocation })),
	/** Of all that is submitted: another request is another submission. */
	requestHash: isText,
	/** Kling's name for it; the same whenever it is sent again. */
	externalTaskId: isText,
});

export type Submission = Guarded<typeof isSubmission>;
