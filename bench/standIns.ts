/* eslint-disable @n8n/community-nodes/require-node-api-error, @n8n/community-nodes/no-http-request-with-manual-auth -- never shipped */
import {
	NodeConnectionTypes,
	sleep,
	type IDataObject,
	type IExecuteFunctions,
	type IExecutePaginationFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IN8nRequestOperations,
	NodeApiError,
} from 'n8n-workflow';

// What people use today, written as well as such nodes are at best.

const STATUS_PATH = '/kling/v1/videos/multi-image2video';

/** How often a call that went wrong is made anew before its item fails. */
const RETRIES = 3;

const credentials = [{ name: 'ezModelApi', required: true }];

const taskId: INodeProperties = {
	displayName: 'Task ID',
	name: 'taskId',
	type: 'string',
	required: true,
	default: '={{ $json.task_id }}',
};

const interval: INodeProperties = {
	displayName: 'Interval (Seconds)',
	name: 'interval',
	type: 'number',
	default: 1,
};

function descriptionOf(
	displayName: string,
	name: string,
	more: Pick<INodeTypeDescription, 'properties' | 'requestDefaults'>,
): INodeTypeDescription {
	return {
		displayName,
		name,
		group: ['input'],
		version: 1,
		description: 'Waits for videos',
		defaults: { name: displayName },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials,
		...more,
	};
}

function isDone(body: IDataObject | undefined): boolean {
	const data: { status?: unknown } = Object(body?.data);
	return data.status === 'SUCCESS' || data.status === 'FAILURE';
}

/**
 * Asks until the task is done, a pause between two calls.
 *
 * @returns the last reply; none when stopped
 * @throws what was wrong with the last call, when it and three retries went wrong
 */
async function poll(
	ask: () => Promise<IDataObject | undefined>,
	intervalMs: number,
	stopped: AbortSignal | undefined,
): Promise<IDataObject | undefined> {
	let retries = 0;
	while (stopped?.aborted !== true) {
		try {
			const body = await ask();
			if (isDone(body)) return body;
			retries = 0;
		} catch (error) {
			if (retries >= RETRIES) throw error;
			retries++;
		}
		await sleep(intervalMs);
	}
	return undefined;
}

/** A loop over the items: the next one's turn comes when the one before is done. */
export class OneAfterAnother implements INodeType {
	description = descriptionOf('One After Another', 'oneAfterAnother', {
		properties: [taskId, interval],
	});

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { baseUrl } = await this.getCredentials<{ baseUrl: string }>('ezModelApi');
		const items: INodeExecutionData[] = [];
		for (const item of this.getInputData().keys()) {
			const url = `${baseUrl}${STATUS_PATH}/${String(this.getNodeParameter('taskId', item))}`;
			const ask = async (): Promise<IDataObject> =>
				await this.helpers.httpRequestWithAuthentication.call(this, 'ezModelApi', { url });
			try {
				const intervalMs = 1000 * Number(this.getNodeParameter('interval', item));
				const body = await poll(ask, intervalMs, this.getExecutionCancelSignal());
				if (body === undefined) break;
				items.push({ json: body, pairedItem: { item } });
			} catch (error) {
				if (!this.continueOnFail()) throw error;
				const nodeError =
					error instanceof NodeApiError
						? error
						: new NodeApiError(this.getNode(), { message: String(error) });
				items.push({ json: {}, error: nodeError, pairedItem: { item } });
			}
		}
		return [items];
	}
}

const pollEach: Extract<IN8nRequestOperations['pagination'], (...args: never[]) => unknown> =
	async function (this: IExecutePaginationFunctions, request) {
		const ask = async () => (await this.makeRoutingRequest(request))[0]?.json;
		const intervalMs = 1000 * Number(this.getNodeParameter('interval'));
		const body = await poll(ask, intervalMs, this.getExecutionCancelSignal());
		return body === undefined ? [] : [{ json: body, pairedItem: { item: this.getItemIndex() } }];
	};

/** A declarative node that polls: n8n starts all items at once. */
export class AllAtOnce implements INodeType {
	description = descriptionOf('All At Once', 'allAtOnce', {
		requestDefaults: { baseURL: '={{ $credentials.baseUrl }}' },
		properties: [
			{
				...taskId,
				routing: {
					request: { method: 'GET', url: `=${STATUS_PATH}/{{ $value }}` },
					send: { paginate: true },
					operations: { pagination: pollEach },
				},
			},
			interval,
		],
	});
}

/** Takes the whole video into memory before it is stored, as HTTP Request nodes in loops do. */
export class Buffering implements INodeType {
	description = descriptionOf('Buffering', 'buffering', { properties: [taskId] });

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { baseUrl } = await this.getCredentials('ezModelApi');
		const id = encodeURIComponent(String(this.getNodeParameter('taskId', 0)));
		const body: unknown = await this.helpers.httpRequestWithAuthentication.call(
			this,
			'ezModelApi',
			{
				url: `${String(baseUrl)}${STATUS_PATH}/${id}`,
			},
		);
		const url = /"url":"([^"]+)"/.exec(JSON.stringify(body))?.[1];
		if (url === undefined) throw new NodeApiError(this.getNode(), {}, { message: 'No video' });
		const video: Buffer = await this.helpers.httpRequest({ url, encoding: 'arraybuffer' });
		const data = await this.helpers.prepareBinaryData(video, 'video.mp4', 'video/mp4');
		return [[{ json: {}, binary: { data } }]];
	}
}
