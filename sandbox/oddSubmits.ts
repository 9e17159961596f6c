/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { ODD_REPLIES } from './oddReplies';
import { REFUSALS, taskError, type SubmitRefusal } from './submitRefusal';

/** What became of the submit, whatever the reply says. */
export type Outcome =
	/** Kling has no task, and nothing was charged. */
	| 'nothing'
	/** Kling has a task that the gateway does not know; nothing was charged. */
	| 'at-kling-only'
	/** Kling has a task, and it was charged, but the gateway does not know its id. */
	| 'charged-and-lost'
	/** As after a good reply: Kling has a task, it was charged, and the gateway tells its status. */
	| 'created';

/** The reply that a good submit gets. */
export interface GoodReply {
	id: string;
	task_id: string;
	object: 'video';
	/** As asked for. */
	model: string;
	status: '';
	progress: 0;
	/** Seconds since 1970. */
	created_at: number;
}

export interface OddSubmit {
	outcome: Outcome;
	/** @param good what would have been said; its id is that of Kling's task, if there is one */
	answer(req: Request, res: Response, good: GoodReply): unknown;
}

const klingSays = (code: number, message: string) =>
	JSON.stringify({ code, message, request_id: 'sandbox' });

const KLING_AWAY = 'do request failed: upstream error: do request failed';
const NO_JSON = 'unexpected end of JSON input';

/** A refusal of the gateway, or what it passes on from Kling. */
function refused(refusal: SubmitRefusal, outcome: Outcome = 'nothing'): OddSubmit {
	return { outcome, answer: (_req, res) => res.status(refusal.status).json(refusal.body) };
}

/** As the reply of that name on the status path. */
function sameAs(name: string, outcome: Outcome = 'nothing'): OddSubmit {
	return { outcome, answer: (req, res) => ODD_REPLIES[name]?.(req, res) };
}

/** What may come back from a submit call in place of the task's id; a [word] in the prompt names it. */
export const ODD_SUBMITS: Record<string, OddSubmit> = {
	// surely not created, and worth another try
	'submit-busy': refused(REFUSALS.busy()),
	'submit-rate-limit': sameAs('rate-limit'),
	'submit-rate-limit-retry': sameAs('rate-limit-retry'),
	'submit-maintenance': refused(
		taskError(503, 'fail_to_fetch_task', klingSays(5001, 'the server is under maintenance')),
	),

	// surely not created, and refused for good
	'submit-refused': refused(taskError(400, 'task_failed', 'image_list: Image pixel is invalid')),
	'submit-kling-400': refused(
		taskError(400, 'fail_to_fetch_task', klingSays(1201, 'model_name value is invalid')),
	),
	/** The key of the gateway's operator, not the user's token. */
	'submit-operator-key': refused(
		taskError(401, 'fail_to_fetch_task', klingSays(1002, 'access key not found')),
	),
	'submit-operator-key-malformed': refused(
		taskError(
			500,
			'do_request_failed',
			'setup request header failed: failed to create JWT token: invalid api_key, required format is accessKey|secretKey',
		),
	),
	'submit-no-quota': refused(REFUSALS.noQuota()),
	'submit-restricted': {
		outcome: 'nothing',
		answer: (_req, res, { model }) => {
			const { status, body } = REFUSALS.modelNotAllowed(model);
			return res.status(status).json(body);
		},
	},
	'submit-other-address': refused(REFUSALS.otherAddress()),
	'submit-bad-token': sameAs('bad-token'),
	'submit-expired-token': sameAs('expired-token'),
	'submit-disabled-token': sameAs('disabled-token'),
	'submit-spent-token': sameAs('spent-token'),
	'submit-token-without-quota': refused(REFUSALS.spentToken()),
	'submit-banned': sameAs('banned'),
	'submit-web-page': sameAs('web-page'),
	'submit-redirect': sameAs('redirect'),
	'submit-not-found': sameAs('not-found'),

	// not clear: nothing was created
	/** Nothing listens where Kling should be; the same reply as when it was cut off. */
	'submit-kling-away': refused(taskError(500, 'do_request_failed', KLING_AWAY)),
	'submit-kling-500': refused(
		taskError(500, 'fail_to_fetch_task', klingSays(5000, 'internal error')),
	),
	'submit-kling-503-page': refused(
		taskError(
			503,
			'fail_to_fetch_task',
			'<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
		),
	),
	'submit-bad-gateway': sameAs('bad-gateway'),
	/** The connection is reset while the body is on its way. */
	'submit-reset': { outcome: 'nothing', answer: (req) => req.socket.resetAndDestroy() },

	// not clear: it was created
	'submit-do-request-failed': refused(
		taskError(500, 'do_request_failed', KLING_AWAY),
		'at-kling-only',
	),
	'submit-read-failed': refused(
		taskError(500, 'read_response_body_failed', 'unexpected EOF'),
		'at-kling-only',
	),
	'submit-unmarshal-failed': refused(
		taskError(500, 'unmarshal_response_failed', NO_JSON),
		'at-kling-only',
	),
	'submit-two-documents': {
		outcome: 'at-kling-only',
		answer: (_req, res, good) => {
			const { body } = taskError(
				500,
				'insert_task_failed',
				'SQL logic error: no such table: tasks (1)',
			);
			return res.type('json').send(JSON.stringify(good) + JSON.stringify(body));
		},
	},
	'submit-empty-id': {
		outcome: 'charged-and-lost',
		answer: (_req, res, { object, model, status, progress, created_at }) =>
			res.json({ id: '', object, model, status, progress, created_at }),
	},
	'submit-gateway-timeout': sameAs('gateway-timeout', 'created'),
	/** Broken off before the reply. */
	'submit-cut': sameAs('cut', 'created'),
	/** Broken off in the middle of the task's id. */
	'submit-cut-body': {
		outcome: 'created',
		answer: (_req, res, good) => {
			const reply = JSON.stringify(good);
			res.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
			res.write(reply.slice(0, '{"id":"84225'.length), () => res.socket?.destroy());
		},
	},
	'submit-empty': sameAs('empty', 'created'),
	/** The good reply, later. */
	'submit-late': {
		outcome: 'created',
		answer: async (_req, res, good) => {
			await sleep(500);
			return res.json(good);
		},
	},
	/** Never says a word. */
	'submit-silent': sameAs('silent', 'created'),
};
