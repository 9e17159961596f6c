/** The largest reply of a real gateway has a few kilobytes. */
export const MAX_BODY_BYTES = 8_000_000;

export type BodyRead =
	| { kind: 'text'; text: string }
	| { kind: 'tooLarge' }
	/** The connection or the compression broke. */
	| { kind: 'brokeOff' };

/** The body of a reply, as it arrives and after unpacking. */
interface BodyStream extends AsyncIterable<unknown> {
	destroy(error?: Error): unknown;
	on(event: 'error', listener: () => void): unknown;
}

/**
 * Reads the body of a reply up to a limit, and lets the connection go there: n8n itself would read
 * and unpack whatever comes, to the end. Never throws.
 *
 * @param body a stream, as n8n was asked for, or the text if a host of this node has read it already
 * @param signal ends the reading, as if the body had broken off
 */
export async function readBody(body: unknown, signal: AbortSignal): Promise<BodyRead> {
	if (!isBodyStream(body)) return limitText(typeof body === 'string' ? body : '');

	const destroy = () => body.destroy(new Error('The request was ended'));
	// an error that comes when nothing reads the body any more would end n8n's process
	body.on('error', () => {});
	signal.addEventListener('abort', destroy);
	if (signal.aborted) destroy();
	try {
		const decoder = new TextDecoder();
		let text = '';
		let byteCount = 0;
		for await (const chunk of body) {
			// leaving the loop destroys the stream
			if (!(chunk instanceof Uint8Array)) return { kind: 'brokeOff' };
			byteCount += chunk.length;
			if (byteCount > MAX_BODY_BYTES) return { kind: 'tooLarge' };
			text += decoder.decode(chunk, { stream: true });
		}
		return { kind: 'text', text: text + decoder.decode() };
	} catch {
		return { kind: 'brokeOff' };
	} finally {
		signal.removeEventListener('abort', destroy);
	}
}

function limitText(text: string): BodyRead {
	return text.length > MAX_BODY_BYTES ? { kind: 'tooLarge' } : { kind: 'text', text };
}

function isBodyStream(value: unknown): value is BodyStream {
	return (
		typeof value === 'object' &&
		value !== null &&
		Symbol.asyncIterator in value &&
		'destroy' in value &&
		typeof value.destroy === 'function' &&
		'on' in value &&
		typeof value.on === 'function'
	);
}
