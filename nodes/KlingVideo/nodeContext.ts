import type { IExecuteFunctions, IExecutePaginationFunctions } from 'n8n-workflow';

/** What n8n hands to a declarative operation, or to a custom one. */
export type NodeContext = IExecuteFunctions | IExecutePaginationFunctions;
