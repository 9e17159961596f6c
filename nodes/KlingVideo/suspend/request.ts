import type { DeclarativeRestApiSettings, IExecuteFunctions } from 'n8n-workflow';
import { CREDENTIAL_TYPE, STATUS_REQUEST } from '../gateway/statusRequest';
import { isJsonObject, readText } from '../gateway/unknownJson';

type HttpRequest = DeclarativeRestApiSettings.HttpRequestOptions;

/**
 * The status call as n8n's routing puts it together for the declarative operations.
 *
 * @throws what n8n throws when the credential cannot be read, and what `networkOf` throws
 */
export async function statusRequestOf(context: IExecuteFunctions): Promise<HttpRequest> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const baseUrl = isJsonObject(credential) ? readText(credential.baseUrl) : null;
	return {
		...STATUS_REQUEST,
		baseURL: (baseUrl ?? '').replace(/\/+$/, ''),
		headers: { Accept: 'application/json' },
		...networkOf(context),
	};
}

/**
 * What the user set among n8n's request options.
 *
 * @throws TypeError for a proxy that is no URL, or one without a host
 */
export function networkOf(
	context: IExecuteFunctions,
): Pick<HttpRequest, 'proxy' | 'skipSslCertificateValidation'> {
	const { proxy, allowUnauthorizedCerts } = requestOptionsOf(context);
	return {
		...(proxy !== undefined && { proxy: proxyFrom(proxy) }),
		skipSslCertificateValidation: allowUnauthorizedCerts,
	};
}

/** The parts of n8n's "Request Options" that count for all items, with their expressions resolved. */
export interface RequestOptions {
	/** The address of a proxy. */
	proxy?: string;
	allowUnauthorizedCerts: boolean;
}

export function requestOptionsOf(context: IExecuteFunctions): RequestOptions {
	const options: unknown = context.getNodeParameter('requestOptions', 0, {});
	const { proxy, allowUnauthorizedCerts } = isJsonObject(options) ? options : {};
	const proxyUrl = readText(proxy);
	return {
		...(proxyUrl !== null && { proxy: proxyUrl }),
		allowUnauthorizedCerts: allowUnauthorizedCerts === true,
	};
}

function proxyFrom(proxyUrl: string): HttpRequest['proxy'] {
	const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : null;
	// "localhost:8080" is a URL without a host, and n8n would send the call past such a proxy
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
