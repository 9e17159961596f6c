import { listResultFiles, type Task } from '../gateway/task';
import { sanitizeText } from '../reading/untrustedText';
import { findKindByAction } from '../taskKinds';
import {
	adviseOnCertificate,
	adviseOnProxy,
	adviseOnSending,
	keepOtherItems,
	LOOK_AT_ACCESS,
	SET_BASE_URL,
	SET_PROXY_PASSWORD,
	thenUseTaskAgain,
	UPDATE_TOKEN,
	useTaskAgain,
	withGatewayMessage,
} from './advice';
import { CREATE_PROBLEMS } from './createProblems';
import { formatMinutes } from './formatDuration';
import type { Problem, ProblemKind, ProblemOf } from './problem';
import type {
	ProblemContext,
	ProblemRow,
	ProblemRows,
	ProblemTexts,
	TaskContext,
} from './problemRow';

/** The beginning of the advice to wait in the process. */
function useWait(context: TaskContext): string {
	return context.creates
		? useTaskAgain(context)
		: 'Use the operation "Wait Until Complete" instead';
}

function waitAgain(context: TaskContext): string {
	return `The task itself goes on. ${useTaskAgain(context)} to go on waiting; that costs nothing.`;
}

/** The beginning of advice on options: for a task that was submitted, another run of the node is too late. */
function toDo({ creates }: TaskContext): string {
	return creates ? 'For later tasks: to' : 'To';
}

function useOtherToken(context: TaskContext): string {
	return `The task itself goes on, and another API token of the same account can get its video. Put one into the EZModel API credential, or renew this one in the EZModel console. ${useTaskAgain(context)} then; that costs nothing.`;
}

const LOOK_AT_FIELDS =
	'Look at the expressions in its fields, and at the item that they are read from.';

/** For a node that submits and then suspends, where it has not submitted yet. */
const WAIT_AFTER_SUBMITTING =
	'Set "After Submitting" to "Wait Until Complete" or "Return the Task ID"';

/**
 * Every problem: its texts, the class of its error, its HTTP status. n8n's rule: the message says
 * what happened, the description what to do, and both avoid words that blame.
 */
