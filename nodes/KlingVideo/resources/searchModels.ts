import { NodeApiError, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';
import { listModels } from '../create/models';
import {
	buildModelsRequest,
	CREDENTIAL_TYPE,
	readBaseUrl,
	REQUEST_HEADERS,
} from '../gateway/gatewayRequest';
import { isWebPage, readGatewayMessage, withMessage } from '../gateway/gatewayReply';
import { createTokenRedactor } from '../gateway/redactToken';
import { sendModelsRequest } from '../gateway/sendRequest';
import type { StatusResponse } from '../gateway/statusResponse';
import { isJsonObject, parseJsonObject } from '../reading/readJson';
import { isCreatableKind } from '../submit/submitBody';

/** The name that the field "Model" asks n8n for the list by. */
export const SEARCH_MODELS = 'searchModels';

const TIMEOUT_MS = 30_000;

/**
 * Fills the list of the field "Model", from what the gateway offers to the credential's token.
 *
 * @throws NodeApiError if there is no list to be had, with what to do without it
 */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const resource: unknown = this.getNodeParameter('resource', '');
	const kind = typeof resource === 'string' && isCreatableKind(resource) ? resource : null;
	const response = await fetchModels(this);
	const isAnswer = response.kind === 'response' && response.statusCode === 200;
	const results = isAnswer ? listModels(parseJsonObject(response.text), kind, filter ?? '') : null;
	if (results !== null) return { results };

	const { cause, advice, httpCode } = describeFault(response);
	const message = `The list of models could not be loaded: ${cause}`;
	const error = new NodeApiError(
		this.getNode(),
		{},
		{
			message,
			description: `Choose "By Name" and write the name of the model, such as kling-v3-omni. ${advice}`,
			...(httpCode !== null && { httpCode }),
		},
	);
	// n8n puts a text of its own in place of any message in which it finds a word like ENOENT
	error.message = message;
	throw error;
}

async function fetchModels(context: ILoadOptionsFunctions): Promise<StatusResponse> {
	const credential: unknown = await context.getCredentials(CREDENTIAL_TYPE);
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	const response = await sendModelsRequest(
		context,
		{ ...buildModelsRequest(), baseURL: readBaseUrl(credential), headers: REQUEST_HEADERS },
		{
			timeoutMs: 2 * TIMEOUT_MS,
			signal,
			redact: createTokenRedactor(isJsonObject(credential) ? credential.apiToken : null),
		},
	);
	return signal.aborted && response.kind === 'noResponse'
		? { kind: 'noResponse', cause: `no reply within ${TIMEOUT_MS / 1000} seconds` }
		: response;
}

interface Fault {
	cause: string;
	advice: string;
	httpCode: string | null;
}

const CHECK_BASE_URL =
	'To get the list, look at the Base URL of the credential: it is usually https://api.ezmodel.cloud, with nothing behind it.';

function describeFault(response: StatusResponse): Fault {
	if (response.kind !== 'response') {
		return { cause: response.cause, advice: CHECK_BASE_URL, httpCode: null };
	}
	const { statusCode, text } = response;
	const httpCode = String(statusCode);
	const body = parseJsonObject(text);
	const words = body === null ? null : readGatewayMessage(body);
	if (statusCode === 401 || statusCode === 403) {
		return {
			cause: withMessage('the gateway did not accept the API token', words),
			advice: 'To get the list, look at the API token of the credential.',
			httpCode,
		};
	}
	if (isWebPage(response)) {
		return { cause: 'a web page came in its place', advice: CHECK_BASE_URL, httpCode };
	}
	if (statusCode === 429 || statusCode >= 500) {
		return {
			cause: withMessage(`the gateway answered with status ${statusCode}`, words),
			advice: 'The list may be there again in a minute.',
			httpCode,
		};
	}
	return statusCode === 200
		? { cause: 'what came is no list of models', advice: CHECK_BASE_URL, httpCode: null }
		: {
				cause: withMessage(`the gateway answered with status ${statusCode}`, words),
				advice: CHECK_BASE_URL,
				httpCode,
			};
}
