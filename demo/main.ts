/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import '../engine/environment';
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
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
	/** What the node does there, as the editor calls it. */
	operation: string;
	parameters: INodeParameters;
	/** The input items, one for each task. */
	items: IDataObject[];
	tasks: WatchedTask[];
	/** A line on what it cost; empty where that is not known. */
	describeCharges(): string;
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
		operation: 'Wait Until Complete',
		parameters: {
			// the gateway of the documents tells of any task at any kind's path
			resource: 'omniVideo',
			operation: 'waitUntilComplete',
			options: pollingInterval === null ? {} : { pollingInterval },
		},
		items: taskIds.map((taskId) => ({ task_id: taskId })),
		tasks: taskIds.map((taskId) => ({ name: 'task', taskId, externalTaskId: null })),
		describeCharges: () => '',
		close: async () => {},
	};
}

/** What becomes of each video at the bundled gateway: the words in brackets ask for it. */
const SANDBOX_PROMPTS = {
	quick: 'A cat with a hat [success-4s]',
	slow: 'A cat reads a long book [success-12s]',
	// two places are taken: this one and those behind it wait for one
	fails: 'A cat too small to see [failure-4s]',
	// the connection breaks before the gateway has answered
	unclear: 'A cat behind a curtain [submit-cut] [success-1s]',
	refused: 'A cat that nobody may see [submit-refused]',
};

const SANDBOX_PLACES = 2;

/** The bundled gateway, and a video of each fate for the node to create. */
async function sandboxGateway(pollingInterval: number): Promise<Gateway> {
	const sandbox = await startSandbox({ places: SANDBOX_PLACES });
	const count = (kind: 'charge' | 'refund') =>
		sandbox.ledger.filter((entry) => entry.kind === kind).length;
	const names = Object.entries(SANDBOX_PROMPTS);
	return {
		name: `the sandbox gateway on ${sandbox.url}`,
		baseUrl: sandbox.url,
		apiToken: SANDBOX_TOKEN,
		operation: 'Create Omni Video',
		parameters: {
			resource: 'omniVideo',
			operation: 'create',
			prompt: '={{ $json.prompt }}',
			images: {
				image: [{ url: 'https://example.com/cat.png' }, { url: 'https://example.com/hat.png' }],
			},
			// the log names a task by it, so that it is known which of them was submitted
			options: { pollingInterval, externalTaskId: '={{ $json.name }}' },
		},
		items: names.map(([name, prompt]) => ({ name, prompt })),
		tasks: names.map(([name]) => ({ name, taskId: null, externalTaskId: name })),
		describeCharges: () =>
			`The gateway charged ${count('charge')} videos, and paid ${count('refund')} back.\n`,
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
		table.push(['error', String(taskId ?? ''), String(status ?? ''), String(message)]);
	}
	return table.toString();
}

function readOptions(): { task?: string[] | undefined; interval?: number | undefined } {
	return npmCommand('demo')
		.description(
			"Creates Kling videos on n8n's own workflow engine and shows what the node hands to the next " +
				'node. They are made by a small gateway that the demo brings, and that has two places: no ' +
				'token is needed, and it takes about 15 seconds. With --task, the node waits for tasks of ' +
				'your own, and creates nothing.',
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
		const { status, items, errorItems } = await run(gateway);
		const videoUrls = items.map(({ json }) => String(json.videoUrl));
		process.stdout.write(`
${tableOf(items, errorItems)}

The run ended as "${status}". ${gateway.describeCharges()}${whatNext(videoUrls, isSandbox)}
`);
		const asExpected = isSandbox
			? items.length === 2 && errorItems.length === 3
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

async function run(gateway: Gateway) {
	const { name, operation, parameters, items, tasks, baseUrl, apiToken } = gateway;
	const bold = (text: string) => (process.stdout.isTTY ? styleText('bold', text) : text);
	const node = `${bold('Start')} ──► ${bold('Kling Video')} · ${operation}`;
	const indent = ' '.repeat(`Start ──► Kling Video · ${operation}`.length);
	process.stdout.write(`
A workflow on n8n's own engine, at ${name}:

  ${node} ──► success output: the video's URL
  ${indent} └─► error output: what happened, what to do

`);
	const progress = new Progress(tasks);
	const started = startNode({
		nodeType: new KlingVideo(),
		credentialType: new EzModelApi(),
		credential: { apiToken, baseUrl },
		parameters,
		items,
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
