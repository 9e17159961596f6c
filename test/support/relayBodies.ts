import type { StatusResponse } from '../../nodes/KlingVideo/gateway/statusResponse';
import gateway from '../fixtures/relayBodies/gateway.json';
import upstream from '../fixtures/relayBodies/upstream.json';
import { replyOf } from './bodies';

// What two relays really answered, by the name of what was asked: the gateway's own ("gateway") and the
// newer one that it was made from ("upstream"). Both were run on one machine, with a stand-in for Kling.

export interface RelayReply {
	/** HTTP status; 0 where none came. */
	status: number;
	contentType: string | null;
	/** Parsed if it was JSON. */
	body: unknown;
}

export const RELAYS: Record<'gateway' | 'upstream', Record<string, RelayReply>> = {
	gateway,
	upstream,
};

export function textOf({ body }: RelayReply): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

export function responseOf(reply: RelayReply): StatusResponse {
	const { status, contentType } = reply;
	return replyOf(textOf(reply), { statusCode: status, contentType: contentType ?? '' });
}

/** The names of what was asked, whose prefix says which call it was. */
export function namesOf(
	relay: keyof typeof RELAYS,
	call: 'submit' | 'models' | 'status',
): string[] {
	return Object.keys(RELAYS[relay]).filter((name) => callOf(name) === call);
}

function callOf(name: string): 'submit' | 'models' | 'status' {
	if (/^submit-|^database-trouble-submit$/.test(name)) return 'submit';
	return /^models-|^wrong-base-models|-redirect-models$/.test(name) ? 'models' : 'status';
}
