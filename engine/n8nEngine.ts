/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createRequire } from 'node:module';
import {
	DirectoryLoader,
	ExecutionLifecycleHooks,
	RoutingNode,
	WorkflowExecute,
	type ExecuteContext,
} from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeConnectionTypes,
	NodeHelpers,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

// n8n-core's own copy of the container: @n8n/node-cli brings older copies of n8n's packages to the
// top of node_modules, and those are other singletons.
const coreRequire = createRequire(require.resolve('n8n-core'));
const { Container }: { Container: { set(id: unknown, value: unknown): void } } =
	coreRequire('@n8n/di');
const { Logger }: { Logger: unknown } = coreRequire('@n8n/backend-common');

export interface LogLine {
	level: string;
	message: string;
	meta: unknown;
}

const listeners = new Set<(line: LogLine) => void>();
const logger: object = new Proxy(
	{},
	{
		get: (_target, level) =>
			level === 'scoped'
				? () => logger
				: (message: unknown, meta: unknown) => {
						const line = { level: String(level), message: String(message), meta };
						for (const listener of listeners) listener(line);
					},
	},
);
Container.set(Logger, logger);

/** Hears what the engine and the nodes write to n8n's log. */
export function onLog(listener: (line: LogLine) => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** Does what n8n's own credentials helper does, without a database. */
class Credentials extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		super();
	}

	getParentTypes() {
		return this.type.extends ?? [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		options: IHttpRequestOptions,
		workflow: Workflow,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		if (authenticate === undefined || typeof authenticate === 'function') {
			throw new Error('This helper knows generic authentication only');
		}
		const resolve = (value: unknown) =>
			String(
				workflow.expression.getSimpleParameterValue(
					node,
					String(value),
					'internal',
					{ $credentials: credentials },
					undefined,
					'',
				) ?? '',
			);
		const headers: IDataObject = { ...options.headers };
		for (const [name, value] of Object.entries(authenticate.properties.headers ?? {})) {
			headers[name] = resolve(value);
		}
		options.headers = headers;
		return options;
	}

	async preAuthentication() {
		return undefined;
	}

	async runPreAuthentication() {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error('Not used by the engine');
	}

	async getDecrypted() {
		return this.data;
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData() {}

	getCredentialsProperties() {
		return this.type.properties;
	}
}

export function additionalDataFor(
	type: ICredentialType,
	data: ICredentialDataDecryptedObject,
	hooks?: ExecutionLifecycleHooks,
): IWorkflowExecuteAdditionalData {
	// the engine parses these URLs
	const base = 'http://localhost:5678';
	const part: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper: new Credentials(type, data),
		hooks,
		executionId: '1',
		userId: 'u',
		variables: {},
		restApiUrl: `${base}/rest`,
		instanceBaseUrl: base,
		webhookBaseUrl: `${base}/webhook`,
		webhookWaitingBaseUrl: `${base}/webhook-waiting`,
		webhookTestBaseUrl: `${base}/webhook-test`,
		formWaitingBaseUrl: `${base}/form-waiting`,
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
		logAiEvent: () => undefined,
	};
	// the rest serves sub-workflows, secrets and the editor: nothing that is run here
	return part as IWorkflowExecuteAdditionalData;
}

const startNodeType: INodeType = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: 'Gives its input',
		defaults: {},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

export interface NodeRun {
	nodeType: INodeType;
	credentialType: ICredentialType;
	credential: ICredentialDataDecryptedObject;
	parameters: INodeParameters;
	/** One input item each. */
	items: IDataObject[];
	/** "On Error", "Retry On Fail" and what else stands in the node's settings. */
	settings?: Partial<INode>;
}

export interface NodeRunResult {
	/** 'success', 'error' or 'canceled'. */
	status: IRun['status'];
	items: INodeExecutionData[];
	/** The second output, with "Continue (using error output)". */
	errorItems: INodeExecutionData[];
	error: unknown;
	/** How often the node was run: more than once with "Retry On Fail", or in a loop. */
	runs: number;
}

export interface StartedRun {
	finished: Promise<NodeRunResult>;
	/** n8n's Stop button. */
	stop(): void;
}

/** Runs one node behind a start node in n8n's workflow engine, as n8n itself would. */
export function startNode(run: NodeRun): StartedRun {
	const { nodeType } = run;
	// n8n's loader adds "Request Options" (batching, proxy, timeout) to declarative nodes
	DirectoryLoader.applyDeclarativeNodeOptionParameters(nodeType);
	let runs = 0;
	const runnable: INodeType = {
		...nodeType,
		async execute(this: IExecuteFunctions) {
			runs++;
			if (nodeType.execute) return await nodeType.execute.call(this);

			// n8n gives declarative nodes this; without it the engine's cancel signal is missing
			return (await new RoutingNode(this as unknown as ExecuteContext, nodeType).runNode()) ?? [];
		},
	};
	const types: Record<string, INodeType> = { start: startNodeType, node: runnable };
	const typeOf = (name: string) => {
		const type = types[name];
		if (type === undefined) throw new Error(`No node type ${name}`);
		return type;
	};
	const nodeTypes: INodeTypes = {
		getByName: typeOf,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(typeOf(name), version),
		getKnownTypes: () => ({}),
	};
	const start: INode = {
		id: '1',
		name: 'Start',
		type: 'start',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const node: INode = {
		id: '2',
		name: 'Kling Video',
		type: 'node',
		typeVersion: 1,
		position: [200, 0],
		parameters: run.parameters,
		credentials: { [run.credentialType.name]: { id: '1', name: 'credential' } },
		...run.settings,
	};
	const nodes = [start, node];
	const connections = {
		Start: { main: [[{ node: node.name, type: NodeConnectionTypes.Main, index: 0 }]] },
	};
	const workflow = new Workflow({
		id: 'workflow',
		nodes,
		connections,
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1' },
	});
	const workflowData: IWorkflowBase = {
		id: 'workflow',
		name: 'workflow',
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes,
		connections,
	};
	const hooks = new ExecutionLifecycleHooks('manual', '1', workflowData);
	const input = { main: [run.items.map((json) => ({ json }))] };
	const execution = new WorkflowExecute(
		additionalDataFor(run.credentialType, run.credential, hooks),
		'manual',
		createRunExecutionData({
			executionData: { nodeExecutionStack: [{ node: start, data: input, source: null }] },
		}),
	).processRunExecutionData(workflow);

	return {
		finished: execution.then((ended) => {
			const { resultData } = ended.data;
			const [output, errorOutput] = resultData.runData[node.name]?.at(-1)?.data?.main ?? [];
			return {
				status: ended.status,
				items: output ?? [],
				errorItems: errorOutput ?? [],
				error: resultData.error,
				runs,
			};
		}),
		stop: () => execution.cancel(),
	};
}
