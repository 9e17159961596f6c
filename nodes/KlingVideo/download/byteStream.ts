import type { NodeContext } from '../nodeContext';
import { isJsonObject } from '../reading/readJson';

/** Bytes as they arrive, which n8n stores as they come. */
export type ByteStream = Exclude<
	Parameters<NodeContext['helpers']['prepareBinaryData']>[0],
	Uint8Array
>;

export function isByteStream(value: unknown): value is ByteStream {
	return isJsonObject(value) && typeof value.pipe === 'function' && !(value instanceof Uint8Array);
}

/**
 * Reads how the body begins, and leaves it there.
 *
 * @returns so many bytes, or all of a shorter body; empty if there is none
 */
export async function readFirstBytes(body: ByteStream, count: number): Promise<Uint8Array> {
	return await new Promise((resolve, reject) => {
		const finish = (bytes: Uint8Array) => {
			body.off('readable', read);
			resolve(bytes);
		};
		const read = () => {
			// null until there are as many, or the body has ended
			const chunk: unknown = body.read(count);
			if (!(chunk instanceof Uint8Array)) return;
			body.unshift(chunk);
			finish(chunk);
		};
		body.once('error', reject);
		body.once('end', () => finish(new Uint8Array()));
		body.once('close', () => finish(new Uint8Array()));
		body.on('readable', read);
	});
}
