import type { SubmitRefusal } from '../gateway/submitResult';
import {
	adviseOnCertificate,
	adviseOnSending,
	LOOK_AT_ACCESS,
	SET_BASE_URL,
	SET_PROXY_PASSWORD,
	UPDATE_TOKEN,
	withGatewayMessage,
} from './advice';
import type { ProblemContext } from './problemRow';

interface RefusalTexts {
	/** The HTTP status that n8n shows beside the message, where it tells something. */
	httpCode?: string;
	message: string | ((words: string | null) => string);
	/** @param words of the gateway or of Kling, or what came in their place */
	description: (words: string | null, context: ProblemContext) => string;
}

/** What to tell of a submit call that was refused, by its reason: surely no task was created. */
export const SUBMIT_REFUSAL_TEXTS: Record<SubmitRefusal, RefusalTexts> = {
	modelNotOffered: {
		httpCode: '503',
		message: 'Nothing was submitted: the gateway does not offer this model now',
		description: (words) =>
			withGatewayMessage(
				'Choose another in "Model": the list has those that the gateway offers. Some are offered to certain groups of users only.',
				words,
			),
	},
	noPriceForParameters: {
		message: 'Nothing was submitted: this model, mode and duration do not go together',
		description: (words) =>
			withGatewayMessage(
				'The gateway has no price for them. Choose another "Mode" or "Duration (Seconds)", or another "Model".',
				words,
			),
	},
	outOfMoney: {
		httpCode: '403',
		message: 'Nothing was submitted: the balance of the EZModel account is too low for this video',
		description: (words) =>
			withGatewayMessage('Top up the account in the EZModel console. Nothing was charged.', words),
	},
	tokenRefused: {
		httpCode: '401',
		message: 'Nothing was submitted: the gateway did not accept the API token',
		description: (words) => withGatewayMessage(UPDATE_TOKEN, words),
	},
	tokenNoLongerValid: {
		httpCode: '401',
		message: 'Nothing was submitted: the API token is expired, used up or disabled',
		description: (words) =>
			withGatewayMessage(
				'Renew it in the EZModel console, or put another one into the EZModel API credential.',
				words,
			),
	},
	tokenRestricted: {
		httpCode: '403',
		message: 'Nothing was submitted: the API token is limited to other models',
		description: (words) =>
			withGatewayMessage(
				'Use a token without a model restriction in the EZModel API credential. One that allows this model is not enough: it could submit the task but never check it.',
				words,
			),
	},
	accessRefused: {
		httpCode: '403',
		message: 'Nothing was submitted: the gateway denied access',
		description: (words) => withGatewayMessage(LOOK_AT_ACCESS, words),
	},
	operatorRefused: {
		message: "Nothing was submitted: Kling did not accept the gateway's own account",
		description: (words) =>
			withGatewayMessage(
				"This is not about your API token, and nothing was charged. Ask EZModel's support, which has to look at the gateway's account at Kling.",
				words,
			),
	},
	requestRefused: {
		message: (words) =>
			words === null
				? 'Nothing was submitted: the request was not accepted, without a reason'
				: `Nothing was submitted: ${words}`,
		description: () =>
			'Kling, or the gateway, did not accept what the fields ask for. Change what the words name: a text, an image, or a value that this model does not know. "Additional Fields" count as well.',
	},
	wrongBaseUrl: {
		message: 'Nothing was submitted: the Base URL does not lead to the gateway',
		description: (words, { taskKind }) =>
			`It answered with ${words ?? 'something else'}. ${SET_BASE_URL} If that is right, look at "Resource": the gateway may not offer ${taskKind.label}.`,
	},
	proxyRefused: {
		httpCode: '407',
		message: 'Nothing was submitted: the proxy asks for a user name and a password',
		description: () => SET_PROXY_PASSWORD,
	},
	certificateNotTrusted: {
		message: 'Nothing was submitted: the certificate of the gateway is not trusted',
		description: (words) => adviseOnCertificate(words ?? 'It cannot be checked'),
	},
	notSent: {
		message: 'Nothing was submitted: the request could not be sent',
		description: (words) =>
			`${adviseOnSending(words ?? 'n8n did not send it')} Files of the input item have to be there still.`,
	},
};
