import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { checkImageSize, isJpegOrPng, type ImageFileFault } from './imageSource';
import { hashBytes } from './requestHash';

export type ImageFileRead =
	| { kind: 'imageFile'; binary: IBinaryData; bytes: number; hash: string }
	/** The item has no file in that field. */
	| { kind: 'noFile'; field: string }
	| ImageFileFault;

/**
 * Looks at a file of an input item. Its bytes are not kept: the body is written when there is a place for
 * its task, which may be much later.
 *
 * @throws what n8n throws when its binary store cannot be read
 */
export async function readImageFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<ImageFileRead> {
	const binary = findFile(context, itemIndex, field);
	if (binary === null) return { kind: 'noFile', field };
	const content = await readFile(context, binary);
	if (!isJpegOrPng(content)) return { kind: 'notJpegOrPng' };
	return (
		checkImageSize(content.length) ?? {
			kind: 'imageFile',
			binary,
			bytes: content.length,
			hash: await hashBytes(content),
		}
	);
}

/**
 * Reads a file that n8n keeps, from its binary store or from the execution's data.
 *
 * @throws what n8n throws when it cannot be read
 */
export async function readFile(
	{ helpers }: IExecuteFunctions,
	{ id, data }: IBinaryData,
): Promise<Uint8Array> {
	return id === undefined
		? Buffer.from(data, 'base64')
		: await helpers.binaryToBuffer(await helpers.getBinaryStream(id));
}

/** n8n says by an error that there is none: where it keeps files is its own matter. */
function findFile(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	field: string,
): IBinaryData | null {
	try {
		return helpers.assertBinaryData(itemIndex, field);
	} catch {
		return null;
	}
}
