/** What makes one submission another than the one before. */
export interface SubmittedRequest {
	baseUrl: string;
	/** Of the kind of task. */
	path: string;
	/** The body, in which each file is its hash, and the external task id is left out. */
	body: string;
}

/** Tells two submissions apart. Not over the token: another one of the account gets the same task. */
export async function hashRequest({ baseUrl, path, body }: SubmittedRequest): Promise<string> {
	return await hashBytes(new TextEncoder().encode(JSON.stringify([baseUrl, path, body])));
}

/** @returns SHA-256, in hexadecimal digits */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(bytes)));
	return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
