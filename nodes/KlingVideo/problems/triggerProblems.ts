import { LOOK_AT_ACCESS, UPDATE_TOKEN, withGatewayMessage } from './advice';
import type { Problem } from './problem';
import type { ProblemContext } from './problemRow';
import { describeProblem, type DescribedProblem } from './problemTable';

/**
 * What a trigger tells of a callback that it could not make anything of. What happened is told as of any
 * task; what to do differs, since a trigger is not run again and has no options.
 */
export function describeTriggerProblem(
	problem: Problem,
	context: ProblemContext,
): DescribedProblem {
	const described = describeProblem(problem, context);
	return { ...described, description: adviseOnTrigger(problem, context, described.description) };
}

/** @param advice what the operations of the other node say */
function adviseOnTrigger(problem: Problem, context: ProblemContext, advice: string): string {
	switch (problem.kind) {
		case 'taskUnknown':
			return 'Anybody who knows the address of this trigger can call it: if you did not submit this task, there is nothing to do. If you did, put a token of the account that submitted it into the EZModel API credential.';
		case 'tokenRefused':
		case 'tokenNoLongerValid':
			return `${withGatewayMessage(UPDATE_TOKEN, problem.gatewayMessage)} ${thenGetTask(context)}`;
		case 'accessRefused':
			return `${withGatewayMessage(LOOK_AT_ACCESS, problem.gatewayMessage)} ${thenGetTask(context)}`;
		case 'timedOut':
		case 'tooManyFailedChecks':
			return `Kling may call again. ${thenGetTask(context)}`;
		default:
			return `${advice} ${thenGetTask(context)}`;
	}
}

function thenGetTask({ taskKind, taskId }: ProblemContext): string {
	return `To get this task then, use the operation "Get ${taskKind.label} Status" of the node "Kling Video" with Task ID ${taskId}; that costs nothing.`;
}
