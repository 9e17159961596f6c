import { sleep } from 'n8n-workflow';

/**
 * Sleeps for `ms` milliseconds, or until `signal` aborts. Never throws: the caller looks at the
 * signal afterwards.
 *
 * n8n's `sleep` rejects on abort from n8n-workflow 2.34 on and ignores the signal before; a listener
 * beside it ends the sleep at once on every host.
 */
export async function abortableSleep(ms: number, signal: AbortSignal): Promise<void> {
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
