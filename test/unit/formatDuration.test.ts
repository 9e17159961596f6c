import { formatDuration } from '../../nodes/KlingVideo/problems/formatDuration';

test.each([
	[0, '1 millisecond'],
	[0.2, '1 millisecond'],
	[1, '1 millisecond'],
	[49.5, '50 milliseconds'],
	[100, '0.1 seconds'],
	[1000, '1 second'],
	[1500, '1.5 seconds'],
	[30_000, '30 seconds'],
	[60_000, '1 minute'],
	[90_000, '1.5 minutes'],
	[1_800_000, '30 minutes'],
])('%d ms are %s', (ms, text) => {
	expect(formatDuration(ms)).toBe(text);
});
