import { findKindByAction, TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';

// What stands in users' workflows and in the gateway's routes: a kind may be added, and none changed.
test.each([
	['multiImageVideo', 'Multi-Image Video', 'multi-image2video', 'multiImage2Video'],
	['omniVideo', 'Omni Video', 'omni-video', 'omniVideo'],
	['textToVideo', 'Text to Video', 'text2video', 'textGenerate'],
	['imageToVideo', 'Image to Video', 'image2video', 'generate'],
	['motionControl', 'Motion Control', 'motion-control', 'motionControl'],
	['lipSync', 'Lip Sync', 'advanced-lip-sync', 'advancedLipSync'],
	['avatarVideo', 'Avatar Video', 'avatar/image2video', 'avatarImage2Video'],
	['videoExtension', 'Video Extension', 'video-extend', 'videoExtend'],
	['multiElements', 'Multi-Elements', 'multi-elements', 'multiElementsCreate'],
	['otherVideo', 'Other Video', null, null],
])('%s', (resource, label, path, action) => {
	expect(TASK_KINDS).toContainEqual({ resource, label, path, action });
});

test.each(['resource', 'label', 'path', 'action'] as const)('no two kinds share a %s', (field) => {
	const values = TASK_KINDS.map((kind) => kind[field]);
	expect(new Set(values).size).toBe(values.length);
});

test('a kind is found by what the relay calls it', () => {
	expect(findKindByAction('generate')?.resource).toBe('imageToVideo');
	expect(findKindByAction('somethingNew')).toBeNull();
	expect(findKindByAction(null)).toBeNull();
});
