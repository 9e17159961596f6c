/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import '../engine/environment';
import { parseArgs, styleText } from 'node:util';
import axios from 'axios';
import Table from 'cli-table3';
import type { INodeExecutionData } from 'n8n-workflow';
import { EzModelApi } from '../credentials/EzModelApi.credentials';
import { startNode } from '../engine/n8nEngine';
import { KlingVideo } from '../nodes/KlingVideo/KlingVideo.node.ts';
import { SANDBOX_TOKEN, startSandbox } from '../sandbox/gateway';
import { showProgress, type WatchedTask } from './progress';

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
function realGateway(taskIds: string[]): Gateway {
	const apiToken = process.env.EZMODEL_API_TOKEN;
	if (!apiToken) {
		throw new Error(
			'Set EZMODEL_API_TOKEN to your token: EZMODEL_API_TOKEN=… npm run demo -- --task ID',
		);
	}
	const baseUrl = process.env.EZMODEL_BASE_URL ?? 'https://api.ezmodel.cloud';
	return {
		name: baseUrl,
		baseUrl,
		apiToken,
		tasks: taskIds.map((taskId) => ({ name: 'task', taskId })),
		pollingInterval: null,
		close: async () => {},
	};
}

/** Submits tasks to the bundled gateway: one quick, one slow, one that fails; and one nobody knows. */
async function sandboxGateway(): Promise<Gateway> {
	const sandbox = await startSandbox();
	const submit = async (prompt: string): Promise<string> => {
		const { data } = await axios.post(
			`${sandbox.url}/kling/v1/videos/multi-image2video`,
			{
				model: 'kling-v1-6',
				image_list: [
					{ image: 'https://example.com/cat.png' },
					{ image: 'https://example.com/hat.png' },
				],
				prompt,
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
		pollingInterval: 1,
		close: sandbox.close,
	};
}

function tableOf(items: INodeExecutionData[], errorItems: INodeExecutionData[]): string {
	const table = new Table({
		head: ['output', 'taskId', 'status', 'videoUrl, or what the error output says'],
		style: process.stdout.isTTY ? { head: ['cyan'] } : { head: [], border: [] },
		wordWrap: true,
		colWidths: [10, 22, 13, 62],
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

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { task: { type: 'string', multiple: true } } });
	const gateway = values.task ? realGateway(values.task) : await sandboxGateway();
	try {
		const { status, items, errorItems } = await waitFor(gateway);
		const videoUrls = items.map(({ json }) => String(json.videoUrl));
		process.stdout.write(`\n${tableOf(items, errorItems)}\n\nThe run ended as "${status}". `);
		process.stdout.write(
			videoUrls.length > 0
				? `The next node gets {{ $json.videoUrl }}:\n${videoUrls.join('\n')}\n`
				: 'No video came out of it.\n',
		);
		const asExpected = values.task
			? errorItems.length === 0
			: items.length === 2 && errorItems.length === 2;
		process.exitCode = status === 'success' && asExpected ? 0 : 1;
	} finally {
		await gateway.close();
	}
}

async function waitFor({ name, tasks, baseUrl, apiToken, pollingInterval }: Gateway) {
	const bold = (text: string) => styleText('bold', text);
	process.stdout.write(`
A workflow on n8n's own engine, waiting for Kling tasks at ${name}:

  ${bold('Start')} ──► ${bold('Kling Video')} · Wait Until Complete ──► success output: the video's URL
                                             └─► error output: what happened, what to do

`);
	const started = startNode({
		nodeType: new KlingVideo(),
		credentialType: new EzModelApi(),
		credential: { apiToken, baseUrl },
		parameters: {
			operation: 'waitUntilComplete',
			options: pollingInterval === null ? {} : { pollingInterval },
		},
		items: tasks.map(({ taskId }) => ({ task_id: taskId })),
		settings: { onError: 'continueErrorOutput' },
	});
	process.once('SIGINT', started.stop);
	await showProgress(tasks, started.finished);
	return await started.finished;
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
