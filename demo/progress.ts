/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
import { Listr } from 'listr2';
import { onLog } from '../engine/n8nEngine';

export interface WatchedTask {
	name: string;
	taskId: string;
}

/** What the node writes to n8n's log after each check. */
interface LoggedCheck {
	taskId: string;
	kind: string;
	status: string | null;
	progress: number | null;
}

function isLoggedCheck(meta: unknown): meta is LoggedCheck {
	return typeof meta === 'object' && meta !== null && 'taskId' in meta && 'kind' in meta;
}

const REDRAW_MS = 100;

/**
 * Shows a live line for each task: its status, progress, checks, and time.
 *
 * @param ended when nothing is left to show, whatever was seen until then
 */
export async function showProgress(tasks: WatchedTask[], ended: Promise<unknown>): Promise<void> {
	const startedAtMs = Date.now();
	const lines = tasks.map(({ name, taskId }) => {
		let checks = 0;
		let said = 'first check';
		let endedAtMs: number | null = null;
		const text = () => {
			const seconds = ((endedAtMs ?? Date.now()) - startedAtMs) / 1000;
			const counted = `${checks} ${checks === 1 ? 'check' : 'checks'}`;
			return `${name.padEnd(8)} ${taskId.padEnd(19)} ${said.padEnd(18)} ${counted.padStart(9)} ${seconds.toFixed(1).padStart(6)} s`;
		};
		return {
			taskId,
			text,
			hear(check: LoggedCheck): boolean {
				checks++;
				const { status, progress, kind } = check;
				said = status === null ? kind : `${status} ${progress === null ? '' : `${progress}%`}`;
				const done =
					status === 'SUCCESS' || status === 'FAILURE' || !['task', 'trouble'].includes(kind);
				if (done) endedAtMs = Date.now();
				return done;
			},
			succeeded: () => said.startsWith('SUCCESS'),
		};
	});

	await new Listr(
		lines.map((line) => ({
			title: line.text(),
			task: async (_context: unknown, shown: { title: string; output: string }) => {
				const redraw = setInterval(() => {
					if (process.stdout.isTTY) shown.title = line.text();
				}, REDRAW_MS);
				await new Promise<void>((resolve) => {
					const unhear = onLog(({ meta }) => {
						if (!isLoggedCheck(meta) || meta.taskId !== line.taskId) return;
						const done = line.hear(meta);
						if (!process.stdout.isTTY) shown.output = line.text();
						if (done) end();
					});
					const end = () => {
						unhear();
						resolve();
					};
					void ended.then(end, end);
				});
				clearInterval(redraw);
				shown.title = line.text();
				if (!line.succeeded()) throw new Error('no video');
			},
		})),
		{
			concurrent: true,
			exitOnError: false,
			collectErrors: 'full',
			rendererOptions: { collapseErrors: false, showErrorMessage: false },
		},
	).run();
}
