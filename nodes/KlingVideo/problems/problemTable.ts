import { listResultFiles, type Task } from '../gateway/task';
import { sanitizeText } from '../reading/untrustedText';
import { findKindByAction, type TaskKind } from '../taskKinds';
import { formatDuration } from './formatDuration';
import type { Problem, ProblemKind, ProblemOf } from './problem';

/** What the texts of a problem can speak of. */
export interface ProblemContext {
	/** As it was asked for, or as it was given if nothing could be asked. */
	taskId: string;
	/** What the node takes the task for. */
	taskKind: TaskKind;
	/** The task in its last good reply, if there was one. */
	lastTask: Task | null;
	/** Whether the node continues on error: then other items are kept already. */
	continuesOnFail: boolean;
}

interface ProblemRow<Kind extends ProblemKind> {
	/** Whose error it is: the node's own, or one of the gateway and the videos' hosts. */
	error: 'node' | 'api';
	/** The HTTP status that n8n shows beside the message, where it tells something. */
	httpCode?: string | ((problem: ProblemOf<Kind>) => string);
	/** What happened. */
	message: string | ((problem: ProblemOf<Kind>, context: ProblemContext) => string);
	/** What to do about it. */
	description: string | ((problem: ProblemOf<Kind>, context: ProblemContext) => string);
}

type ProblemTable = { [Kind in ProblemKind]: ProblemRow<Kind> };

const WAIT_AGAIN =
	'The task itself goes on. Run this node again with the same Task ID to go on waiting; that costs nothing.';
const USE_WAIT = 'Use the operation "Wait Until Complete" instead';

/**
 * Every problem: its texts, the class of its error, its HTTP status. n8n's rule: the message says
 * what happened, the description what to do, and both avoid words that blame.
 */
