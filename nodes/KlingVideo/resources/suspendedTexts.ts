import type { NodeHint } from 'n8n-workflow';
import { SUSPEND_STEP_PARAMETER } from '../suspend/progressWorkflow';

/** While the node is suspended, n8n's editor shows it in place of the output, as HTML. */
export const WAITING_TEXT =
	'This node waits for Kling. Nothing is to be done: n8n goes on by itself when all videos are complete.<br><br><b>View sub-execution</b> shows what each check found.<br><br>To end the wait, <b>stop this execution</b>, never the sub-execution alone.';

/** There before a run, and when the suspended execution is opened in n8n's list: n8n then hides the output. */
export const TWO_EXECUTIONS_HINT: NodeHint = {
	message:
		'While it is suspended, n8n lists <b>two executions</b> of this workflow as "Waiting". To end the wait, stop the one with the lower ID, which began first. The other one only makes the checks, and then ends by itself.',
	type: 'info',
	location: 'outputPane',
	whenToDisplay: 'beforeExecution',
	displayCondition: `={{ $parameter["operation"] === "suspendUntilComplete" ? $parameter["${SUSPEND_STEP_PARAMETER}"] === "start" : $parameter["operation"] === "create" && $parameter["afterSubmit"] === "suspend" }}`,
};
