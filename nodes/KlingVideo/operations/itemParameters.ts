import { readTaskId, type TaskIdRead } from '../gateway/taskId';
import { isJsonObject, readNumber, readText } from '../reading/readJson';

/** The parameters of one input item that all operations have. */
export interface ItemParameters {
	id: TaskIdRead;
	/** Whether the gateway's reply is wanted as it came. */
	raw: boolean;
	/** The field for the file of the first video; null if none is to be downloaded. */
	fileField: string | null;
	/** The time limit of a request that the user set in n8n's request options, if any. */
	timeoutMs: number | null;
}

/**
 * @param item what the input item holds
 * @param parameter gives a parameter's value for the item, or the fallback if it is not shown
 * @throws what n8n throws when it cannot resolve an expression
 */
export function readItemParameters(
	item: unknown,
	parameter: (name: string, fallback: unknown) => unknown,
): ItemParameters {
	const download = parameter('downloadVideo', false) === true;
	const requestOptions = parameter('requestOptions', {});
	const timeoutMs = isJsonObject(requestOptions) ? readNumber(requestOptions.timeout) : null;
	return {
		id: readTaskId(parameter('taskId', ''), item),
		raw: parameter('simplify', true) === false,
		fileField: download ? (readText(parameter('binaryPropertyName', 'data')) ?? 'data') : null,
		timeoutMs: timeoutMs !== null && timeoutMs > 0 ? timeoutMs : null,
	};
}
