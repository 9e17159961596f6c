/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { PANIC_BODY, REFUSALS } from './submitRefusal';

const newApiError = (message: string) => ({
	error: { code: '', message, type: 'new_api_error' },
});

const WEB_PAGE = '<!doctype html><html><head><title>Console</title></head><body></body></html>';

/** Everything but a task that comes back on the status path; see the gateway's documents. */
export const ODD_REPLIES: Record<string, (req: Request, res: Response) => unknown> = {
	// final
	unknown: (_req, res) =>
		res.status(400).json({ code: 'task_not_exist', message: 'task_not_exist', data: null }),
	'bad-token': (_req, res) => res.status(401).json(newApiError('无效的令牌 (request id: sandbox)')),
	'no-token': (_req, res) => res.status(401).json(newApiError('未提供令牌 (request id: sandbox)')),
	'expired-token': (_req, res) =>
		res.status(401).json(newApiError('该令牌已过期 (request id: sandbox)')),
	'disabled-token': (_req, res) =>
		res.status(401).json(newApiError('该令牌状态不可用 (request id: sandbox)')),
	/** What a token gets from then on that its own submit call took below zero. */
	'token-below-zero': (_req, res) =>
		res
			.status(401)
			.json(
				newApiError(
					'[sk-abc***xyz] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -249000 (request id: sandbox)',
				),
			),
	'spent-token': (_req, res) =>
		res
			.status(401)
			.json(
				newApiError('该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz] (request id: sandbox)'),
			),
	restricted: (_req, res) =>
		res.status(403).json(newApiError('该令牌无权访问模型  (request id: sandbox)')),
	'restricted-english': (_req, res) =>
		res.status(403).json(newApiError('This token has no access to model')),
	banned: (_req, res) => res.status(403).json(newApiError('用户已被封禁 (request id: sandbox)')),
	firewall: (_req, res) => res.status(403).type('html').send(WEB_PAGE),
	'bad-request': (_req, res) => res.status(400).json(newApiError('the request is not valid')),
	'kling-1203': (_req, res) => res.json({ code: 1203, message: 'the resource does not exist' }),
	'web-page': (_req, res) => res.type('html').send(WEB_PAGE),
	'not-found': (req, res) =>
		res.status(404).json({
			error: {
				message: `Invalid URL (${req.method} ${req.path})`,
				type: 'invalid_request_error',
				param: '',
				code: '',
			},
		}),
	redirect: (req, res) => res.redirect(301, redirectTarget(req)),

	// passing
	'rate-limit': (_req, res) => res.status(429).end(),
	'rate-limit-text': (_req, res) =>
		res.status(429).json(newApiError('您已达到请求数限制：1分钟内最多请求10次')),
	'rate-limit-retry': (_req, res) => res.status(429).set('Retry-After', '3').end(),
	'upstream-busy': (_req, res) => res.status(429).json(REFUSALS.busy().body),
	database: (_req, res) =>
		res.status(500).json({ code: 'get_task_failed', message: 'database is locked', data: null }),
	panic: (_req, res) => res.status(500).json(PANIC_BODY),
	'bad-gateway': (_req, res) => res.status(502).type('html').send(WEB_PAGE),
	unavailable: (_req, res) => res.status(503).end(),
	'gateway-timeout': (_req, res) => res.status(504).type('html').send(WEB_PAGE),
	empty: (_req, res) => res.status(200).end(),
	'null-data': (_req, res) => res.json({ code: 'success', message: '', data: null }),
	'kling-1302': (_req, res) => res.json({ code: 1302, message: 'too fast' }),
	'broken-json': (_req, res) => res.type('json').send('{"code":"success","data":{"task_id":'),
	'bad-gzip': (_req, res) => res.set('Content-Encoding', 'gzip').send('this is not compressed'),
	garbage: (_req, res) => res.socket?.end('this is not HTTP\r\n\r\n'),
	cut: (_req, res) => res.socket?.destroy(),
	'cut-body': async (_req, res) => {
		res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
		res.write('{"code":"success","data":{');
		await sleep(20);
		res.socket?.destroy();
	},
	/** Never says a word. */
	silent: () => undefined,
	/** Sends a byte now and then, and never comes to the end. */
	drip: (_req, res) => {
		res.writeHead(200, { 'content-type': 'application/json' });
		const timer = setInterval(() => res.write(' '), 50);
		res.on('close', () => clearInterval(timer));
	},
	/** Quotes what it was sent, the token included. */
	quoting: (req, res) =>
		res.status(400).json(newApiError(`not understood: ${req.get('authorization')}`)),
	/** What the one who asks wants to hear; see `dictate`. */
	dictated: (req, res) => {
		const reply = DICTATED.get(req.path.split('/').at(-1) ?? '');
		if (reply === undefined) return res.status(404).end();
		return res.writeHead(reply.statusCode, reply.headers).end(reply.text);
	},
};

export interface DictatedReply {
	statusCode: number;
	headers: Record<string, string>;
	text: string;
}

/** By task id. */
const DICTATED = new Map<string, DictatedReply>();

/** The task id that a sandbox of this process answers with this reply, for tests that make up replies. */
export function dictate(reply: DictatedReply): string {
	const taskId = `dictated-${DICTATED.size}`;
	DICTATED.set(taskId, reply);
	return taskId;
}

/** Another host, as the browser counts; the sandbox answers there too and records what it gets. */
function redirectTarget(req: Request): string {
	return `http://localhost:${req.socket.localPort}/elsewhere${req.path}`;
}
