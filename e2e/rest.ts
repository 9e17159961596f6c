/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import type { ExecutionStatus, IConnections, INode, IRunExecutionData } from 'n8n-workflow';
import { NODE_MODULES } from './install';

/** The owner of an n8n that listens on this machine only: nobody is to be kept out. */
export const OWNER = {
	email: 'owner@example.com',
	password: 'Sandbox123',
	firstName: 'Sandy',
	lastName: 'Box',
};

export interface Credential {
	id: string;
	name: string;
	type: string;
}

export interface WorkflowToCreate {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: object | undefined;
}

export interface SavedWorkflow extends WorkflowToCreate {
	id: string;
	versionId: string;
}

export interface Execution {
	id: string;
	status: ExecutionStatus;
	data: IRunExecutionData;
	startedAt: string | null;
	stoppedAt: string | null;
	customData?: Record<string, string>;
}

const POLL_MS = 200;
const RUNNING: ExecutionStatus[] = ['new', 'running', 'waiting'];

/** n8n's own copy: executions come in its format. */
function flatted(): { parse(text: string): IRunExecutionData } {
	return createRequire(join(NODE_MODULES, 'n8n', 'package.json'))('flatted');
}

/** What the editor says to n8n, said by us. */
export class Rest {
	private constructor(
		private readonly http: AxiosInstance,
		/** Of the session: a browser that has it is signed in as well. */
		readonly cookie: { name: string; value: string },
	) {}

	/** Signs in as the owner, who is made first in an n8n that has none yet. */
	static async signIn(url: string): Promise<Rest> {
		const http = axios.create({ baseURL: `${url}/rest`, proxy: false });
		// n8n's own words instead of a status
		http.interceptors.response.use(undefined, (error: unknown) => {
			if (!axios.isAxiosError(error) || error.response === undefined) throw error;
			const { status, data } = error.response;
			throw new Error(`${error.config?.url}: ${status} ${JSON.stringify(data)}`);
		});
		const { data: settings } = await http.get('/settings');
		const isNew = settings.data.userManagement.showSetupOnFirstLoad === true;
		const { headers } = isNew
			? await http.post('/owner/setup', OWNER)
			: await http.post('/login', {
					emailOrLdapLoginId: OWNER.email,
					password: OWNER.password,
				});
		const [, name, value] = /^([^=]+)=([^;]*)/.exec(headers['set-cookie']?.[0] ?? '') ?? [];
		if (name === undefined || value === undefined) throw new Error('n8n opened no session');
		http.defaults.headers.common.Cookie = `${name}=${value}`;
		return new Rest(http, { name, value });
	}

	async nodeTypes(): Promise<Array<{ name: string }>> {
		// served beside the API, as a file
		const { data } = await this.http.get('/types/nodes.json', {
			baseURL: (this.http.defaults.baseURL ?? '').replace(/\/rest$/, ''),
		});
		return data;
	}

	async credentials(): Promise<Credential[]> {
		return await this.get('/credentials');
	}

	async createCredential(name: string, type: string, data: object): Promise<Credential> {
		return await this.post('/credentials', { name, type, data });
	}

	async updateCredential({ id, name, type }: Credential, data: object): Promise<void> {
		await this.http.patch(`/credentials/${id}`, { name, type, data });
	}

	/** Signs in to the service of an OAuth2 credential, as somebody who consents there at once. */
	async authorize({ id }: Credential, code: string): Promise<void> {
		const consentUrl = new URL(await this.get<string>(`/oauth2-credential/auth?id=${id}`));
		const state = consentUrl.searchParams.get('state');
		const { data: page } = await this.http.get(consentUrl.searchParams.get('redirect_uri') ?? '', {
			params: { code, state },
		});
		if (!String(page).includes('Connection successful')) throw new Error('n8n was not signed in');
	}

	/** What the credential's dialog does after it was saved. */
	async testCredential(
		{ id, name, type }: Credential,
		data: object,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		return await this.post('/credentials/test', { credentials: { id, name, type, data } });
	}

	async workflows(): Promise<SavedWorkflow[]> {
		return await this.get('/workflows');
	}

	async createWorkflow(workflow: WorkflowToCreate): Promise<SavedWorkflow> {
		return await this.post('/workflows', {
			settings: { executionOrder: 'v1' },
			...workflow,
		});
	}

	/** Resolves when its webhooks answer. */
	async publish({ id, versionId }: SavedWorkflow): Promise<void> {
		await this.post(`/workflows/${id}/activate`, { versionId });
		for (;;) {
			const { status } = await this.get<{ status: string }>(`/workflows/${id}/publication-status`);
			if (status === 'published') return;
			if (!['in_progress', 'not_published'].includes(status))
				throw new Error(`publishing: ${status}`);
			await sleep(POLL_MS);
		}
	}

	/** @returns the execution's id */
	async run({ id }: SavedWorkflow, triggerName: string): Promise<string> {
		const { executionId } = await this.post(`/workflows/${id}/run`, {
			triggerToStartFrom: { name: triggerName },
		});
		return executionId;
	}

	/** Retries an execution that has failed, with the workflow as it was then. */
	async retry({ id }: Pick<Execution, 'id'>, workflow: SavedWorkflow): Promise<Execution> {
		const before = new Set((await this.executionsOf(workflow)).map((execution) => execution.id));
		await this.post(`/executions/${id}/retry`, { loadWorkflow: false });
		for (;;) {
			const all = await this.executionsOf(workflow);
			const retry = all.find((execution) => !before.has(execution.id));
			if (retry !== undefined) return await this.ended(retry.id);
			await sleep(POLL_MS);
		}
	}

	async stop(executionId: string): Promise<void> {
		await this.post(`/executions/${executionId}/stop`, {});
	}

	async execution(id: string): Promise<Execution> {
		const execution = await this.get<Execution & { data: string }>(`/executions/${id}`);
		return { ...execution, data: flatted().parse(execution.data) };
	}

	async executionsOf(workflow: SavedWorkflow): Promise<Array<Omit<Execution, 'data'>>> {
		const filter = JSON.stringify({ workflowId: workflow.id });
		const { results } = await this.get<{ results: Array<Omit<Execution, 'data'>> }>(
			`/executions?limit=100&filter=${encodeURIComponent(filter)}`,
		);
		return results;
	}

	async countExecutions(workflow: SavedWorkflow): Promise<number> {
		const filter = JSON.stringify({ workflowId: workflow.id });
		const { count } = await this.get<{ count: number }>(
			`/executions?limit=1&filter=${encodeURIComponent(filter)}`,
		);
		return count;
	}

	/** Waits until it is over, whatever became of it. */
	async ended(executionId: string): Promise<Execution> {
		for (;;) {
			const execution = await this.execution(executionId);
			if (!RUNNING.includes(execution.status)) return execution;
			await sleep(POLL_MS);
		}
	}

	/** A file of n8n's binary store. */
	async binary(id: string): Promise<ArrayBuffer> {
		const { data } = await this.http.get('/binary-data', {
			params: { id, action: 'download' },
			responseType: 'arraybuffer',
		});
		return data;
	}

	private async get<T>(path: string): Promise<T> {
		const { data } = await this.http.get(path);
		return data.data;
	}

	// what comes is what the caller knows n8n to send
	// eslint-disable-next-line @typescript-eslint/no-explicit-any
	private async post(path: string, body: object): Promise<any> {
		const { data } = await this.http.post(path, body);
		return data.data;
	}
}
