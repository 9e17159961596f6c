/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { Listr, PRESET_TIMER } from 'listr2';
import { installTasks } from './install';
import { packPackage } from './pack';

/** n8n, unless it is there already, and this package as it would be published. */
async function main(): Promise<void> {
	await new Listr(
		[
			...installTasks(),
			{
				title: 'Packing this package',
				task: async () => {
					await packPackage();
				},
			},
		],
		{ rendererOptions: { timer: PRESET_TIMER }, fallbackRendererOptions: { timer: PRESET_TIMER } },
	).run();
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
