import type { DeclarativeRestApiSettings, IExecuteFunctions } from 'n8n-workflow';
import {
	buildStatusRequest,
	buildSubmitRequest,
	CREDENTIAL_TYPE,
	readBaseUrl,
	REQUEST_HEADERS,
} from '../gateway/gatewayRequest';
import { isJsonObject, readText } from '../reading/readJson';
import type { TaskKind } from '../taskKinds';

type HttpRequest = DeclarativeRestApiSettings.HttpRequestOptions;

/**
 * Makes the status request that n8n's routing makes for the declarative operations.
 *
 * @throws what n8n throws when the credential cannot be read, and what `readNetworkSettingsOrThrow` throws
 */
export async function createStatusRequestOrThrow(
	context: IExecuteFunctions,
	{ path }: TaskKind,
): Promise<HttpRequest> {
	return { ...buildStatusRequest(path), ...(await createBaseRequestOrThrow(context)) };
}

/**
 * Makes the submit request of a kind of task, but for its body.
 *
 * @throws as `createStatusRequestOrThrow` does
 */
export async function createSubmitRequestOrThrow(
	context: IExecuteFunctions,
	path: string,
): Promise<HttpRequest> {
	return { ...buildSubmitRequest(path), ...(await createBaseRequestOrThrow(context)) };
}

async function createBaseRequestOrThrow(context: IExecuteFunctions) {
	return {
		baseURL: readBaseUrl(await context.getCredentials(CREDENTIAL_TYPE)),
		headers: REQUEST_HEADERS,
		...readNetworkSettingsOrThrow(context),
	};
}

/**
 * Reads what the user set in n8n's request options.
 *
 * @throws TypeError for a proxy that is no URL, or one without a host
 */
export function readNetworkSettingsOrThrow(
	context: IExecuteFunctions,
): Pick<HttpRequest, 'proxy' | 'skipSslCertificateValidation'> {
	const { proxy, allowUnauthorizedCerts } = readRequestOptions(context);
	return {
		...(proxy !== undefined && { proxy: parseProxyOrThrow(proxy) }),
		skipSslCertificateValidation: allowUnauthorizedCerts,
	};
}

/** The parts of n8n's "Request Options" that count for all items. */
export interface RequestOptions {
	/** The address of a proxy. */
	proxy?: string;
	allowUnauthorizedCerts: boolean;
}

/** What an expression can read in the user's workflow, and cannot in the progress workflow. */
const READS_ITEMS = /\$(?:json|binary|input|node|items?|prevNode|fromAI)\b|\$\(/;

/**
 * The request options for the nodes of the progress workflow, which n8n stores in its database. A
 * proxy's password that comes from an expression, such as one that reads a secret, is not written
 * there: the expression is.
 *
 * @throws Error for such an expression that the progress workflow could not resolve
 */
export function createStoredRequestOptionsOrThrow(context: IExecuteFunctions): RequestOptions {
	const resolved = readRequestOptions(context);
	const options: unknown = context.getNode().parameters.requestOptions;
	const written = isJsonObject(options) ? readText(options.proxy) : null;
	const isExpression = written !== null && written.startsWith('=');
	if (!isExpression || resolved.proxy === undefined || !hasPassword(resolved.proxy)) {
		return resolved;
	}
	if (READS_ITEMS.test(written)) {
		throw new Error(
			"the proxy's password comes from an expression that reads items; it may read $vars, $secrets or $env",
		);
	}
	return { ...resolved, proxy: written };
}

function hasPassword(proxyUrl: string): boolean {
	return URL.canParse(proxyUrl) && new URL(proxyUrl).password !== '';
}

/** Reads them with their expressions resolved. */
export function readRequestOptions(context: IExecuteFunctions): RequestOptions {
	const options: unknown = context.getNodeParameter('requestOptions', 0, {});
	const { proxy, allowUnauthorizedCerts } = isJsonObject(options) ? options : {};
	const proxyUrl = readText(proxy);
	return {
		...(proxyUrl !== null && { proxy: proxyUrl }),
		allowUnauthorizedCerts: allowUnauthorizedCerts === true,
	};
}

function parseProxyOrThrow(proxyUrl: string): NonNullable<HttpRequest['proxy']> {
	const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : null;
	// "localhost:8080" is a URL without a host, and n8n would send the request past such a proxy
	if (url === null || url.hostname === '') throw new TypeError('The proxy is not valid');
	const { protocol, hostname, port, username, password } = url;
	return {
		protocol: protocol.replace(/:$/, ''),
		host: hostname,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		...(username !== '' && {
			auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
		}),
	};
}
