/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { Agent } from 'node:http';
import axios, { isAxiosError, type AxiosError, type AxiosInstance } from 'axios';
import { SANDBOX_TOKEN, type Sandbox } from '../../sandbox/gateway';

export const TASKS = '/kling/v1/videos/multi-image2video';

/** An outside client: it knows the URL and a token, and takes whatever comes. */
export function clientOf(
	{ url }: Pick<Sandbox, 'url'>,
	token: string | null = SANDBOX_TOKEN,
): AxiosInstance {
	return axios.create({
		baseURL: url,
		headers: token === null ? {} : { Authorization: `Bearer ${token}` },
		validateStatus: () => true,
		maxRedirects: 0,
		// its own connections: none that is left from a sandbox which had the same port
		httpAgent: new Agent({ keepAlive: true }),
		// the sandbox is on this machine, whatever proxy the environment names
		proxy: false,
	});
}

export const statusPath = (taskId: string) => `${TASKS}/${encodeURIComponent(taskId)}`;

/** What a call that gets no whole reply ends with. */
export async function failureOf(call: Promise<unknown>): Promise<AxiosError> {
	const error = await call.then(
		() => 'a whole reply',
		(reason: unknown) => reason,
	);
	if (!isAxiosError(error)) throw new Error(`There was ${String(error)}`);
	return error;
}

/** The value at a place in a body, if there is one. */
export function at(body: unknown, ...place: string[]): unknown {
	return place.reduce<unknown>(
		(value, key) =>
			typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
		body,
	);
}

export function textAt(body: unknown, ...place: string[]): string {
	const value = at(body, ...place);
	if (typeof value !== 'string') throw new Error(`No text at ${place.join('.')}`);
	return value;
}

/** Asks again and again until the task says SUCCESS; gives all that it said. */
export async function follow(client: AxiosInstance, taskId: string): Promise<unknown[]> {
	const told: unknown[] = [];
	while (at(told.at(-1), 'data', 'status') !== 'SUCCESS') {
		told.push((await client.get<unknown>(statusPath(taskId))).data);
	}
	return told;
}
