// What the texts of several problems say in the same words.

import type { ProblemContext, TaskContext } from './problemRow';

/**
 * The beginning of a sentence: how to go on with a task. To run a node again that has submitted it would
 * submit, and pay, again.
 */
export function useTaskAgain({ creates, taskId }: TaskContext): string {
	return creates
		? `Use the operation "Wait Until Complete" of the same resource with Task ID ${taskId}`
		: 'Run this node again with the same Task ID';
}

/** What to do once the cause is gone, for a task that this node has submitted; else that goes without saying. */
export function thenUseTaskAgain(context: TaskContext): string {
	return context.creates ? ` The task itself goes on. ${useTaskAgain(context)} then.` : '';
}

export function keepOtherItems({ continuesOnFail }: ProblemContext): string {
	return continuesOnFail
		? ''
		: ' To keep the other items, set "On Error" in the node\'s settings to "Continue (using error output)".';
}

export function withGatewayMessage(advice: string, gatewayMessage: string | null): string {
	return gatewayMessage === null ? advice : `${advice} The gateway said: ${gatewayMessage}`;
}

export function asSentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}

export const UPDATE_TOKEN =
	'The token is wrong, expired, switched off or used up. Look at it in the EZModel console, then update the EZModel API credential.';

export const LOOK_AT_ACCESS =
	'The token may be limited to other IP addresses or another group, the account may be blocked, or a firewall in front of the gateway may keep this n8n out. Look at the token in the EZModel console.';

export const SET_BASE_URL =
	'Set "Base URL" in the EZModel API credential to the gateway\'s address and nothing behind it, usually https://api.ezmodel.cloud.';

export const SET_PROXY_PASSWORD =
	'Write them into the address of the proxy: http://USER:PASSWORD@HOST:PORT. That is "Proxy" in the "Request Options" of the node, or the environment variable HTTPS_PROXY or HTTP_PROXY of n8n.';

/** @param cause what n8n said of the certificate */
export function adviseOnCertificate(cause: string): string {
	return `${asSentence(cause)} Check "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud). If a proxy or a firewall in front of n8n reads the traffic, have n8n trust its certificate (NODE_EXTRA_CA_CERTS).`;
}

/** @param cause why n8n did not send the request */
export function adviseOnSending(cause: string): string {
	return `${asSentence(cause)} Check "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud), the domains it allows, and n8n's network settings.`;
}

export function adviseOnProxy(protocol: string): string {
	return `Its address begins with "${protocol}:", and n8n knows http: and https: only: it would send the request, with the API token, past the proxy. Change "Proxy" in the node's "Request Options".`;
}
