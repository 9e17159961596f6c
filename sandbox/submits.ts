/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { text } from 'node:stream/consumers';
import type { Request, Response } from 'express';
import { parseExact, type Json, type JsonObject } from './exactJson';
import { textOf } from './klingBody';
import { ODD_SUBMITS, type GoodReply } from './oddSubmits';
import { isOdd, readPrompt, type SubmitScenario } from './scenario';
import { readShortJson } from './submitBody';
import { REFUSALS, SubmitRefusal } from './submitRefusal';
import { checkSubmit, readSubmit, type AcceptedSubmit } from './submitRules';
import type { SandboxTask, TaskStore } from './taskStore';

/** A submit call whose body could be read. */
export interface SeenSubmit {
	/** When its body had come; milliseconds since 1970. */
	atMs: number;
	path: string;
	/** As sent. Texts over 20,000 bytes are shortened (see `shortened`), large integers are bigints. */
	body: JsonObject;
	/** The kind that Kling got it as; null if the gateway refused it. */
	klingPath: string | null;
	/** What Kling got: with the gateway's defaults, without what it drops. Null if it refused it. */
	klingBody: JsonObject | null;
	/** Kling's id of the task, whether the client learnt it or not. Null if there is no task. */
	taskId: string | null;
	externalTaskId: string | null;
	/** What was charged, in the gateway's own unit. */
	quota: number;
}

interface SubmitsOptions {
	tasks: TaskStore;
	now: () => number;
	/** Whether Kling has a place for one more task. */
	hasPlace: () => boolean;
	/** Is told of each task that there is from now on. */
	onTask: (taskId: string, task: SandboxTask) => void;
}

/** The submit calls of a sandbox: how they are answered, and the record of them. */
export class Submits {
	readonly seen: SeenSubmit[] = [];
	/** How often each was submitted that asks for an odd reply. */
	private readonly attempts = new Map<string, number>();

	constructor(private readonly options: SubmitsOptions) {}

	async answer(kindPath: string, isRestricted: boolean, req: Request, res: Response) {
		const body = await this.readBody(req);
		if (body === null) return;
		try {
			return await this.answerBody(body, kindPath, isRestricted, req, res);
		} catch (error) {
			const { status, body: refusal } = refusalOf(error);
			return res.status(status).json(refusal);
		}
	}

	private async answerBody(
		body: Body,
		kindPath: string,
		isRestricted: boolean,
		req: Request,
		res: Response,
	) {
		const { now, tasks } = this.options;
		const sent = body();
		const seen: SeenSubmit = {
			atMs: now(),
			path: req.path,
			body: sent,
			klingPath: null,
			klingBody: null,
			taskId: null,
			externalTaskId: textOf(sent.external_task_id) || null,
			quota: 0,
		};
		this.seen.push(seen);
		const accepted = checkSubmit(kindPath, sent, isRestricted);
		const prompt = promptOf(sent);
		const asked = readPrompt(prompt);
		if ('unknown' in asked) {
			return res
				.status(400)
				.json({ code: 1201, message: `the sandbox knows no "${asked.unknown}"` });
		}
		const odd = this.oddOf(asked.submit, prompt, seen.externalTaskId);
		const good = this.goodReply(accepted);
		const outcome = odd?.outcome ?? 'created';
		if (outcome === 'nothing') return await odd?.answer(req, res, good);

		seen.klingPath = accepted.kindPath;
		seen.klingBody = accepted.klingBody;
		if (!this.options.hasPlace()) throw REFUSALS.busy();
		seen.taskId = good.id;
		seen.quota = outcome === 'at-kling-only' ? 0 : accepted.quota;
		const task = await tasks.submit(good.id, {
			scenario: asked.task,
			kindPath: accepted.kindPath,
			// what Kling did not get, it does not know
			externalTaskId: textOf(accepted.klingBody.external_task_id) || null,
			isKnown: outcome === 'created',
			quota: seen.quota,
			callbackUrl: textOf(accepted.klingBody.callback_url) || null,
			oddCallback: asked.callback,
		});
		this.options.onTask(good.id, task);
		if (odd !== null) return await odd.answer(req, res, good);
		if (asked.task.story !== 'documented') return res.json(good);
		const data = { task_id: good.id, task_status: 'submitted' };
		return res.json({ code: 0, message: 'SUCCEED', data });
	}

