import type { INode } from 'n8n-workflow';

export const PROGRESS_NOTE = 'Which Execution to Stop';

/** As wide as the nodes below it, so that the editor shows both as large as can be. */
const WIDTH_PX = 1300;
const HEIGHT_PX = 200;
const ABOVE_NODES_PX = 260;

/** One of the colors that n8n's editor numbers from 1 to 7: blue, since nothing is wrong. */
const BLUE = 5;

/**
 * A sticky note for people who open the progress execution. In n8n's list it is a second row of the
 * same workflow, and nothing there says which of the two may be stopped. It is short, since n8n writes it
 * to its database with each check.
 *
 * @param parent the execution whose node waits, and the path of its page in n8n
 */
export function createProgressNote(
	parent: { executionId: string; path: string },
	beganAt: Date,
): INode {
	return {
		id: 'note',
		name: PROGRESS_NOTE,
		type: 'n8n-nodes-base.stickyNote',
		typeVersion: 1,
		position: [-100, -ABOVE_NODES_PX],
		parameters: {
			content: createText(parent, beganAt),
			width: WIDTH_PX,
			height: HEIGHT_PX,
			color: BLUE,
		},
	};
}

function createText(parent: { executionId: string; path: string }, beganAt: Date): string {
	const [date, time = ''] = beganAt.toISOString().split('T');
	const link = `[execution ${parent.executionId}](${parent.path})`;
	return [
		`# To end the wait, stop ${link}, not this one`,
		`### This one checks the Kling videos of that one since ${date} ${time.slice(0, 'hh:mm'.length)} UTC, and ends by itself.`,
	].join('\n\n');
}
