/** An answer to a submit call that says no, as the gateway words it. */
export class SubmitRefusal extends Error {
	/**
	 * @param status HTTP status
	 * @param body of the reply, for JSON
	 */
	constructor(
		readonly status: number,
		readonly body: object,
	) {
		super(JSON.stringify(body));
		this.name = 'SubmitRefusal';
	}
}

/** Of the part of the gateway that every call passes. */
const atTheDoor = (status: number, message: string, code = '') =>
	new SubmitRefusal(status, {
		error: { code, message: `${message} (request id: sandbox)`, type: 'new_api_error' },
	});

/** Of the part that knows tasks. */
export const taskError = (status: number, code: string, message: string) =>
	new SubmitRefusal(status, { code, message, data: null });

export const PANIC_BODY = {
	error: {
		message:
			'Panic detected, error: runtime error: invalid memory address or nil pointer dereference. Please submit a issue here: https://github.com/Calcium-Ion/new-api',
		type: 'new_api_panic',
	},
};

export const REFUSALS = {
	/** @param reason in the words of Go's JSON package */
	noJson: (reason: string) => atTheDoor(400, `Invalid request, 无效的请求, ${reason}`),
	noModel: () => atTheDoor(400, '未指定模型名称，模型名称不能为空'),
	modelNotAllowed: (model: string) => atTheDoor(403, `该令牌无权访问模型 ${model}`),
	noChannel: (model: string) =>
		atTheDoor(503, `分组 default 下模型 ${model} 无可用渠道（distributor）`, 'model_not_found'),
	otherAddress: () => atTheDoor(403, '您的 IP 不在令牌允许访问的列表中'),
	spentToken: () =>
		atTheDoor(
			401,
			'[sk-abc***xyz] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0',
		),
	invalid: (message: string) => taskError(400, 'invalid_request', message),
	noPrompt: () => taskError(400, 'invalid_request', 'prompt is required'),
	/** What it could not read, it uses all the same. */
	panic: () => new SubmitRefusal(500, PANIC_BODY),
	noPrice: (message: string) => taskError(500, 'get_price_scale_failed', message),
	notBuilt: (message: string) => taskError(500, 'build_request_failed', message),
	noQuota: () => taskError(403, 'quota_not_enough', 'user quota is not enough'),
	/** Kling's 429, whatever its reason. */
	busy: () => taskError(429, 'fail_to_fetch_task', '当前分组上游负载已饱和，请稍后再试'),
};
