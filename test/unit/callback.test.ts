import { readCallback } from '../../nodes/KlingVideo/gateway/callback';
import { TASK_ID } from '../support/bodies';

const mayBeDone = { kind: 'mayBeDone', taskId: TASK_ID };

/** Kling's own, as its reference has it. */
const flat = (status: string) =>
	`{"task_id":"${TASK_ID}","task_status":"${status}","task_status_msg":"","created_at":1766737710125,"updated_at":1766737889000,"final_unit_deduction":"1","task_info":{"parent_video":{"id":"1"},"external_task_id":"mine"},"task_result":{"videos":[{"id":"2","url":"https://v16-kling-fdl.klingai.com/x.mp4","duration":"5.1"}]}}`;

describe("Kling's flat body", () => {
	test.each(['succeed', 'failed'])('with %s names a task that may be done', (status) => {
		expect(readCallback(flat(status))).toEqual(mayBeDone);
	});

	test.each(['submitted', 'processing'])('with %s names one that is not', (status) => {
		expect(readCallback(flat(status))).toEqual({ kind: 'notDone' });
	});

	test('with a status that nobody has heard of may be the end', () => {
		expect(readCallback(flat('expired'))).toEqual(mayBeDone);
	});

	test('without a status may be the end', () => {
		expect(readCallback(`{"task_id":"${TASK_ID}"}`)).toEqual(mayBeDone);
	});
});

describe('the id', () => {
	test.each([
		['a number with more digits than JavaScript keeps', `{"task_id":${TASK_ID}}`],
		['spaces around it', `{ "task_id" : " ${TASK_ID} " }`],
		['of a relay, one level deeper', `{"code":0,"data":{"task_id":"${TASK_ID}"}}`],
		['as a number there', `{"code":0,"data":{"task_id":${TASK_ID},"task_status":"succeed"}}`],
		['two levels deeper', `{"data":{"data":{"task_id":"${TASK_ID}"}}}`],
		['by another name', `{"taskId":"${TASK_ID}"}`],
		['by the name id', `{"id":"${TASK_ID}","status":"completed"}`],
		['beside the id of the call', `{"id":"evt_1","data":{"task_id":"${TASK_ID}"}}`],
		['beside an empty one', `{"task_id":"","taskId":"${TASK_ID}"}`],
	])('%s', (_what, body) => {
		expect(readCallback(body)).toEqual(mayBeDone);
	});

	test.each([
		['none', '{"task_status":"succeed"}'],
		['an empty one', '{"task_id":" "}'],
		['a fraction', '{"task_id":1.5}'],
		['a negative number', '{"task_id":-7}'],
		['an exponent', '{"task_id":1e21}'],
		['an object', '{"task_id":{"id":1}}'],
		['true', '{"task_id":true}'],
		['one that leads elsewhere', '{"task_id":".."}'],
		['one that is far too long', `{"task_id":"${'7'.repeat(201)}"}`],
		['one too deep', `{"data":{"data":{"data":{"task_id":"${TASK_ID}"}}}}`],
	])('%s is no id', (_what, body) => {
		expect(readCallback(body)).toEqual({ kind: 'noTask' });
	});
});

test.each(['', 'null', '7', '[]', '[{"task_id":"7"}]', '"text"', '{', '<html>'])(
	'%p is no callback',
	(body) => {
		expect(readCallback(body)).toEqual({ kind: 'noTask' });
	},
);

test('a body of more than a megabyte is not read', () => {
	const body = (length: number) => `{"task_id":"${TASK_ID}","x":"${'x'.repeat(length)}"}`;
	expect(readCallback(body(999_000))).toEqual(mayBeDone);
	expect(readCallback(body(1_000_000))).toEqual({ kind: 'noTask' });
});
