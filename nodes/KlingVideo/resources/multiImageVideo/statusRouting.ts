import type { IN8nRequestOperations, INodePropertyRouting } from 'n8n-workflow';
import { STATUS_REQUEST } from '../../gateway/statusRequest';

/** A pagination function: n8n calls it once for each input item, with the request to send. */
export type StatusPagination = Extract<
	IN8nRequestOperations['pagination'],
	(...args: never[]) => unknown
>;

/** Has n8n put the status call together and hand it to `pagination`, which sends it. */
export function statusRouting(pagination: StatusPagination): INodePropertyRouting {
	return {
		request: STATUS_REQUEST,
		send: { paginate: true },
		operations: { pagination },
	};
}
