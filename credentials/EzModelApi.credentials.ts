import type {
	IAuthenticateGeneric,
	IAuthenticateRuleResponseCode,
	IAuthenticateRuleResponseSuccessBody,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';
import { BASE_URL_EXPRESSION } from '../nodes/KlingVideo/gateway/gatewayRequest';

const WRONG_BASE_URL =
	'The Base URL does not lead to the gateway. It is usually https://api.ezmodel.cloud, with nothing behind it.';

export class EzModelApi implements ICredentialType {
	name = 'ezModelApi';

	displayName = 'EZModel API';

	icon: Icon = { light: 'file:../icons/klingVideo.svg', dark: 'file:../icons/klingVideo.dark.svg' };

	documentationUrl = 'https://github.com/ezmodel/n8n-nodes-ezmodel-kling#set-up-the-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'API Token',
			name: 'apiToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. sk-...',
			description:
				'From the token page of the EZModel console. Use a token without a model restriction: a restricted one can submit videos but not check them.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'https://api.ezmodel.cloud',
			description: "The gateway's address, with nothing behind it",
		},
	];

	// Pasting a whole "Bearer sk-…" line is as common as a space at the end.
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				Authorization: '=Bearer {{ $credentials.apiToken.trim().replace(/^Bearer\\s+/i, "") }}',
			},
		},
	};

	// Listing the models is the one documented call that needs a token and nothing else. Redirects are
	// not followed: n8n would carry the token along to another host.
	test: ICredentialTestRequest = {
		request: { baseURL: BASE_URL_EXPRESSION, url: '/v1/models', disableFollowRedirect: true },
		// n8n reads both kinds of rules from one list, which its type does not allow
		rules: [
			createStatusRule(
				401,
				'The API token was not accepted: it is wrong, expired, switched off or used up.',
			),
			createStatusRule(
				403,
				'The gateway denied access. The token may be limited to other IP addresses.',
			),
			// the gateway limits the paths that it does not know, and no others
			createStatusRule(
				429,
				'Too many requests. Try again in a minute; if that does not help, look at the Base URL: it is usually https://api.ezmodel.cloud, with nothing behind it.',
			),
			...[301, 302, 303, 307, 308, 404].map((status) => createStatusRule(status, WRONG_BASE_URL)),
			// n8n can only compare for equality: what is no list of models has no list in "data", or says
			// of itself that it is something else
			createBodyRule('data.length', undefined),
			...[undefined, null, 'error'].map((value) => createBodyRule('object', value)),
		] as NonNullable<ICredentialTestRequest['rules']>,
	};
}

function createBodyRule(key: string, value: unknown): IAuthenticateRuleResponseSuccessBody {
	return { type: 'responseSuccessBody', properties: { key, value, message: WRONG_BASE_URL } };
}

function createStatusRule(value: number, message: string): IAuthenticateRuleResponseCode {
	return { type: 'responseCode', properties: { value, message } };
}