const PROBLEMS: ProblemRows<ProblemKind> = {
	...CREATE_PROBLEMS,
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
		description: LOOK_AT_FIELDS,
		withoutTask: {
			message: ({ cause }) =>
				`Nothing was submitted: a field of this node cannot be read: ${cause}`,
			description: LOOK_AT_FIELDS,
		},
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
		description: (_, context) =>
			context.creates
				? `This node has submitted the task. If the EZModel API credential has been changed since, put a token of the account that submitted it into it.${thenUseTaskAgain(context)}`
				: 'Check that "Task ID" holds the whole task_id of the submit call (not an external_task_id or a video\'s id), and that the credential\'s API token belongs to the account that submitted the task.',
	},
	tokenRefused: {
		error: 'api',
		httpCode: '401',
		message: (_, { taskId }) =>
			`The gateway did not accept the API token when checking task ${taskId}`,
		description: ({ gatewayMessage }, context) =>
			withGatewayMessage(
				context.creates
					? `It has submitted the task, so it is most likely used up, expired or switched off since. ${useOtherToken(context)}`
					: UPDATE_TOKEN,
				gatewayMessage,
			),
	},
	tokenNoLongerValid: {
		error: 'api',
		httpCode: '401',
		message: (_, { taskId }) =>
			`The API token is expired, used up or disabled: it cannot check task ${taskId}`,
		description: ({ gatewayMessage }, context) =>
			withGatewayMessage(useOtherToken(context), gatewayMessage),
	},
	tokenRestricted: {
		error: 'api',
		httpCode: '403',
		message: (_, { taskId }) =>
			`The API token is limited to certain models and cannot check task ${taskId}`,
		description: ({ gatewayMessage }, context) =>
			withGatewayMessage(
				`Such a token can submit a task but never check it. Use a token without a model restriction in the EZModel API credential.${thenUseTaskAgain(context)}`,
				gatewayMessage,
			),
	},
	accessRefused: {
		error: 'api',
		httpCode: '403',
		message: (_, { taskId }) => `The gateway denied access to task ${taskId}`,
		description: ({ gatewayMessage }, context) =>
			withGatewayMessage(`${LOOK_AT_ACCESS}${thenUseTaskAgain(context)}`, gatewayMessage),
	},
	wrongBaseUrl: {
		error: 'api',
		message: (_, { taskId, taskKind }) =>
			taskKind.path === null
				? `The Base URL or the Task Path does not lead to the gateway (checking task ${taskId})`
				: `The Base URL does not lead to the gateway (checking task ${taskId})`,
		description: ({ received }, context) =>
			context.creates
				? `It answered with ${received}, although the task was submitted there: this may pass by itself. If it does not, look at "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud).${thenUseTaskAgain(context)}`
				: `It answered with ${received}. ${SET_BASE_URL} ${
						context.taskKind.path === null
							? 'If that is right, look at "Task Path": the gateway may not know it.'
							: `If that is right, look at "Resource": the gateway may not offer ${context.taskKind.label}.`
					}`,
	},
	requestRefused: {
		error: 'api',
		httpCode: ({ statusCode }) => String(statusCode),
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the gateway refused the request`,
		description: ({ statusCode, gatewayMessage }, { creates }) =>
			withGatewayMessage(
				// a reply of Kling's own can refuse with HTTP status 200 and a code
				`${statusCode < 400 ? 'Kling did not accept it' : `It answered with HTTP status ${statusCode}`}. ${
					creates
						? "Ask EZModel's support about this task."
						: "Check the Task ID; if it is right, ask EZModel's support."
				}`,
				gatewayMessage,
			),
	},
	certificateNotTrusted: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the certificate of the gateway is not trusted`,
		description: ({ cause }, context) =>
			`${adviseOnCertificate(cause)}${thenUseTaskAgain(context)}`,
		withoutTask: {
			message: 'Nothing was submitted: the certificate of the gateway is not trusted',
			description: ({ cause }) => adviseOnCertificate(cause),
		},
	},
	notSent: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} could not be checked: the request could not be sent`,
		description: ({ cause }, context) => `${adviseOnSending(cause)}${thenUseTaskAgain(context)}`,
		withoutTask: {
			message: 'Nothing was submitted: the request could not be sent',
			description: ({ cause }) => adviseOnSending(cause),
		},
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
			`${describeLastStatus(context)} ${waitAgain(context)} ${toDo(context)} wait through longer outages, raise the option "Max Failed Checks".${keepOtherItems(context)}`,
	},
	taskFailed: {
		error: 'api',
		message: ({ reason }, context) =>
			`${nameTask(context)} ended without a video: ${reason ?? 'Kling gave no reason'}`,
		description: (_, context) =>
			`Its status is FAILURE. ${
				context.creates
					? 'What it has cost is paid back to the account, but not to an API token with a quota of its own. Change what the reason names, such as an image or the prompt, and run the workflow anew to submit a new task.'
					: 'Change what the reason names, such as an image or the prompt, and submit a new task.'
			} To get such tasks as items, set the option "On Failed Task" to "Return the Task".${keepOtherItems(context)}`,
	},
	succeededWithoutVideo: {
		error: 'api',
		message: (_, { taskId }) =>
			`Task ${taskId} is finished, but the gateway gives no video URL for it`,
		description: (_, context) =>
			`Its status is SUCCESS. ${useTaskAgain(context)} in a few minutes; if there is still no URL, ask EZModel's support about this task.`,
	},
	timedOut: {
		error: 'api',
		message: ({ maxWaitMinutes, cause }, context) =>
			cause === null || context.lastTask !== null
				? `${nameTask(context)} was not finished within ${formatMinutes(maxWaitMinutes)}`
				: `${nameTask(context)} could not be checked within ${formatMinutes(maxWaitMinutes)}: ${cause}`,
		description: (_, context) =>
			`${describeLastStatus(context)} ${waitAgain(context)} ${toDo(context)} wait longer, raise the option "Max Wait"; to get the last status as an item, set "On Timeout" to "Return Last Status".${keepOtherItems(context)}`,
	},
	linkExpired: {
		error: 'api',
		message: (_, context) =>
			`The link to the ${nameFile(context)} of task ${context.taskId} is not valid any more`,
		description: ({ statusCode }, context) =>
			`Its host answered with HTTP status ${statusCode}. ${useTaskAgain(context)}: it gets a new link from the gateway, which costs nothing. Kling deletes videos after 30 days: one that is gone has to be submitted again.`,
	},
	notAVideo: {
		error: 'api',
		message: (_, context) => {
			const file = nameFile(context);
			return `What came in place of the ${file} of task ${context.taskId} is not ${file === 'video' ? 'a' : 'an'} ${file}`;
		},
		description: ({ received }, context) =>
			`Its host sent ${received}. ${useTaskAgain(context)} in a few minutes. To see what came, turn off "Download Video" there and open ${nameUrlField(context)} in a browser. A proxy or a firewall in front of n8n may be answering.`,
	},
	downloadFailed: {
		error: 'api',
		message: ({ cause }, context) =>
			`The ${nameFile(context)} of task ${context.taskId} is ready, but could not be downloaded: ${cause}`,
		description: (_, context) =>
			`It was tried several times. ${useTaskAgain(context)}: the file is still there, and that costs nothing.`,
	},
	downloadNotAllowed: {
		error: 'api',
		message: (_, context) =>
			`The ${nameFile(context)} of task ${context.taskId} was not downloaded: n8n does not allow requests to its host`,
		description: ({ host }, context) =>
			`The link leads to ${host}, or on from there, and n8n's SSRF protection (N8N_SSRF_PROTECTION_ENABLED) blocks that address. If you know the host, ask n8n's administrator to add it to N8N_SSRF_ALLOWED_HOSTNAMES, or its address to N8N_SSRF_ALLOWED_IP_RANGES.${thenUseTaskAgain(context)}`,
	},
	downloadTooLarge: {
		error: 'api',
		message: ({ maxMegabytes }, { taskId }) =>
			`The download for task ${taskId} was ended: it is larger than ${maxMegabytes} MB`,
		description: (_, context) =>
			context.creates
				? `${useTaskAgain(context)} and a higher "Max Download Size (MB)", or ${useUrl(context)} there.`
				: `Raise "Max Download Size (MB)" in the node's options, or ${useUrl(context)}.`,
	},
	downloadTooLong: {
		error: 'api',
		message: ({ maxMinutes }, { taskId }) =>
			`The download for task ${taskId} was ended: it took longer than ${formatMinutes(maxMinutes)}`,
		description: (_, context) =>
			`It may take as long as is left of "Max Wait", and 30 minutes at least. ${useTaskAgain(context)}: that costs nothing. If the connection is slow, use the operation "Wait Until Complete" with a higher "Max Wait", or ${useUrl(context)}.`,
	},
	tooManyVideos: {
		error: 'api',
		message: ({ videos }, { taskId }) =>
			`Task ${taskId} has ${videos} files, more than this node downloads`,
		description: ({ maxVideos }, context) => {
			const addresses = `{{ $json.${hasVideos(context.lastTask) ? 'videos' : 'files'} }}`;
			return `It downloads up to ${maxVideos} for each task. ${
				context.creates
					? `${useTaskAgain(context)} and without "Download Video"`
					: 'Turn off "Download Video"'
			}, and fetch the files by the addresses in ${addresses}.`;
		},
	},
	proxyRefused: {
		error: 'api',
		httpCode: '407',
		message: (_, { taskId }) =>
			`The proxy asks for a user name and a password (request for task ${taskId})`,
		description: (_, context) => `${SET_PROXY_PASSWORD}${thenUseTaskAgain(context)}`,
	},
	proxyNotUsable: {
		error: 'node',
		message: (_, { taskId }) => `Task ${taskId} was not checked: n8n cannot use the proxy`,
		description: ({ protocol }, context) =>
			`${adviseOnProxy(protocol)}${thenUseTaskAgain(context)}`,
		withoutTask: {
			message: 'Nothing was submitted: n8n cannot use the proxy',
			description: ({ protocol }) => adviseOnProxy(protocol),
		},
	},
	hostTooOld: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: this n8n is too old for "Suspend Until Complete"`,
		description: (_, context) =>
			`It would go on without the video. Update n8n to version 2.35 or later. ${useWait(context)} until then.`,
		withoutTask: {
			message: 'Nothing was submitted: this n8n is too old to suspend the workflow',
			description: `It would go on without the video. Update n8n to version 2.35 or later. ${WAIT_AFTER_SUBMITTING} until then.`,
		},
	},
	insideTool: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: a tool of an AI agent cannot suspend the workflow`,
		description: (_, context) =>
			`${useWait(context)}, or the one that gets the status, and let the agent check again.`,
		withoutTask: {
			message: 'Nothing was submitted: a tool of an AI agent cannot suspend the workflow',
			description: `${WAIT_AFTER_SUBMITTING}; with the ID, the agent can check by another tool.`,
		},
	},
	workflowNotSaved: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: only a saved workflow can be suspended`,
		description: (_, context) =>
			context.creates
				? `${useWait(context)}: that costs nothing, and needs no saved workflow.`
				: `Save the workflow and run it again. ${useWait(context)} to run it unsaved.`,
		withoutTask: {
			message: 'Nothing was submitted: only a saved workflow can be suspended',
			description: `Save the workflow and run it again. ${WAIT_AFTER_SUBMITTING} to run it unsaved.`,
		},
	},
	callerDoesNotWait: {
		error: 'node',
		message: (_, { taskId }) =>
			`Task ${taskId} was not checked: what called this sub-workflow cannot wait while it is suspended`,
		description: (_, context) =>
			context.creates
				? `${useWait(context)}: that costs nothing.`
				: `${useWait(context)}, or call the sub-workflow with the node "Execute Sub-workflow".`,
		withoutTask: {
			message:
				'Nothing was submitted: what called this sub-workflow cannot wait while it is suspended',
			description: `${WAIT_AFTER_SUBMITTING}, or call the sub-workflow with the node "Execute Sub-workflow".`,
		},
	},
	notSuspended: {
		error: 'node',
		message: ({ cause }, { taskId }) =>
			`Task ${taskId} is not waited for: n8n could not suspend the workflow (${cause})`,
		description: (_, context) => `The task itself goes on. ${useWait(context)}.`,
		withoutTask: {
			message: ({ cause }) =>
				`Nothing was submitted: n8n could not suspend the workflow (${cause})`,
			description: `${WAIT_AFTER_SUBMITTING}.`,
		},
	},
	otherVersion: {
		error: 'node',
		message: (_, { taskId }) =>
			`The wait for task ${taskId} was begun by another version of this node, and this one cannot go on with it`,
		// what cannot be read may be a wait of "Create", which would submit again
		description: (_, context) => waitAgain({ ...context, creates: true }),
		withoutTask: {
			message:
				'This wait was begun by another version of this node, and this one cannot go on with it',
			description:
				'Its task may go on. Look for it in the task list of the EZModel console, and use the operation "Wait Until Complete" with its task id; that costs nothing.',
		},
	},
	progressLost: {
		error: 'api',
		message: (_, { taskId }) =>
			`What became of task ${taskId} is not known: n8n was cut off in the middle of a check`,
		description: (_, context) => waitAgain(context),
		// it was waiting for a place; since then, a task may have been created
		withoutTask: {
			message:
				'It is not known whether a task was created: n8n was cut off in the middle of a check',
			description:
				'It may have been charged. Look for it in the task list of the EZModel console: the operation "Wait Until Complete" of the same resource gets its video by its task id. If there is none, run the workflow anew.',
		},
	},
};

/** For a problem that is only told of tasks, should it be told without one. */
const NO_ID = 'without an id';

/** A problem as the user gets it. */
export interface DescribedProblem {
	error: 'node' | 'api';
	httpCode: string | null;
	message: string;
	description: string;
}

export function describeProblem(problem: Problem, context: ProblemContext): DescribedProblem {
	return fillRow(problem.kind, problem, context);
}

function fillRow<Kind extends ProblemKind>(
	kind: Kind,
	problem: ProblemOf<Kind>,
	context: ProblemContext,
): DescribedProblem {
	const row: ProblemRow<Kind> = PROBLEMS[kind];
	const { error, httpCode, withoutTask } = row;
	return {
		error,
		httpCode: (typeof httpCode === 'function' ? httpCode(problem) : httpCode) ?? null,
		...(context.taskId === null && withoutTask !== undefined
			? fillTexts(withoutTask, problem, context)
			: // the id may be any text of the user's
				fillTexts(row, problem, { ...context, taskId: sanitizeText(context.taskId ?? NO_ID) })),
	};
}

function fillTexts<Kind extends ProblemKind, Context>(
	{ message, description }: ProblemTexts<Kind, Context>,
	problem: ProblemOf<Kind>,
	context: Context,
): { message: string; description: string } {
	return {
		message: typeof message === 'function' ? message(problem, context) : message,
		description: typeof description === 'function' ? description(problem, context) : description,
	};
}

/** With its kind: as the gateway's replies say it, if they do, since they know it better. */
function nameTask({ taskId, taskKind, lastTask }: TaskContext): string {
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
