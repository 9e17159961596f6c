import type { IDataObject } from 'n8n-workflow';

// Version 4 knew no callbacks.

/** @returns the wait as version 5 has it; the reader of version 5 checks all of it */
export function upgradeFromV4(wait: IDataObject): unknown {
	return { ...wait, version: 5, isCalledBack: false };
}
