import type { IExecutePaginationFunctions, INodePropertyOptions } from 'n8n-workflow';
import { itemForTask } from '../../output/itemForTask';
import { outcomeOf } from '../../output/outcome';
import { readPlan } from '../../wait/plan';
import { waitForTask } from '../../wait/waitForTask';
import { statusRouting, type StatusPagination } from './statusRouting';

const checkUntilComplete: StatusPagination = function (this: IExecutePaginationFunctions, request) {
	const plan = readPlan(this.getNodeParameter('options', {}));
	return itemForTask(this, request, (check, run) =>
		waitForTask(plan, {
			now: Date.now,
			sleep: run.sleep,
			check,
			hasEnded: run.hasEnded,
		}).then((result) => outcomeOf(result, plan)),
	);
};

export const waitUntilComplete: INodePropertyOptions = {
	name: 'Wait Until Complete',
	value: 'waitUntilComplete',
	action: 'Wait until multi-image video is complete',
	description:
		'For short waits: keeps the run alive, and reacts within seconds of the video being ready',
	routing: statusRouting(checkUntilComplete),
};
