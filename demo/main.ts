/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import '../engine/environment';
import { styleText } from 'node:util';
import axios from 'axios';
import Table from 'cli-table3';
import type { INodeExecutionData } from 'n8n-workflow';
import { EzModelApi } from '../credentials/EzModelApi.credentials';
import { startNode } from '../engine/n8nEngine';
import { KlingVideo } from '../nodes/KlingVideo/KlingVideo.node.ts';
import { npmCommand, readNumberFromOne } from '../sandbox/commandLine';
import { SANDBOX_TOKEN, startSandbox } from '../sandbox/gateway';
import { Progress } from './progress';
import type { WatchedTask } from './taskLine';

const DEFAULT_BASE_URL = 'https://api.ezmodel.cloud';

/** The bundled gateway's tasks take some seconds only. */
const SANDBOX_INTERVAL_SECONDS = 1;

interface Gateway {
	name: string;
	baseUrl: string;
	apiToken: string;
	tasks: WatchedTask[];
	/** Seconds between two checks; null for automatic checking. */
	pollingInterval: number | null;
	close(): Promise<void>;
}

/** What the user named, at a real gateway. */
function realGateway(taskIds: string[], pollingInterval: number | null): Gateway {
	const apiToken = process.env.EZMODEL_API_TOKEN;
	if (!apiToken) {
		throw new Error(
			'Set EZMODEL_API_TOKEN to your token: EZMODEL_API_TOKEN=… npm run demo -- --task ID',
		);
	}
	const baseUrl = process.env.EZMODEL_BASE_URL ?? DEFAULT_BASE_URL;
	return {
		name: baseUrl,
		baseUrl,
		apiToken,
		tasks: taskIds.map((taskId) => ({ name: 'task', taskId })),
		pollingInterval,
		close: async () => {},
	};
}

/** Submits tasks to the bundled gateway: one quick, one slow, one that fails; and one nobody knows. */
async function sandboxGateway(pollingInterval: number): Promise<Gateway> {
	const sandbox = await startSandbox();
	const submit = async (prompt: string): Promise<string> => {
		const { data } = await axios.post(
			`${sandbox.url}/kling/v1/videos/omni-video`,
			{
				model: 'kling-v3-omni',
				image_list: [
					{ image_url: 'https://example.com/cat.png' },
					{ image_url: 'https://example.com/hat.png' },
				],
				prompt,
				mode: 'std',
				aspect_ratio: '16:9',
				sound: 'off',
				duration: '5',
			},
			{ headers: { Authorization: `Bearer ${SANDBOX_TOKEN}` } },
		);
		return data.task_id;
	};
	return {
		name: `the sandbox gateway on ${sandbox.url}`,
		baseUrl: sandbox.url,
		apiToken: SANDBOX_TOKEN,
		tasks: [
			{ name: 'quick', taskId: await submit('A cat with a hat [success-4s]') },
			{ name: 'slow', taskId: await submit('A cat reads a long book [success-12s]') },
			{ name: 'fails', taskId: await submit('A cat too small to see [failure-7s]') },
			{ name: 'unknown', taskId: '842250903629099999' },
		],
		pollingInterval,
		close: sandbox.close,
	};
}

/** Wide enough for the first three columns, and for what the terminal has left. */
const COLUMN_WIDTHS = [10, 22, 13];
const LAST_COLUMN_WIDTH = { least: 30, most: 62 };

function tableOf(items: INodeExecutionData[], errorItems: INodeExecutionData[]): string {
	const { isTTY, columns } = process.stdout;
	const bordersWidth = COLUMN_WIDTHS.length + 2;
	const left = (columns ?? Infinity) - bordersWidth - COLUMN_WIDTHS.reduce((a, b) => a + b);
	const lastWidth = Math.max(LAST_COLUMN_WIDTH.least, Math.min(LAST_COLUMN_WIDTH.most, left));
	const table = new Table({
		head: ['output', 'taskId', 'status', 'videoUrl, or what the error output says'],
		style: isTTY ? { head: ['cyan'] } : { head: [], border: [] },
		wordWrap: true,
		colWidths: [...COLUMN_WIDTHS, lastWidth],
	});
	for (const { json } of items) {
		table.push(['success', String(json.taskId), String(json.status), String(json.videoUrl)]);
	}
	for (const { json } of errorItems) {
		const { taskId, status, message } = Object(json.error);
		table.push(['error', String(taskId), String(status ?? ''), String(message)]);
	}
	return table.toString();
}