const PROBLEMS: ProblemTable = {
	noTaskId: {
		error: 'node',
		message: 'The Task ID is empty',
		description:
			'Set "Task ID" to the task_id that the submit call returned. If the item before has none, look there: the submit call may have been refused.',
	},
	taskIdLost: {
		error: 'node',
		message: 'The submit call was accepted and charged, but the gateway gave no task id',
		description:
			"Its reply has an empty id, so the task cannot be checked. Do not submit again at once: Kling may be making the video already. Ask EZModel's support about it, with the time of the submit call.",
	},
	taskIdLostDigits: {
		error: 'node',
		message: (_, { taskId }) =>
			`The Task ID arrived as the number ${taskId} and has lost its last digits`,
		description:
			"Kling's task ids are longer than a number can hold, so they have to be passed as text. Put the id in quotes where it is written as JSON, set the spreadsheet column to plain text, and do not convert it to a number on the way.",
	},
	unusableTaskId: {
		error: 'node',
		message: (_, { taskId }) => `"${taskId}" cannot be a Task ID`,
		description:
			'Set "Task ID" to the task_id that the submit call returned, as text: {{ $json.task_id }} or {{ $json.data.task_id }}.',
	},
	unreadableParameters: {
		error: 'node',
		message: ({ cause }) => `A field of this node cannot be read: ${cause}`,
		description: 'Look at the expressions in its fields, and at the item that they are read from.',
	},
	noTaskPath: {
		error: 'node',
		message: (_, { taskId }) => `The Task Path is empty (checking task ${taskId})`,
		description:
			'Set "Task Path" to the part of the gateway\'s address between /kling/v1/videos/ and the task id, such as effects.',
	},
	unusableTaskPath: {
		error: 'node',
		message: ({ taskPath }, { taskId }) =>
			`"${taskPath}" cannot be a Task Path (checking task ${taskId})`,
		description:
			'It may have letters, digits, "-", "_", and single "/" between them. Set "Task Path" to the part of the gateway\'s address between /kling/v1/videos/ and the task id, such as effects.',
	},
	taskUnknown: {
		error: 'api',
		httpCode: '400',
		message: (_, { taskId }) => `Task ${taskId} is unknown to this token's account`,
		description:
			'Check that "Task ID" holds the whole task_id of the submit call (not an external_task_id or a video\'s id), and that the credential\'s API token belongs to the account that submitted the task.',
	},
	tokenRefused: {
		error: 'api',
		httpCode: '401',
		message: (_, { taskId }) =>
			`The gateway did not accept the API token when checking task ${taskId}`,
		description: ({ gatewayMessage }) =>
			withGatewayMessage(
				'The token is wrong, expired, switched off or used up. Look at it in the EZModel console, then update the EZModel API credential.',
				gatewayMessage,
			),
	},
	tokenNoLongerValid: {
		error: 'api',
		httpCode: '401',
		message: (_, { taskId }) =>
			`The API token is expired, used up or disabled: it cannot check task ${taskId}`,
		description: ({ gatewayMessage }) =>
			withGatewayMessage(
				'The task itself goes on, and another API token of the same account can get its video. Put one into the EZModel API credential, or renew this one in the EZModel console, then run this node again with the same Task ID; that costs nothing.',
				gatewayMessage,
			),
	},
	tokenRestricted: {
		error: 'api',
		httpCode: '403',
		message: (_, { taskId }) =>
			`The API token is limited to certain models and cannot check task ${taskId}`,
		description: ({ gatewayMessage }) =>
			withGatewayMessage(
				'Such a token can submit a task but never check it. Use a token without a model restriction in the EZModel API credential.',
				gatewayMessage,
			),
	},
	accessRefused: {
		error: 'api',
		httpCode: '403',
		message: (_, { taskId }) => `The gateway denied access to task ${taskId}`,
		description: ({ gatewayMessage }) =>
			withGatewayMessage(
				'The token may be limited to other IP addresses or another group, the account may be blocked, or a firewall in front of the gateway may keep this n8n out. Look at the token in the EZModel console.',
				gatewayMessage,
			),
	},
	wrongBaseUrl: {
		error: 'api',
		message: (_, { taskId, taskKind }) =>
			taskKind.path === null
				? `The Base URL or the Task Path does not lead to the gateway (checking task ${taskId})`
				: `The Base URL does not lead to the gateway (checking task ${taskId})`,
		description: ({ received }, { taskKind }) =>
			`It answered with ${received}. Set "Base URL" in the EZModel API credential to the gateway's address and nothing behind it, usually https://api.ezmodel.cloud. ${
				taskKind.path === null
					? 'If that is right, look at "Task Path": the gateway may not know it.'
					: `If that is right, look at "Resource": the gateway may not offer ${taskKind.label}.`
			}`,
	},
	requestRefused: {
		error: 'api',
		httpCode: ({ statusCode }) => String(statusCode),
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the gateway refused the request`,
		description: ({ statusCode, gatewayMessage }) =>
			withGatewayMessage(
				// a reply of Kling's own can refuse with HTTP status 200 and a code
				`${statusCode < 400 ? 'Kling did not accept it' : `It answered with HTTP status ${statusCode}`}. Check the Task ID; if it is right, ask EZModel's support.`,
				gatewayMessage,
			),
	},
	certificateNotTrusted: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the certificate of the gateway is not trusted`,
		description: ({ cause }) =>
			`${asSentence(cause)} Check "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud). If a proxy or a firewall in front of n8n reads the traffic, have n8n trust its certificate (NODE_EXTRA_CA_CERTS).`,
	},
	notSent: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the request could not be sent`,
		description: ({ cause }) =>
			`${asSentence(cause)} Check "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud), the domains it allows, and n8n's network settings.`,
	},
	checkFailed: {
		error: 'api',
		message: ({ cause }, { taskId }) => `Task ${taskId} could not be checked: ${cause}`,
		description:
			'This mostly passes by itself. Try again in a moment, or use the operation "Wait Until Complete", which goes on through such moments.',
	},
	tooManyFailedChecks: {
		error: 'api',
		message: ({ cause, failedChecks }, { taskId }) =>
			`Task ${taskId} could not be checked ${failedChecks} times in a row: ${cause}`,
		description: (_, context) =>
			`${describeLastStatus(context)} ${WAIT_AGAIN} To wait through longer outages, raise the option "Max Failed Checks".${keepOtherItems(context)}`,
	},
	taskFailed: {
		error: 'api',
		message: ({ reason }, context) =>
			`${nameTask(context)} ended without a video: ${reason ?? 'Kling gave no reason'}`,
		description: (_, context) =>
			`Its status is FAILURE. Change what the reason names, such as an image or the prompt, and submit a new task. To get such tasks as items, set the option "On Failed Task" to "Return the Task".${keepOtherItems(context)}`,
	},
	succeededWithoutVideo: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} is finished, but the gateway gives no video URL for it`,
		description:
			"Its status is SUCCESS. Run this node again with the same Task ID in a few minutes; if there is still no URL, ask EZModel's support about this task.",
	},
	timedOut: {
		error: 'api',
		message: ({ maxWaitMinutes, cause }, context) =>
			cause === null || context.lastTask !== null
				? `${nameTask(context)} was not finished within ${formatMinutes(maxWaitMinutes)}`
				: `${nameTask(context)} could not be checked within ${formatMinutes(maxWaitMinutes)}: ${cause}`,
		description: (_, context) =>
			`${describeLastStatus(context)} ${WAIT_AGAIN} To wait longer, raise the option "Max Wait"; to get the last status as an item, set "On Timeout" to "Return Last Status".${keepOtherItems(context)}`,
	},
	linkExpired: {
		error: 'api',
		message: (_, context) =>
			`The link to the ${nameFile(context)} of task ${context.taskId} is not valid any more`,
		description: ({ statusCode }) =>
			`Its host answered with HTTP status ${statusCode}. Run this node again with the same Task ID: it gets a new link from the gateway, which costs nothing. Kling deletes videos after 30 days: one that is gone has to be submitted again.`,
	},
	notAVideo: {
		error: 'api',
		message: (_, context) => {
			const file = nameFile(context);
			return `What came in place of the ${file} of task ${context.taskId} is not ${file === 'video' ? 'a' : 'an'} ${file}`;
		},
		description: ({ received }, context) =>
			`Its host sent ${received}. Run this node again with the same Task ID in a few minutes, or turn off "Download Video" and open ${nameUrlField(context)} in a browser to see what is there. A proxy or a firewall in front of n8n may be answering.`,
	},
	downloadFailed: {
		error: 'api',
		message: ({ cause }, context) =>
			`The ${nameFile(context)} of task ${context.taskId} is ready, but could not be downloaded: ${cause}`,
		description:
			'It was tried several times. Run this node again with the same Task ID: the file is still there, and that costs nothing.',
	},
	downloadNotAllowed: {
		error: 'api',
		message: (_, context) =>
			`The ${nameFile(context)} of task ${context.taskId} was not downloaded: n8n does not allow requests to its host`,
		description: ({ host }) =>
			`The link leads to ${host}, or on from there, and n8n's SSRF protection (N8N_SSRF_PROTECTION_ENABLED) blocks that address. If you know the host, ask n8n's administrator to add it to N8N_SSRF_ALLOWED_HOSTNAMES, or its address to N8N_SSRF_ALLOWED_IP_RANGES.`,
	},
	downloadTooLarge: {
		error: 'api',
		message: ({ maxMegabytes }, { taskId }) =>
			`The download for task ${taskId} was ended: it is larger than ${maxMegabytes} MB`,
		description: (_, context) =>
			`Raise "Max Download Size (MB)" in the node's options, or ${useUrl(context)}.`,
	},
	downloadTooLong: {
		error: 'api',
		message: ({ maxMinutes }, { taskId }) =>
			`The download for task ${taskId} was ended: it took longer than ${formatMinutes(maxMinutes)}`,
		description: (_, context) =>
			`It may take as long as is left of "Max Wait", and 30 minutes at least. Run this node again with the same Task ID: that costs nothing. If the connection is slow, use the operation "Wait Until Complete" with a higher "Max Wait", or ${useUrl(context)}.`,
	},
	tooManyVideos: {
		error: 'api',
		message: ({ videos }, { taskId }) =>
			`Task ${taskId} has ${videos} files, more than this node downloads`,
		description: ({ maxVideos }, { lastTask }) =>
			`It downloads up to ${maxVideos} for each task. Turn off "Download Video" and fetch the files by the addresses in {{ $json.${hasVideos(lastTask) ? 'videos' : 'files'} }}.`,
	},
	proxyRefused: {
		error: 'api',
		httpCode: '407',
		message: (_, { taskId }) =>
			`The proxy asks for a user name and a password (request for task ${taskId})`,
		description:
			'Write them into the address of the proxy: http://USER:PASSWORD@HOST:PORT. That is "Proxy" in the "Request Options" of the node, or the environment variable HTTPS_PROXY or HTTP_PROXY of n8n.',
	},
	proxyNotUsable: {
		error: 'node',
		message: (_, { taskId }) => `Task ${taskId} was not checked: n8n cannot use the proxy`,
		description: ({ protocol }) =>
			`Its address begins with "${protocol}:", and n8n knows http: and https: only: it would send the request, with the API token, past the proxy. Change "Proxy" in the node's "Request Options".`,
	},
	hostTooOld: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: this n8n is too old for "Suspend Until Complete"`,
		description: `It would go on without the video. Update n8n to version 2.35 or later. ${USE_WAIT} until then.`,
	},
	insideTool: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: a tool of an AI agent cannot suspend the workflow`,
		description: `${USE_WAIT}, or the one that gets the status, and let the agent check again.`,
	},
	workflowNotSaved: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: only a saved workflow can be suspended`,
		description: `Save the workflow and run it again. ${USE_WAIT} to run it unsaved.`,
	},
	callerDoesNotWait: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: what called this sub-workflow cannot wait while it is suspended`,
		description: `${USE_WAIT}, or call the sub-workflow with the node "Execute Sub-workflow".`,
	},
	notSuspended: {
		error: 'node',
		message: ({ cause }, { taskId }) =>
			`Task ${taskId} is not waited for: n8n could not suspend the workflow (${cause})`,
		description: `The task itself goes on. ${USE_WAIT}.`,
	},
	otherVersion: {
		error: 'node',
		message: (_, { taskId }) =>
			`The wait for task ${taskId} was begun by another version of this node, and this one cannot go on with it`,
		description: WAIT_AGAIN,
	},
	progressLost: {
		error: 'api',
		message: (_, { taskId }) =>
			`What became of task ${taskId} is not known: n8n was cut off in the middle of a check`,
		description: WAIT_AGAIN,
	},
};

