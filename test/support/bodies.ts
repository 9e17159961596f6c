import type { IDataObject } from 'n8n-workflow';
import type { TaskReply } from '../../nodes/KlingVideo/gateway/checkResult';
import type { StatusResponse } from '../../nodes/KlingVideo/gateway/statusResponse';
import { readTask, type Task, type Video } from '../../nodes/KlingVideo/gateway/task';
import { isJsonObject } from '../../nodes/KlingVideo/reading/readJson';

// Bodies as the gateway sends them, to the letter.

export const TASK_ID = '842250903629086785';
export const VIDEO_ID = '842250903708762200';
export const VIDEO_URL = 'https://v16-kling-fdl.klingai.com/x.mp4';
export const SUBMITTED_AT_MS = 1766737710_000;

export const NOT_STARTED =
	'{"code":"success","message":"","data":{"task_id":"842250903629086785","action":"multiImage2Video","status":"NOT_START","fail_reason":"","submit_time":1766737710,"start_time":0,"finish_time":0,"progress":"0%","data":{"code":0,"data":{"created_at":1766737710125,"task_id":"842250903629086785","task_status":"submitted","updated_at":1766737710125},"message":"SUCCEED","request_id":"a"}}}';

export const IN_PROGRESS =
	'{"code":"success","message":"","data":{"task_id":"842250903629086785","action":"multiImage2Video","status":"IN_PROGRESS","fail_reason":"","submit_time":1766737710,"start_time":1766737725,"finish_time":0,"progress":"30%","data":{"code":0,"data":{"created_at":1766737710125,"task_id":"842250903629086785","task_info":{},"task_result":{},"task_status":"processing","updated_at":1766737725321},"message":"SUCCEED","request_id":"a"}}}';

export const SUCCESS =
	'{"code":"success","message":"","data":{"task_id":"842250903629086785","action":"multiImage2Video","status":"SUCCESS","fail_reason":"https://v16-kling-fdl.klingai.com/x.mp4","submit_time":1766737710,"start_time":1766737725,"finish_time":1766737890,"progress":"100%","data":{"code":0,"data":{"created_at":1766737710125,"task_id":"842250903629086785","task_info":{},"task_result":{"videos":[{"duration":"5.1","id":"842250903708762200","url":"https://v16-kling-fdl.klingai.com/x.mp4"}]},"task_status":"succeed","updated_at":1766737889000},"message":"SUCCEED","request_id":"a"}}}';

export const FAILURE =
	'{"code":"success","message":"","data":{"task_id":"842250903629086785","action":"multiImage2Video","status":"FAILURE","fail_reason":"SUCCEED","submit_time":1766737710,"start_time":0,"finish_time":1766737740,"progress":"100%","data":{"code":0,"data":{"created_at":1766737710125,"task_id":"842250903629086785","task_info":{},"task_result":{},"task_status":"failed","task_status_msg":"Image pixel is invalid","updated_at":1766737711775},"message":"SUCCEED","request_id":"a"}}}';

export const TASK_BODIES = [NOT_STARTED, IN_PROGRESS, SUCCESS, FAILURE];

export const TASK_NOT_EXIST = '{"code":"task_not_exist","message":"task_not_exist","data":null}';
export const RATE_LIMIT =
	'{"error":{"message":"您已达到请求数限制","type":"new_api_error","code":""}}';
export const UPSTREAM_BUSY = '{"code":"fail_to_fetch_task","message":"busy","data":null}';
export const DATABASE_DOWN = '{"code":"get_task_failed","message":"no database","data":null}';
export const PANIC =
	'{"error":{"message":"Panic detected, error: nil map","type":"new_api_panic"}}';
export const INVALID_URL =
	'{"error":{"message":"Invalid URL (GET /v2/kling)","type":"invalid_request_error","param":"","code":""}}';
export const NO_DATA = '{"code":"success","data":null}';
export const KLING_REFUSAL = '{"code":1203,"message":"model is not supported"}';
export const WEB_PAGE = '<!doctype html><html><body>EZModel console</body></html>';

/** An error as the relay words it. */
export function relayError(message: string): string {
	return JSON.stringify({ error: { message, type: 'new_api_error', code: '' } });
}

export type Reply = Extract<StatusResponse, { kind: 'response' }>;

export function replyOf(text: string, rest: Partial<Omit<Reply, 'kind' | 'text'>> = {}): Reply {
	return {
		kind: 'response',
		statusCode: 200,
		contentType: 'application/json; charset=utf-8',
		retryAfter: '',
		location: '',
		receivedAtMs: SUBMITTED_AT_MS,
		text,
		...rest,
	};
}

export function bodyOf(text: string): IDataObject {
	const body: unknown = JSON.parse(text);
	if (!isJsonObject(body)) throw new Error(`No JSON object: ${text}`);
	return body;
}

/** The task in a body that has one. */
export function taskIn(body: IDataObject): Task {
	const task = readTask(body);
	if (task === null) throw new Error(`No task read from ${JSON.stringify(body)}`);
	return task;
}

/** A task of which a reply says nothing else. */
export const BARE_TASK: Task = {
	status: 'UNKNOWN',
	action: null,
	progress: null,
	videos: [],
	imagesAndAudio: [],
	failureReason: null,
	submittedAtMs: null,
};

/** A video of which a reply says nothing else. */
export function videoAt(url: string, more: Partial<Video> = {}): Video {
	return { id: null, url, duration: null, watermarkUrl: null, sessionId: null, ...more };
}

/** A check that went well, of a task that is running unless said otherwise. */
export function taskReply(task: Partial<Task> = {}): TaskReply {
	return {
		kind: 'task',
		task: { ...BARE_TASK, status: 'IN_PROGRESS', progress: 30, ...task },
		body: '',
	};
}
