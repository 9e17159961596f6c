/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import axios from 'axios';
import express, { type Request } from 'express';
import { WebhookContext, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IWebhookData,
	type IWebhookFunctions,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { EzModelApi } from '../../credentials/EzModelApi.credentials';
import {
	additionalDataFor,
	createHooks,
	createNodeTypes,
	onLog,
	SOME_PLACE,
} from '../../engine/n8nEngine';
import { KlingVideoTrigger } from '../../nodes/KlingVideoTrigger/KlingVideoTrigger.node';
import { SANDBOX_TOKEN, type Sandbox } from '../../sandbox/gateway';

// The trigger behind real HTTP: what n8n has around its engine is played here, call by call as in n8n's
// LiveWebhooks and TestWebhooks, and the workflow that is started runs on the engine.

export interface TriggerHostOptions {
	sandbox: Pick<Sandbox, 'url'>;
	parameters?: INodeParameters;
	token?: string;
	/** 'manual' is the editor's test. */
	mode?: Extract<WorkflowExecuteMode, 'webhook' | 'manual'>;
	/** What the database has of the node from before. */
	stored?: unknown;
	/** Whether the node has its credential. */
	hasCredential?: boolean;
}

export const TRIGGER = 'Kling Video Trigger';

const NEXT_TYPE: INodeType = {
	description: {
		displayName: 'Next',
		name: 'next',
		group: ['transform'],
		version: 1,
		description: 'Gives its input',
		defaults: {},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute() {
		return [this.getInputData()];
	},
};

/** As a new process loads it: nothing that the node keeps in the process is there. */
function loadTriggerAnew(): INodeType {
	let loaded: INodeType | null = null;
	jest.isolateModules(() => {
		const { KlingVideoTrigger } = jest.requireActual<
			typeof import('../../nodes/KlingVideoTrigger/KlingVideoTrigger.node')
		>('../../nodes/KlingVideoTrigger/KlingVideoTrigger.node');
		loaded = new KlingVideoTrigger();
	});
	if (loaded === null) throw new Error('The trigger was not loaded');
	return loaded;
}

export class TriggerHost {
	/** What the workflow's next node got, an entry for each start. */
	readonly starts: INodeExecutionData[][] = [];

	/** What the trigger threw, as the editor shows it. */
	readonly errors: unknown[] = [];

	/** What n8n's log has, a text each. */
	readonly log: string[] = [];

	url = '';

	private nodeType: INodeType = new KlingVideoTrigger();

	private readonly workflowId = randomUUID();

	private readonly server = createServer();

	/** The static data of the workflow, as in n8n's database. */
	private saved: string;

	private readonly calls = new Set<Promise<void>>();

	private readonly unhear: () => void;

	private readonly token: string;

	constructor(private readonly options: TriggerHostOptions) {
		this.token = options.token ?? SANDBOX_TOKEN;
		const { stored } = options;
		this.saved = JSON.stringify(stored === undefined ? {} : { [`node:${TRIGGER}`]: stored });
		this.unhear = onLog((line) => this.log.push(inspect(line, { depth: 20 })));
		const app = express();
		app.use((request, response) => {
			const call = this.receive(request, response);
			this.calls.add(call);
			void call.finally(() => this.calls.delete(call));
		});
		this.server.on('request', app);
	}

	async start(): Promise<this> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		const { port } = this.server.address() as AddressInfo;
		this.url = `http://127.0.0.1:${port}/webhook`;
		return this;
	}

	/** The node's part of the static data in the database. */
	get stored(): IDataObject {
		return JSON.parse(this.saved)[`node:${TRIGGER}`] ?? {};
	}

	/** @returns the status of the answer */
	async post(body: unknown, contentType = 'application/json'): Promise<number> {
		const { status } = await axios.post(this.url, body, {
			headers: { 'Content-Type': contentType },
			transformRequest: (data) =>
				typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data),
			validateStatus: () => true,
			proxy: false,
			// a connection that is kept may be closed by the other side in that very moment
			httpAgent: new Agent({ keepAlive: false }),
		});
		return status;
	}

	/** Resolves when n8n is done with all callbacks and with what they have started. */
	async settled(): Promise<void> {
		while (this.calls.size > 0) await Promise.all(this.calls);
	}

	/** n8n ends, once it is done with what it has, and starts again: the process's memory is gone. */
	async restart(): Promise<void> {
		await this.settled();
		this.nodeType = loadTriggerAnew();
	}

	async close(): Promise<void> {
		await this.settled();
		this.unhear();
		this.server.closeAllConnections();
		this.server.close();
		// whatever a test is about
		const bareToken = this.token.replace(/^sk-/, '');
		expect(this.log.join('\n')).not.toContain(bareToken);
		expect(inspect([this.starts, this.errors], { depth: 20 })).not.toContain(bareToken);
		expect(this.saved).not.toContain(bareToken);
	}

	private async receive(request: Request, response: express.Response): Promise<void> {
		if (!(await readBody(request))) {
			response.status(422).json({ message: 'Failed to parse request body' });
			return;
		}
		const { nodeType } = this;
		const mode = this.options.mode ?? 'webhook';
		const { parameters = {}, hasCredential = true } = this.options;
		const trigger: INode = {
			id: 'trigger',
			name: TRIGGER,
			type: 'trigger',
			typeVersion: 1,
			position: [0, 0],
			parameters,
			...(hasCredential && { credentials: { ezModelApi: { id: '1', name: 'credential' } } }),
		};
		const next: INode = { ...trigger, id: 'next', name: 'Next', type: 'next', parameters: {} };
		const nodes = [trigger, next];
		const connections = {
			[TRIGGER]: { main: [[{ node: next.name, type: NodeConnectionTypes.Main, index: 0 }]] },
		};
		// as n8n does it: each call has the static data of the moment; a test has none
		const workflow = new Workflow({
			id: this.workflowId,
			nodes,
			connections,
			active: mode === 'webhook',
			nodeTypes: createNodeTypes({ trigger: nodeType, next: NEXT_TYPE }),
			staticData: mode === 'manual' ? {} : JSON.parse(this.saved),
			settings: { executionOrder: 'v1' },
		});
		const hooks = createHooks({ ...SOME_PLACE, mode }, nodes, connections);
		const credential = { apiToken: this.token, baseUrl: this.options.sandbox.url };
		const additionalData = additionalDataFor(new EzModelApi(), credential, hooks, {
			httpRequest: request,
			httpResponse: response,
		});
		const webhookData: IWebhookData = {
			httpMethod: 'POST',
			node: TRIGGER,
			path: 'webhook',
			webhookDescription: {
				name: 'default',
				httpMethod: 'POST',
				path: 'webhook',
			},
			workflowId: this.workflowId,
			workflowExecuteAdditionalData: additionalData,
		};
		const webhookContext = new WebhookContext(
			workflow,
			workflow.nodes[TRIGGER] ?? trigger,
			additionalData,
			mode,
			webhookData,
			[],
			null,
		);
		// n8n's class and its type differ in whether a workflow has a name
		const context = webhookContext as unknown as IWebhookFunctions;
		try {
			const { workflowData, noWebhookResponse } = (await nodeType.webhook?.call(context)) ?? {};
			if (noWebhookResponse !== true || !response.headersSent) {
				throw new Error('The trigger has not answered');
			}
			if (mode === 'webhook' && workflow.staticData.__dataChanged === true) {
				this.saved = JSON.stringify(workflow.staticData);
			}
			if (workflowData === undefined) return;
			const execution = await new WorkflowExecute(
				additionalData,
				mode,
				createRunExecutionData({
					executionData: {
						nodeExecutionStack: [
							{
								node: workflow.nodes[TRIGGER] ?? trigger,
								data: { main: workflowData },
								source: null,
							},
						],
					},
				}),
			).processRunExecutionData(workflow);
			this.starts.push(execution.data.resultData.runData.Next?.[0]?.data?.main?.[0] ?? []);
		} catch (error) {
			this.errors.push(error);
			if (!response.headersSent) response.status(500).json({ message: 'not started' });
		}
	}
}

/**
 * Reads a body as n8n does.
 *
 * @returns whether it could be read
 */
async function readBody(request: Request): Promise<boolean> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	request.rawBody = Buffer.concat(chunks);
	if (!request.is('application/json') || request.rawBody.length === 0) return true;
	try {
		request.body = JSON.parse(request.rawBody.toString());
		return true;
	} catch {
		return false;
	}
}

/** A callback as Kling sends it. */
export function callback(taskId: string, status = 'succeed', more: IDataObject = {}): IDataObject {
	return {
		task_id: taskId,
		task_status: status,
		task_status_msg: '',
		created_at: 1766737710125,
		updated_at: 1766737889000,
		task_info: { external_task_id: 'mine' },
		task_result: status === 'succeed' ? { videos: [{ id: '1', url: 'https://forged/x.mp4' }] } : {},
		...more,
	};
}