/** A problem as the user gets it. */
export interface DescribedProblem {
	error: 'node' | 'api';
	httpCode: string | null;
	message: string;
	description: string;
}

export function describeProblem(problem: Problem, context: ProblemContext): DescribedProblem {
	// the id may be any text of the user's
	return fillRow(problem.kind, problem, { ...context, taskId: sanitizeText(context.taskId) });
}

function fillRow<Kind extends ProblemKind>(
	kind: Kind,
	problem: ProblemOf<Kind>,
	context: ProblemContext,
): DescribedProblem {
	const { error, httpCode, message, description }: ProblemRow<Kind> = PROBLEMS[kind];
	return {
		error,
		httpCode: (typeof httpCode === 'function' ? httpCode(problem) : httpCode) ?? null,
		message: typeof message === 'function' ? message(problem, context) : message,
		description: typeof description === 'function' ? description(problem, context) : description,
	};
}

/** With its kind: as the gateway's replies say it, if they do, since they know it better. */
function nameTask({ taskId, taskKind, lastTask }: ProblemContext): string {
	const { label } = findKindByAction(lastTask?.action ?? null) ?? taskKind;
	return `Task ${taskId} (${label})`;
}

/** What the task has made. */
function nameFile({ lastTask }: ProblemContext): string {
	const [file] = lastTask === null ? [] : listResultFiles(lastTask);
	return file?.type === 'audio' ? 'audio file' : (file?.type ?? 'video');
}

