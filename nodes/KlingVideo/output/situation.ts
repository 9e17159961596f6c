import type { Refusal } from '../gateway/meaning';
import type { Task } from '../gateway/task';
import type { TaskIdRead } from '../gateway/taskId';
import type { CannotSuspend } from '../suspend/whyNotHere';
import type { DownloadRefusal } from '../video/download';

/** Everything that can keep an item from its video. */
export type Situation =
	| { kind: Exclude<TaskIdRead['kind'], 'taskId'> }
	| Refusal
	| { kind: 'checkWentWrong'; cause: string }
	| { kind: 'tooMuchTrouble'; cause: string; failedChecks: number }
	| { kind: 'failed'; reason: string | null }
	| { kind: 'succeededWithoutVideo' }
	| { kind: 'timedOut'; maxWaitMinutes: number; cause: string | null }
	| DownloadRefusal
	| { kind: 'unreadableParameters'; cause: string }
	| CannotSuspend
	| { kind: 'notSuspended'; cause: string }
	| { kind: 'parkedByOtherVersion' }
	| { kind: 'progressLost' };

export interface Told {
	/** What happened. */
	message: string;
	/** What to do about it. */
	description: string;
}

const WAIT_AGAIN =
	'The task itself goes on. Run this node again with the same Task ID to go on waiting; that costs nothing.';
const USE_WAIT = 'Use the operation "Wait Until Complete" instead';
const GO_ON_WITHOUT =
	'To keep the other items, set "On Error" in the node\'s settings to "Continue (using error output)".';

/**
 * What a situation tells the user. n8n's rule: the message says what happened, the description what
 * to do, and both avoid words that blame.
 *
 * @param taskId as it was asked for, or as it was given if nothing could be asked
 * @param lastSeen the task in its last good reply, if there was one
 */
