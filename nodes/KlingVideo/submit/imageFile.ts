import type { IExecuteFunctions } from 'n8n-workflow';
import type { BodyFile } from './bodyBytes';
import { checkImageSize, isJpegOrPng, type ImageFileFault } from './imageSource';
import { hashBytes } from './requestHash';

export type ImageFileRead =
	| { kind: 'imageFile'; file: BodyFile; hash: string }
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
	if (context.getInputData()[itemIndex]?.binary?.[field] === undefined) {
		return { kind: 'noFile', field };
	}
	const read = async () => await context.helpers.getBinaryDataBuffer(itemIndex, field);
	const content = await read();
	if (!isJpegOrPng(content)) return { kind: 'notJpegOrPng' };
	const placeholder = `n8n-file-${crypto.randomUUID()}`;
	return (
		checkImageSize(content.length) ?? {
			kind: 'imageFile',
			file: { placeholder, bytes: content.length, read },
			hash: await hashBytes(content),
		}
	);
}
