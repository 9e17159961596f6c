import type { IExecuteFunctions } from 'n8n-workflow';
import { readText } from '../reading/readJson';

/**
 * The address that wakes this execution while n8n has suspended it, as this process knows it; null where
 * n8n has none.
 */
export function readResumeUrl(context: IExecuteFunctions): string | null {
	const execution: unknown = context.getWorkflowDataProxy(0).$execution;
	const url =
		typeof execution === 'object' && execution !== null && 'resumeUrl' in execution
			? readText(execution.resumeUrl)
			: null;
	return url !== null && /^https?:/i.test(url) ? url : null;
}
