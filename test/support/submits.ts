import type { JsonObject } from '../../sandbox/exactJson';

/** For each kind of task a body that the gateway takes, without a prompt. */
const LEAST: Readonly<Record<string, JsonObject>> = {
	'advanced-lip-sync': {
		session_id: 's',
		face_choose: [{ face_id: '0', audio_id: 'a', sound_start_time: 0, sound_end_time: 5000 }],
	},
	'avatar/image2video': { image: 'https://example.com/a.png', audio_id: 'a' },
	image2video: { model: 'kling-v2-6', image: 'https://example.com/a.png' },
	'motion-control': {
		model: 'kling-v2-6',
		image_url: 'https://example.com/a.png',
		video_url: 'https://example.com/a.mp4',
		character_orientation: 'image',
	},
	'multi-elements': { model: 'kling-v1-6', session_id: 's', edit_mode: 'removal' },
	'multi-image2video': {
		model: 'kling-v1-6',
		image_list: [{ image: 'https://example.com/a.png' }],
	},
	'omni-video': { model: 'kling-v3-omni' },
	text2video: { model: 'kling-v2-6' },
	'video-extend': { video_id: '842250903708762200' },
};

/** A body that the gateway takes. */
export function submission(prompt: string, kindPath = 'multi-image2video'): JsonObject {
	return { ...LEAST[kindPath], prompt };
}
