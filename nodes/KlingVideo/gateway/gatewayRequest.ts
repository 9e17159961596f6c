import type { IHttpRequestOptions } from 'n8n-workflow';
import { isJsonObject, readText } from '../reading/readJson';

export const CREDENTIAL_TYPE = 'ezModelApi';

/** The credential's Base URL without slashes at its end, where n8n resolves expressions. */
export const BASE_URL_EXPRESSION =
	'={{ $credentials.baseUrl.trim().replace(/(?<!\\/)\\/+$/, "") }}';

/** The same, where it does not. */
export function readBaseUrl(credential: unknown): string {
	const baseUrl = isJsonObject(credential) ? readText(credential.baseUrl) : null;
	return (baseUrl ?? '').replace(/(?<!\/)\/+$/, '');
}

export const REQUEST_HEADERS = { Accept: 'application/json' };

const TASKS_PATH = '/kling/v1/videos';

/**
 * The status request, which every operation sends, once or repeatedly; what tells the task is added to
 * its path when it is sent.
 *
 * HTTP statuses are read by this package, and redirects are never followed: n8n would carry the
 * token along to another host. Both also keep n8n from sending the request again after a 401.
 *
 * @param path of the kind of task, such as `multi-image2video`; null if each item names its own
 */
export function buildStatusRequest(path: string | null) {
	return {
		method: 'GET',
		url: path === null ? TASKS_PATH : `${TASKS_PATH}/${path}`,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	} as const satisfies Partial<IHttpRequestOptions>;
}

/** The request that creates a task of a kind. It is sent once, whatever comes back. */
export function buildSubmitRequest(path: string) {
	return {
		...buildStatusRequest(path),
		method: 'POST',
	} as const satisfies Partial<IHttpRequestOptions>;
}

/** The request for the models that a token may use. */
export function buildModelsRequest() {
	return {
		...buildStatusRequest(null),
		url: '/v1/models',
	} as const satisfies Partial<IHttpRequestOptions>;
}
