import type { IN8nRequestOperations, INodePropertyRouting } from 'n8n-workflow';

/** A pagination function: n8n calls it once for each input item, with the request to send. */
export type StatusPagination = Extract<
	IN8nRequestOperations['pagination'],
	(...args: never[]) => unknown
>;

/**
 * The status call, which every operation makes, once or again and again; the task id is added to
 * its path when it is sent.
 *
 * HTTP statuses are read by us, and redirects are never followed: n8n would carry the token along
 * to another host. Either also keeps n8n from sending the request anew after a 401.
 */
export function statusRouting(pagination: StatusPagination): INodePropertyRouting {
	return {
		request: {
			method: 'GET',
			url: '/kling/v1/videos/multi-image2video',
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			encoding: 'text',
		},
		send: { paginate: true },
		operations: { pagination },
	};
}
