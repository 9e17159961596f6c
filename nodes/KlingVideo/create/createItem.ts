import type { IExecuteFunctions } from 'n8n-workflow';
import { readCreateParameters, type ItemParameters } from '../operations/itemParameters';
import type { Problem } from '../problems/problem';
import { readErrorMessage } from '../reading/readError';
import { prepareSubmission, type CreatableTaskKind } from '../submit/prepareSubmission';
import type { Submission } from '../submit/submission';
import { readWaitPlan, type WaitPlan } from '../wait/waitPlan';

/** What an input item asks for. */
export type CreateItem = { parameters: ItemParameters; plan: WaitPlan } & (
	| { kind: 'submission'; submission: Submission }
	/** Nothing can be submitted. */
	| { kind: 'problem'; problem: Problem }
);

/** Reads what an input item asks for, files included. Never throws. */
export async function readCreateItem(
	context: IExecuteFunctions,
	taskKind: CreatableTaskKind,
	itemIndex: number,
): Promise<CreateItem> {
	const parameter = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	try {
		const parameters = readCreateParameters(taskKind, parameter);
		const plan = readWaitPlan(parameter('options', {}));
		const result = await prepareSubmission(context, taskKind, itemIndex);
		return result.kind === 'submission'
			? { ...result, parameters, plan }
			: { kind: 'problem', parameters, plan, problem: result };
	} catch (error) {
		return {
			kind: 'problem',
			parameters: readCreateParameters(taskKind, (_, fallback) => fallback),
			plan: readWaitPlan({}),
			problem: { kind: 'unreadableParameters', cause: readErrorMessage(error) },
		};
	}
}

/** The options that count for all items: those of the first. */
export function readFirstOptions(context: IExecuteFunctions): unknown {
	try {
		return context.getNodeParameter('options', 0, {});
	} catch {
		// an expression in them cannot be resolved: the first item says so itself
		return {};
	}
}
