import type { IExecuteFunctions } from 'n8n-workflow';
import { checkImageSize, isJpegOrPng, type ImageFileFault } from './imageSource';
import { hashBytes } from './requestHash';
import type { FileLocation } from './submission';

export type ImageFileRead =
	| { kind: 'imageFile'; location: FileLocation; bytes: number; hash: string }
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
	const location = findFile(context, itemIndex, field);
	if (location === null) return { kind: 'noFile', field };
	const content = await readFile(context, location);
	if (!isJpegOrPng(content)) return { kind: 'notJpegOrPng' };
	return (
		checkImageSize(content.length) ?? {
			kind: 'imageFile',
			location,
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
	location: FileLocation,
): Promise<Uint8Array> {
	return 'id' in location
		? await helpers.binaryToBuffer(await helpers.getBinaryStream(location.id))
		: Buffer.from(location.data, 'base64');
}

/** n8n says by an error that there is none: where it keeps files is its own matter. */
function findFile(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	field: string,
): FileLocation | null {
	try {
		const { id, data } = helpers.assertBinaryData(itemIndex, field);
		return id === undefined ? { data } : { id };
	} catch {
		return null;
	}
}
