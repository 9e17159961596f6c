import { sleep } from 'n8n-workflow';

/**
 * Sleeps for `ms` milliseconds, or until `signal` aborts. Never throws: whoever waits looks at the
 * signal afterwards.
 *
 * n8n's `sleep` rejects on abort from n8n-workflow 2.34 on and ignores the signal before; listening
 * as well ends the pause at once on every host.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
	if (signal.aborted || ms <= 0) return;
	await new Promise<void>((resolve) => {
		const wake = () => {
			signal.removeEventListener('abort', wake);
			resolve();
		};
		signal.addEventListener('abort', wake);
		sleep(ms, signal).then(wake, wake);
	});
}
