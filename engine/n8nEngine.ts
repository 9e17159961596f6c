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
	type IConnections,
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type IDataObject,
	type IExecuteContextData,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type ITaskMetadata,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type WorkflowExecuteMode,
	type IBinaryKeyData,
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
	hooks: ExecutionLifecycleHooks | null = null,
	more: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	// the engine parses these URLs
	const base = 'http://localhost:5678';
	const part: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper: new Credentials(type, data),
		...(hooks !== null && { hooks }),
		userId: 'u',
		variables: {},
		restApiUrl: `${base}/rest`,
		instanceBaseUrl: base,
		webhookBaseUrl: `${base}/webhook`,
		// nobody serves the addresses of suspended executions here
		webhookWaitingBaseUrl: 'none://localhost',
		webhookTestBaseUrl: `${base}/webhook-test`,
		formWaitingBaseUrl: `${base}/form-waiting`,
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
		logAiEvent: () => undefined,
		...more,
	};
	// the rest serves secrets and the editor: nothing that is run here
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

/** What n8n has around its engine, which knows one execution only. */
export type OtherExecutions = Pick<
	IWorkflowExecuteAdditionalData,
	'executeWorkflow' | 'getRunExecutionData'
> &
	// where suspended executions are called
	Partial<Pick<IWorkflowExecuteAdditionalData, 'webhookWaitingBaseUrl'>>;

/** The execution that the node is run in. */
export interface ExecutionPlace {
	id: string | undefined;
	mode: WorkflowExecuteMode;
	workflow: { id: string | undefined; name: string; settings: IWorkflowSettings };
}

export const SOME_PLACE: ExecutionPlace = {
	id: '1',
	mode: 'manual',
	workflow: { id: 'workflow', name: 'workflow', settings: {} },
};

export interface NodeRun {
	nodeType: INodeType;
	credentialType: ICredentialType;
	credential: ICredentialDataDecryptedObject;
	parameters: INodeParameters;
	/** One input item each. */
	items: IDataObject[];
	/** The files of the items, by their index. */
	binaries?: IBinaryKeyData[] | undefined;
	/** "On Error", "Retry On Fail" and what else stands in the node's settings. */
	settings?: Partial<INode> | undefined;
	/** The name that n8n knows the node's type by. */
	typeName?: string | undefined;
	place?: Partial<ExecutionPlace> | undefined;
	/** What nodes of the same execution have kept before. */
	contextData?: IExecuteContextData | undefined;
	/** Sub-workflows and the executions that n8n has saved; without them there are none. */
	otherExecutions?: OtherExecutions | undefined;
}

export interface NodeRunResult {
	/** 'success', 'error', 'canceled', or 'waiting' for a sub-workflow. */
	status: IRun['status'];
	items: INodeExecutionData[];
	/** The second output, with "Continue (using error output)". */
	errorItems: INodeExecutionData[];
	error: unknown;
	/** How often the node was run: more than once with "Retry On Fail", or in a loop. */
	runs: number;
	/** What the node has told the editor about its run. */
	metadata: ITaskMetadata | undefined;
	/** What n8n writes to its database. */
	saved: IRunExecutionData;
}

export interface StartedRun {
	finished: Promise<NodeRunResult>;
	/** n8n's Stop button. */
	stop(): void;
}

/** By resource and operation. */
type CustomOperations = NonNullable<INodeType['customOperations']>;
type CustomOperation = CustomOperations[string][string];

function eachOperation(
	operations: CustomOperations,
	change: (operation: CustomOperation) => CustomOperation,
): CustomOperations {
	const mapValues = <From, To>(from: Record<string, From>, to: (value: From) => To) =>
		Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(value)]));
	return mapValues(operations, (ofResource) => mapValues(ofResource, change));
}

/** The node types that a workflow can have, by the names that it knows them by. */
export function createNodeTypes(types: Record<string, INodeType>): INodeTypes {
	const typeOf = (name: string) => {
		const type = types[name];
		if (type === undefined) throw new Error(`No node type ${name}`);
		return type;
	};
	return {
		getByName: typeOf,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(typeOf(name), version),
		getKnownTypes: () => ({}),
	};
}

/** What n8n's engine tells of an execution, to nobody. */
export function createHooks(
	{ id, mode, workflow }: ExecutionPlace,
	nodes: INode[],
	connections: IConnections,
): ExecutionLifecycleHooks {
	const workflowData: IWorkflowBase = {
		id: workflow.id ?? '',
		name: workflow.name,
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes,
		connections,
	};
	return new ExecutionLifecycleHooks(mode, id ?? '', workflowData);
}

/** Runs one node behind a start node in n8n's workflow engine, as n8n itself would. */
export function startNode(run: NodeRun): StartedRun {
	const { nodeType, typeName = 'node' } = run;
	const place = { ...SOME_PLACE, ...run.place };
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
		customOperations: eachOperation(
			nodeType.customOperations ?? {},
			(operation) =>
				async function (this: IExecuteFunctions) {
					runs++;
					return await operation.call(this);
				},
		),
	};
	const types: Record<string, INodeType> = { start: startNodeType, [typeName]: runnable };
	const nodeTypes = createNodeTypes(types);
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
		type: typeName,
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
		...(place.workflow.id !== undefined && { id: place.workflow.id }),
		name: place.workflow.name,
		nodes,
		connections,
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1', ...place.workflow.settings },
	});
	const hooks = createHooks(place, nodes, connections);
	const input = { main: [run.items.map((json, index) => withBinary(json, run.binaries?.[index]))] };
	const execution = new WorkflowExecute(
		additionalDataFor(run.credentialType, run.credential, hooks, {
			...run.otherExecutions,
			...(place.id !== undefined && { executionId: place.id }),
		}),
		place.mode,
		createRunExecutionData({
			executionData: {
				...(run.contextData !== undefined && { contextData: run.contextData }),
				nodeExecutionStack: [{ node: start, data: input, source: null }],
			},
		}),
	).processRunExecutionData(workflow);

	return {
		finished: execution.then((ended) => {
			const { resultData } = ended.data;
			const task = resultData.runData[node.name]?.at(-1);
			const [output, errorOutput] = task?.data?.main ?? [];
			return {
				status: ended.status,
				items: output ?? [],
				errorItems: errorOutput ?? [],
				error: resultData.error,
				runs,
				metadata: task?.metadata,
				saved: ended.data,
			};
		}),
		stop: () => execution.cancel(),
	};
}

function withBinary(json: IDataObject, binary: IBinaryKeyData | undefined): INodeExecutionData {
	return binary === undefined ? { json } : { json, binary };
}
