import * as fc from 'fast-check';
import { dictate } from '../../sandbox/oddReplies';
import { dictated } from '../support/arbitraries';
import { continueWithOutput, itemFor, runKling, waiting } from '../support/kling';
import { sandboxForAllTests } from '../support/sandbox';

const sandbox = sandboxForAllTests();

const FIELDS = ['taskId', 'status', 'videoUrl', 'done', 'succeeded', 'progress', 'duration'].concat(
	['videos', 'failureReason'],
);

// runKling asserts that neither the result nor the log holds the token
test.each([
	['a check', {}, FIELDS],
	['a wait', waiting({ maxWaitMinutes: 0.001 }), [...FIELDS, 'wait']],
])(
	'whatever the gateway replies, %s ends with one item for each input item',
	async (_what, parameters, fields) => {
		const replies = fc.array(dictated, { minLength: 10, maxLength: 25 });
		await fc.assert(
			fc.asyncProperty(replies, async (some) => {
				const tasks = some.map(dictate);
				const result = await runKling({ sandbox, tasks, parameters, settings: continueWithOutput });
				expect(result.status).toBe('success');
				tasks.forEach((taskId, index) => {
					const { json } = itemFor(result, index);
					if (json.error === undefined) {
						expect(Object.keys(json)).toEqual(fields);
						expect(json.succeeded).toBe(json.status === 'SUCCESS' && json.videoUrl !== null);
						expect(json.taskId).toBe(taskId);
					} else {
						expect(json.error).toEqual({
							message: expect.stringContaining(taskId),
							description: expect.stringMatching(/[.:].+/),
							taskId,
							status: json.error === null ? null : Object(json.error).status,
						});
					}
				});
			}),
			{ numRuns: 8 },
		);
	},
);
