import type { IN8nRequestOperations } from 'n8n-workflow';

/**
 * A pagination function: n8n's routing calls it once for each input item, with the request that the
 * description declares. The function sends it as often as it needs to.
 */
export type StatusPagination = Extract<
	IN8nRequestOperations['pagination'],
	(...args: never[]) => unknown
>;
