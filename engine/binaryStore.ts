/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createRequire } from 'node:module';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';

const coreRequire = createRequire(require.resolve('n8n-core'));
const { Container }: { Container: { get(type: typeof BinaryDataService): BinaryDataService } } =
	coreRequire('@n8n/di');

const store = Container.get(BinaryDataService);

/** Until then n8n keeps binary data in memory; afterwards on disk, as n8n 2 does of itself. */
export async function storeOnDisk(): Promise<void> {
	await store.init();
}

export function pathOf({ id }: IBinaryData): string {
	if (id === undefined) throw new Error('This file is in memory');
	return store.getPath(id);
}

export async function bytesOf(file: IBinaryData): Promise<Buffer> {
	return await store.getAsBuffer(file);
}
