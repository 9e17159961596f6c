/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** The longest text that is kept as it came; longer than any prompt that Kling takes. */
const LONGEST_TEXT_BYTES = 20_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * What stands in the record in place of a long text, such as an image as base64.
 *
 * @param text as it stands between its quotes
 */
export function shortened(text: string): string {
	const bytes = Buffer.from(text);
	return bytes.length <= LONGEST_TEXT_BYTES
		? text
		: describe(bytes.length, createHash('sha256').update(bytes));
}

const describe = (length: number, hash: Hash) => `${length} bytes, sha256 ${hash.digest('hex')}`;

/**
 * Takes JSON piece by piece, and keeps it with its long texts shortened: a body of images leaves some
 * hundred bytes, and never stands in memory as a whole.
 */
export class ShortJson {
	private readonly kept: Buffer[] = [];
	/** Between two quotes. */
	private isInText = false;
	/** The piece before ended in an odd number of backslashes, inside a text. */
	private isEscaped = false;
	private textBytes = 0;
	/** What is kept of the text so far; nothing any more once it is long. */
	private textParts: Buffer[] = [];
	private textHash: Hash | null = null;

	add(chunk: Buffer): void {
		let from = 0;
		while (from < chunk.length) {
			from = this.isInText ? this.takeText(chunk, from) : this.takeRest(chunk, from);
		}
	}

	/** All that is kept so far, without a text that has not come to its end. */
	get text(): string {
		return Buffer.concat(this.kept).toString('utf8');
	}

	/** To be called after the last piece. */
	end(): string {
		if (this.isInText) this.keepText();
		return this.text;
	}

	/** @returns where it ends in this piece */
	private takeRest(chunk: Buffer, from: number): number {
		const quote = chunk.indexOf(QUOTE, from);
		this.isInText = quote !== -1;
		const end = quote === -1 ? chunk.length : quote + 1;
		this.kept.push(Buffer.from(chunk.subarray(from, end)));
		return end;
	}

	private takeText(chunk: Buffer, from: number): number {
		let quote = from - 1;
		do {
			quote = chunk.indexOf(QUOTE, quote + 1);
		} while (quote !== -1 && this.isEscapedAt(chunk, from, quote));
		const end = quote === -1 ? chunk.length : quote;
		this.isEscaped = quote === -1 && this.isEscapedAt(chunk, from, end);
		this.addText(chunk.subarray(from, end));
		if (quote === -1) return end;
		this.keepText();
		this.kept.push(Buffer.from('"'));
		this.isInText = false;
		return end + 1;
	}

	private isEscapedAt(chunk: Buffer, from: number, at: number): boolean {
		let first = at;
		while (first > from && chunk[first - 1] === BACKSLASH) first--;
		const isOdd = (at - first) % 2 === 1;
		return first === from && this.isEscaped ? !isOdd : isOdd;
	}

	private addText(part: Buffer): void {
		this.textBytes += part.length;
		if (this.textHash === null) {
			this.textParts.push(Buffer.from(part));
			if (this.textBytes <= LONGEST_TEXT_BYTES) return;
			this.textHash = createHash('sha256');
			for (const earlier of this.textParts) this.textHash.update(earlier);
			this.textParts = [];
		} else {
			this.textHash.update(part);
		}
	}

	private keepText(): void {
		this.kept.push(
			...(this.textHash === null
				? this.textParts
				: [Buffer.from(describe(this.textBytes, this.textHash))]),
		);
		this.textParts = [];
		this.textHash = null;
		this.textBytes = 0;
	}
}

/**
 * Reads a body of JSON.
 *
 * @param isEnough is asked after each piece, with what is there so far; true ends the reading
 * @returns its text with long texts shortened; null if it was enough before the end
 * @throws if the client goes away
 */
export async function readShortJson(
	body: Readable,
	isEnough: (textSoFar: string) => boolean,
): Promise<string | null> {
	const json = new ShortJson();
	for await (const chunk of body.iterator({ destroyOnReturn: false })) {
		json.add(chunk);
		if (isEnough(json.text)) return null;
	}
	return json.end();
}