function readOptions(): { task?: string[] | undefined; interval?: number | undefined } {
	return npmCommand('demo')
		.description(
			"Waits for Kling tasks on n8n's own workflow engine and shows what the node hands to the next " +
				'node. Without --task, the tasks are those of a small gateway that the demo brings: no token ' +
				'is needed, and it takes about 12 seconds.',
		)
		.option('--task <id...>', 'wait for these tasks of your own at the real gateway')
		.option(
			'--interval <seconds>',
			`time between two checks of a task (default: automatic with --task, else ${SANDBOX_INTERVAL_SECONDS})`,
			readNumberFromOne,
		)
		.addHelpText(
			'after',
			`
With --task these environment variables are read:
  EZMODEL_API_TOKEN  your token; required
  EZMODEL_BASE_URL   the gateway (default: ${DEFAULT_BASE_URL})
`,
		)
		.parse()
		.opts();
}

async function main(): Promise<void> {
	const { task: taskIds, interval } = readOptions();
	const isSandbox = taskIds === undefined;
	const gateway = isSandbox
		? await sandboxGateway(interval ?? SANDBOX_INTERVAL_SECONDS)
		: realGateway(taskIds, interval ?? null);
	try {
		const { status, items, errorItems } = await waitFor(gateway);
		const videoUrls = items.map(({ json }) => String(json.videoUrl));
		process.stdout.write(`
${tableOf(items, errorItems)}

The run ended as "${status}". ${whatNext(videoUrls, isSandbox)}
`);
		const asExpected = isSandbox
			? items.length === 2 && errorItems.length === 2
			: errorItems.length === 0;
		process.exitCode = status === 'success' && asExpected ? 0 : 1;
	} finally {
		await gateway.close();
	}
}

function whatNext(videoUrls: string[], isSandbox: boolean): string {
	if (videoUrls.length === 0) return 'There is no video.';
	return isSandbox
		? `The next node reads a video's address as {{ $json.videoUrl }}.
The addresses above belong to the sandbox gateway, which ends with this demo: they no longer open.
"npm run n8n" shows the node in n8n, beside a sandbox gateway that stays.`
		: `The next node reads each of these as {{ $json.videoUrl }}:\n${videoUrls.join('\n')}`;
}

async function waitFor({ name, tasks, baseUrl, apiToken, pollingInterval }: Gateway) {
	const bold = (text: string) => (process.stdout.isTTY ? styleText('bold', text) : text);
	process.stdout.write(`
A workflow on n8n's own engine, waiting for Kling tasks at ${name}:

  ${bold('Start')} ──► ${bold('Kling Video')} · Wait Until Complete ──► success output: the video's URL
                                             └─► error output: what happened, what to do

`);
	const progress = new Progress(tasks);
	const started = startNode({
		nodeType: new KlingVideo(),
		credentialType: new EzModelApi(),
		credential: { apiToken, baseUrl },
		parameters: {
			// the gateway of the documents tells of any task at any kind's path
			resource: 'omniVideo',
			operation: 'waitUntilComplete',
			options: pollingInterval === null ? {} : { pollingInterval },
		},
		items: tasks.map(({ taskId }) => ({ task_id: taskId })),
		settings: { onError: 'continueErrorOutput' },
	});
	// kept: a second signal, such as npm passes on, would end the demo before it has told the end
	process.on('SIGINT', started.stop);
	return await progress.showUntilEnd(started.finished);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
