/** A file that stands in a body as base64 text. */
export interface BodyFile {
	/** The text in the body whose place it takes; long and random, so that nobody else writes it. */
	placeholder: string;
	/** Length of the file. */
	bytes: number;
	/** Reads the file anew. */
	read(): Promise<Uint8Array>;
}

/**
 * Writes a body with its files. One file after another is read, and its base64 text goes straight to its
 * place: in memory is the body once, and one file beside it.
 *
 * @param text that has the placeholder of each file once
 * @throws what a file's `read` throws, and RangeError for a file whose length is not what was said
 */
export async function createBodyBytes(text: string, files: BodyFile[]): Promise<Uint8Array> {
	const inOrder = [...files].sort(
		(a, b) => text.indexOf(a.placeholder) - text.indexOf(b.placeholder),
	);
	const placeholderBytes = inOrder.reduce((sum, { placeholder }) => sum + placeholder.length, 0);
	const fileBytes = inOrder.reduce((sum, { bytes }) => sum + getBase64Length(bytes), 0);
	const body = Buffer.alloc(Buffer.byteLength(text) - placeholderBytes + fileBytes);
	let written = 0;
	let rest = text;
	for (const { placeholder, bytes, read } of inOrder) {
		const [before = ''] = rest.split(placeholder, 1);
		written += body.write(before, written);
		const file = await read();
		if (file.length !== bytes) throw new RangeError('A file has changed while it was read');
		// a view, not a copy
		written += body.write(
			Buffer.from(file.buffer, file.byteOffset, file.length).toString('base64'),
			written,
			'latin1',
		);
		rest = rest.slice(before.length + placeholder.length);
	}
	body.write(rest, written);
	return body;
}

/** Three bytes are four characters, and what is left is filled up. */
function getBase64Length(bytes: number): number {
	return Math.ceil(bytes / 3) * 4;
}
