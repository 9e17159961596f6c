import type { DeclarativeRestApiSettings, IExecuteFunctions } from 'n8n-workflow';
import {
	buildStatusRequest,
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
 * @throws what n8n throws when the credential cannot be read, and what `readNetworkSettings` throws
 */
export async function createStatusRequest(
	context: IExecuteFunctions,
	{ path }: TaskKind,
): Promise<HttpRequest> {
	return {
		...buildStatusRequest(path),
		baseURL: readBaseUrl(await context.getCredentials(CREDENTIAL_TYPE)),
		headers: REQUEST_HEADERS,
		...readNetworkSettings(context),
	};
}

/**
 * Reads what the user set in n8n's request options.
 *
 * @throws TypeError for a proxy that is no URL, or one without a host
 */
export function readNetworkSettings(
	context: IExecuteFunctions,
): Pick<HttpRequest, 'proxy' | 'skipSslCertificateValidation'> {
	const { proxy, allowUnauthorizedCerts } = readRequestOptions(context);
	return {
		...(proxy !== undefined && { proxy: parseProxy(proxy) }),
		skipSslCertificateValidation: allowUnauthorizedCerts,
	};
}

/** The parts of n8n's "Request Options" that count for all items, with their expressions resolved. */
export interface RequestOptions {
	/** The address of a proxy. */
	proxy?: string;
	allowUnauthorizedCerts: boolean;
}

export function readRequestOptions(context: IExecuteFunctions): RequestOptions {
	const options: unknown = context.getNodeParameter('requestOptions', 0, {});
	const { proxy, allowUnauthorizedCerts } = isJsonObject(options) ? options : {};
	const proxyUrl = readText(proxy);
	return {
		...(proxyUrl !== null && { proxy: proxyUrl }),
		allowUnauthorizedCerts: allowUnauthorizedCerts === true,
	};
}

function parseProxy(proxyUrl: string): NonNullable<HttpRequest['proxy']> {
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
