/** What the sandbox can make videos with, and the models of its other calls, in the order of its list. */
const KLING_MODELS = [
	'kling-avatar',
	'kling-element',
	'kling-identify-face',
	'kling-lip-sync',
	'kling-multi-elements',
	'kling-tts',
	'kling-v1',
	'kling-v1-5',
	'kling-v1-6',
	'kling-v2-1',
	'kling-v2-5-turbo',
	'kling-v2-6',
	'kling-v2-master',
	'kling-v3',
	'kling-v3-omni',
	'kling-video-extend',
	'kling-video-o1',
];

/** Listed as well, since a gateway serves more than Kling. */
const OTHER_MODELS = ['claude-sonnet-4-5', 'gemini-3-pro', 'gpt-5', 'sora-2', 'veo-3.1-generate'];

/** What the restricted token may use. */
const RESTRICTED_MODELS = ['kling-v1-6', 'kling-v3-omni'];

export function isOffered(model: string): boolean {
	return KLING_MODELS.includes(model) || OTHER_MODELS.includes(model);
}

export function isAllowed(model: string, isRestricted: boolean): boolean {
	return !isRestricted || RESTRICTED_MODELS.includes(model);
}

/** The reply to `GET /v1/models`. */
export function modelList(isRestricted: boolean) {
	const ids = isRestricted ? RESTRICTED_MODELS : [...OTHER_MODELS, ...KLING_MODELS];
	return {
		data: ids.map((id) => ({
			id,
			object: 'model',
			created: 1_626_777_600,
			owned_by: 'custom',
			supported_endpoint_types: ['openai'],
		})),
		object: 'list',
		success: true,
	};
}
