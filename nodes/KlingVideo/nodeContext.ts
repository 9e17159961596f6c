import type {
	IExecuteFunctions,
	IExecutePaginationFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

/** What n8n hands to a declarative operation, or to a custom one. */
export type NodeContext = IExecuteFunctions | IExecutePaginationFunctions;

/** What can ask the gateway and store files: the same, and what n8n hands to a trigger's webhook. */
export type RequestContext = NodeContext | IWebhookFunctions;