	private goodReply({ model }: AcceptedSubmit): GoodReply {
		const id = this.options.tasks.newId();
		return {
			id,
			task_id: id,
			object: 'video',
			model,
			status: '',
			progress: 0,
			created_at: Math.floor(this.options.now() / 1000),
		};
	}

	/**
	 * Counts this submit, if it asks for an odd reply. The same one is one with the same
	 * `external_task_id`, or without one the same prompt.
	 */
	private oddOf(submit: SubmitScenario | null, prompt: string, externalTaskId: string | null) {
		// that one is over when the whole body has come
		if (submit === null || submit.odd === 'submit-reset') return null;
		return this.isOddNow(submit, externalTaskId ?? prompt)
			? (ODD_SUBMITS[submit.odd] ?? null)
			: null;
	}

	private isOddNow({ oddWhen }: SubmitScenario, key: string): boolean {
		const attempt = (this.attempts.get(key) ?? 0) + 1;
		this.attempts.set(key, attempt);
		return isOdd(oddWhen, attempt);
	}

	/** @returns null if there is nobody left to answer */
	private async readBody(req: Request): Promise<Body | null> {
		const type = req.headers['content-type'] ?? '';
		try {
			if (type.startsWith('application/json')) {
				const json = await readShortJson(req, this.resetEarly(req));
				return json === null ? null : () => readSubmit(json);
			}
			const other = await text(req);
			if (type.includes('application/x-www-form-urlencoded')) return () => readForm(other);
			if (type.includes('multipart/form-data')) {
				return () => {
					throw REFUSALS.panic();
				};
			}
			// the gateway reads no other
			return () => ({});
		} catch {
			// nothing but a client that goes away ends the reading
			return null;
		}
	}

	/** Resets the connection as soon as the prompt has come that asks for it. */
	private resetEarly(req: Request): (textSoFar: string) => boolean {
		let isDecided = false;
		return (textSoFar) => {
			if (isDecided) return false;
			const prompt = fieldIn(textSoFar, 'prompt');
			if (prompt === null) return false;
			isDecided = true;
			const asked = readPrompt(prompt);
			if ('unknown' in asked || asked.submit?.odd !== 'submit-reset') return false;
			if (!this.isOddNow(asked.submit, fieldIn(textSoFar, 'external_task_id') ?? prompt))
				return false;
			req.socket.resetAndDestroy();
			return true;
		};
	}
}

/** @throws SubmitRefusal for one that the gateway cannot read */
type Body = () => JsonObject;

/** @throws what is none */
function refusalOf(error: unknown): SubmitRefusal {
	if (error instanceof SubmitRefusal) return error;
	throw error;
}

function promptOf(sent: JsonObject): string {
	const [firstShot] = Array.isArray(sent.multi_prompt) ? sent.multi_prompt : [];
	const prompt = textOf(sent.prompt);
	if (prompt !== '' || typeof firstShot !== 'object' || firstShot === null) return prompt;
	return Array.isArray(firstShot) ? prompt : textOf(firstShot.prompt);
}

/** The value of a text in JSON that has not come to its end. */
function fieldIn(json: string, name: string): string | null {
	const found = new RegExp(`"${name}"\\s*:\\s*("[^"\\\\]*(?:\\\\.[^"\\\\]*)*")`, 's').exec(
		json,
	)?.[1];
	if (found === undefined) return null;
	const value: Json = parseExact(found);
	return textOf(value);
}

function readForm(form: string): JsonObject {
	const values = new URLSearchParams(form);
	return Object.fromEntries(
		[...new Set(values.keys())].map((name) => {
			const all = values.getAll(name);
			return [name, all.length === 1 ? (all[0] ?? '') : all];
		}),
	);
}
