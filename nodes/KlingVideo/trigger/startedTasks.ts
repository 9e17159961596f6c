import type { IDataObject } from 'n8n-workflow';
import { isListOf, isObjectWith, isOneOf, isText } from '../reading/guards';

/** The version of what is written. Examples of each are kept in the tests. */
export const STARTED_TASKS_VERSION = 1;

/**
 * How many tasks are kept in mind. Kling repeats a callback within minutes, if at all; n8n reads and
 * writes them all with each callback.
 */
export const MAX_STARTED_TASKS = 1000;

const isStored = isObjectWith({
	version: isOneOf(STARTED_TASKS_VERSION),
	/** Oldest first. */
	taskIds: isListOf(isText),
});

/** Where n8n's static data of the node has them. */
const KEY = 'startedTasks';

/**
 * The tasks that a trigger has started its workflow for.
 *
 * n8n reads the static data anew for each call of a webhook and writes it as a whole afterwards: of two
 * calls at a time, the later one would forget what the earlier one has added. So this is kept in the
 * process, takes in what others have stored, and is always written whole.
 */
export class StartedTasks {
	/** In the order in which they were added. */
	private readonly taskIds = new Set<string>();

	has(taskId: string): boolean {
		return this.taskIds.has(taskId);
	}

	add(taskId: string): void {
		this.taskIds.add(taskId);
		for (const oldest of this.taskIds) {
			if (this.taskIds.size <= MAX_STARTED_TASKS) break;
			this.taskIds.delete(oldest);
		}
	}

	/**
	 * Takes in what is stored. What cannot be read counts as nothing: another version's, or a hand's.
	 *
	 * @param staticData of the node
	 */
	load(staticData: IDataObject): void {
		const stored: unknown = staticData[KEY];
		if (!isStored(stored)) return;
		// what is stored is older than what only this process knows
		const known = [...this.taskIds];
		this.taskIds.clear();
		for (const taskId of [...stored.taskIds, ...known]) this.add(taskId);
	}

	/** Writes them into n8n's static data, which n8n saves when the call has ended. */
	store(staticData: IDataObject): void {
		// n8n notices a change of its own object only
		staticData[KEY] = { version: STARTED_TASKS_VERSION, taskIds: [...this.taskIds] };
	}
}
