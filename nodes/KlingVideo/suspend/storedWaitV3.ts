import type { IDataObject } from 'n8n-workflow';
import { isJsonObject } from '../reading/readJson';

// Version 3 knew no task that the wait itself has yet to create.

/** @returns the wait as version 4 has it; the reader of version 4 checks all of it */
export function upgradeFromV3(wait: IDataObject): unknown {
	const { parameters } = wait;
	return {
		...wait,
		version: 4,
		parameters: isJsonObject(parameters) ? { ...parameters, creates: false } : parameters,
		pendingSubmit: null,
	};
}