export function tell(situation: Situation, taskId: string, lastSeen: Task | null): Told {
	switch (situation.kind) {
		case 'noTaskId':
			return {
				message: 'The Task ID is empty',
				description:
					'Set "Task ID" to the task_id that the submit call returned. If the item before has none, look there: the submit call may have been refused.',
			};
		case 'taskIdLostDigits':
			return {
				message: `The Task ID arrived as the number ${taskId} and has lost its last digits`,
				description:
					"Kling's task ids are longer than a number can hold, so they have to be passed as text. Put the id in quotes where it is written as JSON, set the spreadsheet column to plain text, and do not convert it to a number on the way.",
			};
		case 'unusableTaskId':
			return {
				message: `"${shorten(taskId)}" cannot be a Task ID`,
				description:
					'Set "Task ID" to the task_id that the submit call returned, as text: {{ $json.task_id }} or {{ $json.data.task_id }}.',
			};
		case 'taskUnknown':
			return {
				message: `Task ${taskId} is unknown to this token's account`,
				description:
					'Check that "Task ID" holds the whole task_id of the submit call (not an external_task_id or a video\'s id), and that the credential\'s API token belongs to the account that submitted the task.',
			};
		case 'tokenRefused':
			return {
				message: `The gateway did not accept the API token when asked about task ${taskId}`,
				description: withWords(
					'The token is wrong, expired, switched off or used up. Look at it in the EZModel console, then update the EZModel API credential.',
					situation.said,
				),
			};
		case 'tokenRestricted':
			return {
				message: `The API token is limited to certain models and may not ask about task ${taskId}`,
				description: withWords(
					'Such a token can submit a task but never check it. Use a token without a model restriction in the EZModel API credential.',
					situation.said,
				),
			};
		case 'accessRefused':
			return {
				message: `The gateway denied access to task ${taskId}`,
				description: withWords(
					'The token may be limited to other IP addresses or another group, the account may be blocked, or a firewall in front of the gateway may keep this n8n out. Look at the token in the EZModel console.',
					situation.said,
				),
			};
		case 'wrongBaseUrl':
			return {
				message: `The Base URL does not lead to the gateway (asked about task ${taskId})`,
				description: `It answered with ${shorten(situation.found)}. Set "Base URL" in the EZModel API credential to the gateway's address and nothing behind it, usually https://api.ezmodel.cloud.`,
			};
		case 'requestRefused':
			return {
				message: `The gateway turned down the question about task ${taskId}`,
				description: withWords(
					`It answered with HTTP status ${situation.statusCode}. Check the Task ID; if it is right, ask EZModel's support.`,
					situation.said,
				),
			};
		case 'notSent':
			return {
				message: `The question about task ${taskId} could not be sent`,
				description: `${sentence(situation.cause)} Check "Base URL" in the EZModel API credential (usually https://api.ezmodel.cloud), the domains it allows, and n8n's network settings.`,
			};
		case 'checkWentWrong':
			return {
				message: `Task ${taskId} could not be checked: ${shorten(situation.cause)}`,
				description:
					'This mostly passes by itself. Try again in a moment, or use the operation "Wait Until Complete", which goes on through such moments.',
			};
		case 'tooMuchTrouble':
			return {
				message: `Task ${taskId} could not be checked ${situation.failedChecks} times in a row: ${shorten(situation.cause)}`,
				description: `${lastStatus(lastSeen)} ${WAIT_AGAIN} To bear longer outages, raise the option "Max Failed Checks". ${GO_ON_WITHOUT}`,
			};
		case 'failed':
			return {
				message: `Task ${taskId} ended without a video: ${shorten(situation.reason ?? 'Kling gave no reason')}`,
				description: `Its status is FAILURE. Change the images or the prompt as the reason says and submit a new task. To get such tasks as items, set the option "On Failed Task" to "Return the Task". ${GO_ON_WITHOUT}`,
			};
		case 'succeededWithoutVideo':
			return {
				message: `Task ${taskId} is finished, but the gateway gives no video URL for it`,
				description:
					"Its status is SUCCESS. Run this node again with the same Task ID in a few minutes; if there is still no URL, ask EZModel's support about this task.",
			};
		case 'linkRunOut':
			return {
				message: `The link to the video of task ${taskId} is not valid any more`,
				description: `The video's host answered with HTTP status ${situation.statusCode}. Run this node again with the same Task ID: it asks the gateway for the link anew, which costs nothing. Kling deletes videos after 30 days: one that is gone has to be submitted again.`,
			};
		case 'notAVideo':
			return {
				message: `What came in place of the video of task ${taskId} is not a video`,
				description: `Its host sent ${situation.found}. Run this node again with the same Task ID in a few minutes, or turn off "Download Video" and open {{ $json.videoUrl }} in a browser to see what is there. A proxy or a firewall in front of n8n may be answering.`,
			};
		case 'downloadWentWrong':
			return {
				message: `The video of task ${taskId} is ready, but could not be downloaded: ${shorten(situation.cause)}`,
				description:
					'It was tried several times. Run this node again with the same Task ID: the video is still there, and that costs nothing.',
			};
		case 'unreadableParameters':
			return {
				message: `A field of this node cannot be read: ${shorten(situation.cause)}`,
				description:
					'Look at the expressions in its fields, and at the item that they are read from.',
			};
		case 'hostTooOld':
			return {
				message: `Task ${taskId} was not asked about: this n8n is too old for "Suspend Until Complete"`,
				description: `It would go on without the video. Update n8n to version 2.35 or later. ${USE_WAIT} until then.`,
			};
		case 'insideTool':
			return {
				message: `Task ${taskId} was not asked about: a tool of an AI agent cannot suspend the workflow`,
				description: `${USE_WAIT}, or "Get Multi-Image Video Status" and let the agent ask again.`,
			};
		case 'workflowNotSaved':
			return {
				message: `Task ${taskId} was not asked about: only a saved workflow can be suspended`,
				description: `Save the workflow and run it again. ${USE_WAIT} to run it unsaved.`,
			};
		case 'callerDoesNotWait':
			return {
				message: `Task ${taskId} was not asked about: what called this sub-workflow cannot wait while it is suspended`,
				description: `${USE_WAIT}, or call the sub-workflow with the node "Execute Sub-workflow".`,
			};
		case 'notSuspended':
			return {
				message: `Task ${taskId} is not waited for: n8n could not suspend the workflow (${shorten(situation.cause)})`,
				description: `The task itself goes on. ${USE_WAIT}.`,
			};
		case 'parkedByOtherVersion':
			return {
				message: `The wait for task ${taskId} was begun by another version of this node, and this one cannot go on with it`,
				description: WAIT_AGAIN,
			};
		case 'progressLost':
			return {
				message: `What became of task ${taskId} is not known: n8n was cut off in the middle of a check`,
				description: WAIT_AGAIN,
			};
		case 'timedOut': {
			const limit = minutes(situation.maxWaitMinutes);
			return {
				message:
					situation.cause === null || lastSeen !== null
						? `Task ${taskId} was not finished within ${limit}`
						: `Task ${taskId} could not be checked within ${limit}: ${shorten(situation.cause)}`,
				description: `${lastStatus(lastSeen)} ${WAIT_AGAIN} To wait longer, raise the option "Max Wait"; to get the last status as an item, set "On Timeout" to "Return Last Status". ${GO_ON_WITHOUT}`,
			};
		}
	}
}

function lastStatus(task: Task | null): string {
	if (task === null) return 'No check went well so far.';
	const progress = task.progress === null ? '' : ` (${task.progress}%)`;
	return `Its last status was ${task.status}${progress}.`;
}

function minutes(count: number): string {
	return count === 1 ? '1 minute' : `${Number(count.toFixed(2))} minutes`;
}

function withWords(advice: string, said: string | null): string {
	return said === null ? advice : `${advice} The gateway said: ${shorten(said)}`;
}

function sentence(text: string): string {
	return /[.!?]$/.test(text) ? shorten(text) : `${shorten(text)}.`;
}

/** Gateways may send pages of text; a line is enough to know what they mean. */
function shorten(text: string): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
