/** A kind of Kling task: everything that differs between kinds is here. */
export interface TaskKind {
	/** The value of the parameter "Resource"; stored in workflows, so it never changes. */
	resource: string;
	/** What the editor and all texts call it. */
	label: string;
	/** The part of the gateway's path between `/kling/v1/videos/` and the task id. */
	path: string;
}

/** The kinds in the order of the editor's list. */
export const TASK_KINDS: readonly TaskKind[] = [
	{
		resource: 'multiImageVideo',
		label: 'Multi-Image Video',
		path: 'multi-image2video',
	},
];
