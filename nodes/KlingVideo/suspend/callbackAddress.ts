import { isOneOf } from '../reading/guards';
import { isJsonObject } from '../reading/readJson';

/** What "Use Callback" can be set to. */
export const USE_CALLBACK = ['automatic', 'always', 'never'] as const;

export type UseCallback = (typeof USE_CALLBACK)[number];

const isUseCallback = isOneOf(...USE_CALLBACK);

/** @param options as the node has them; anything else than the three words counts as `automatic` */
export function readUseCallback(options: unknown): UseCallback {
	const chosen: unknown = isJsonObject(options) ? options.useCallback : null;
	return isUseCallback(chosen) ? chosen : 'automatic';
}

/** Names that are known in one network only. */
const LOCAL_NAMES = /(^|\.)(localhost|local|lan|internal|intranet|home|corp|test|invalid|example)$/;

/** Loopback, link-local, private, carrier-grade NAT, and those that are no host's. */
const LOCAL_IPV4 =
	/^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|22[4-9]|2[3-5]\d)\./;

/** The same: unspecified and loopback, unique local, link-local, multicast, and IPv4 in IPv6. */
const LOCAL_IPV6 = /^\[(::|f[cdef]|fe[89ab])/;

/**
 * Whether Kling is given the address at which a suspended execution is woken.
 *
 * @param address n8n's own, as this process knows it
 * @param useCallback `automatic` for an address that others can reach
 */
export function isCallbackAddress(address: string, useCallback: UseCallback): boolean {
	if (useCallback === 'never' || !URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	if (protocol !== 'https:' && protocol !== 'http:') return false;
	return useCallback === 'always' || isPublicHost(hostname);
}

/** @param hostname as URL writes it: in lower case, IPv4 in decimals, IPv6 in brackets */
function isPublicHost(hostname: string): boolean {
	const host = hostname.replace(/\.$/, '');
	if (host.startsWith('[')) return !LOCAL_IPV6.test(host);
	if (/^[\d.]+$/.test(host)) return !LOCAL_IPV4.test(host);
	return host.includes('.') && !LOCAL_NAMES.test(host);
}
