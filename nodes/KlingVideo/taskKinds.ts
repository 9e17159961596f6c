/** A kind of Kling task: everything that differs between kinds is here. */
export interface TaskKind {
	/** The value of the parameter "Resource"; stored in workflows, so it never changes. */
	resource: string;
	/** What the editor and all texts call it. */
	label: string;
	/**
	 * The part of the gateway's path between `/kling/v1/videos/` and the task id. Null for tasks whose
	 * path the user names in the parameter "Task Path".
	 */
	path: string | null;
	/** What the gateway's replies call it in `action`, by its relay's source. */
	action: string | null;
}

/** Resource, label, path and action of each kind, in the alphabetical order of the editor's list. */
const ROWS: ReadonlyArray<readonly [string, string, string | null, string | null]> = [
	['avatarVideo', 'Avatar Video', 'avatar/image2video', 'avatarImage2Video'],
	['imageToVideo', 'Image to Video', 'image2video', 'generate'],
	['lipSync', 'Lip Sync', 'advanced-lip-sync', 'advancedLipSync'],
	['motionControl', 'Motion Control', 'motion-control', 'motionControl'],
	['multiElements', 'Multi-Elements', 'multi-elements', 'multiElementsCreate'],
	['multiImageVideo', 'Multi-Image Video', 'multi-image2video', 'multiImage2Video'],
	['omniVideo', 'Omni Video', 'omni-video', 'omniVideo'],
	['otherVideo', 'Other Video', null, null],
	['textToVideo', 'Text to Video', 'text2video', 'textGenerate'],
	['videoExtension', 'Video Extension', 'video-extend', 'videoExtend'],
];

export const TASK_KINDS: readonly TaskKind[] = ROWS.map(([resource, label, path, action]) => ({
	resource,
	label,
	path,
	action,
}));

/** @returns null for a value that is no resource */
export function findKindByResource(resource: unknown): TaskKind | null {
	return TASK_KINDS.find((kind) => kind.resource === resource) ?? null;
}

/**
 * @param action as a reply of the gateway says it
 * @returns null for one that no kind has
 */
export function findKindByAction(action: string | null): TaskKind | null {
	return TASK_KINDS.find((kind) => kind.action !== null && kind.action === action) ?? null;
}