function hasVideos(lastTask: Task | null): boolean {
	return lastTask === null || lastTask.videos.length > 0;
}

/** The expression for the address of what the task has made. */
function nameUrlField({ lastTask }: ProblemContext): string {
	return hasVideos(lastTask) ? '{{ $json.videoUrl }}' : '{{ $json.files[0].url }}';
}

function useUrl(context: ProblemContext): string {
	return `turn off "Download Video" and fetch the file in another way from ${nameUrlField(context)}`;
}

function describeLastStatus({ lastTask }: ProblemContext): string {
	if (lastTask === null) return 'No check went well so far.';
	const progress = lastTask.progress === null ? '' : ` (${lastTask.progress}%)`;
	return `Its last status was ${lastTask.status}${progress}.`;
}

function keepOtherItems({ continuesOnFail }: ProblemContext): string {
	return continuesOnFail
		? ''
		: ' To keep the other items, set "On Error" in the node\'s settings to "Continue (using error output)".';
}

function formatMinutes(count: number): string {
	if (count < 0.01) return formatDuration(count * 60_000);
	return count === 1 ? '1 minute' : `${Number(count.toFixed(2))} minutes`;
}

function withGatewayMessage(advice: string, gatewayMessage: string | null): string {
	return gatewayMessage === null ? advice : `${advice} The gateway said: ${gatewayMessage}`;
}

function asSentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}
