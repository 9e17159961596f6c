import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { statusCheckOf, type CheckStatus } from '../gateway/statusRequest';
import { readAsked } from '../input/asked';
import { joinRun, type Run } from '../run/run';
import type { Outcome } from './outcome';
import { outputItems } from './outputItems';

/**
 * Runs a declarative operation for one input item and makes its output of the outcome.
 *
 * @param operation gets the check of the item's task, and the run that the item is part of
 * @throws what `report` throws
 */
export async function itemForTask(
	context: IExecutePaginationFunctions,
	{ options: request }: DeclarativeRestApiSettings.ResultOptions,
	operation: (check: CheckStatus, run: Run) => Promise<Outcome>,
): Promise<INodeExecutionData[]> {
	const run = joinRun(context);
	try {
		const asked = readAsked((name, fallback) => context.getNodeParameter(name, fallback));
		const { kind, taskId } = asked.id;
		const status = { taskId, timeoutMs: asked.timeoutMs, keepBody: asked.raw };
		const outcome: Outcome =
			kind === 'taskId'
				? await operation(await statusCheckOf(context, request, status, run), run)
				: { kind: 'situation', situation: { kind }, seen: null };
		const place = { context, itemIndex: context.getItemIndex() };
		return await outputItems(place, asked, outcome, request, run);
	} finally {
		run.leave();
	}
}
