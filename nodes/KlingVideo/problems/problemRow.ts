import type { Task } from '../gateway/task';
import type { TaskKind } from '../taskKinds';
import type { ProblemKind, ProblemOf } from './problem';

/** What the texts of a problem can speak of. */
export interface ProblemContext {
	/** As it was asked for, or as it was given if nothing could be asked; null if nothing was created. */
	taskId: string | null;
	/** Whether the node's operation submits the task itself: then to run it again would submit again. */
	creates: boolean;
	/** What the node takes the task for. */
	taskKind: TaskKind;
	/** The task in its last good reply, if there was one. */
	lastTask: Task | null;
	/** Whether the node continues on error: then other items are kept already. */
	continuesOnFail: boolean;
}

/** The same, where there is a task. */
export type TaskContext = ProblemContext & { taskId: string };

type Text<Kind extends ProblemKind, Context> =
	| string
	| ((problem: ProblemOf<Kind>, context: Context) => string);

export interface ProblemTexts<Kind extends ProblemKind, Context> {
	/** What happened. */
	message: Text<Kind, Context>;
	/** What to do about it. */
	description: Text<Kind, Context>;
}

export interface ProblemRow<Kind extends ProblemKind> extends ProblemTexts<Kind, TaskContext> {
	/** Whose error it is: the node's own, or one of the gateway and the videos' hosts. */
	error: 'node' | 'api';
	/** The HTTP status that n8n shows beside the message, where it tells something. */
	httpCode?: string | ((problem: ProblemOf<Kind>) => string | null);
	/** The texts where nothing was created, if they are others. */
	withoutTask?: ProblemTexts<Kind, ProblemContext>;
}

/** A row for each of some kinds of problems. */
export type ProblemRows<Kind extends ProblemKind> = { [K in Kind]: ProblemRow<K> };
