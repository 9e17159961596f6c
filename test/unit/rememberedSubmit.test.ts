import type { IDataObject } from 'n8n-workflow';
import {
	forgetSubmit,
	recallSubmit,
	REMEMBERED_SUBMIT_VERSION,
	rememberSubmit,
	type RememberedSubmit,
} from '../../nodes/KlingVideo/submit/rememberedSubmit';
import { throughDatabase } from '../support/database';

const FIRST = { runIndex: 0, itemIndex: 0 };
const CREATED: RememberedSubmit = {
	version: REMEMBERED_SUBMIT_VERSION,
	requestHash: 'a1',
	outcome: 'created',
	taskId: '842250903629086785',
	submittedAtMs: 1_766_737_712_000,
	body: '{}',
};
const UNCLEAR: RememberedSubmit = {
	version: REMEMBERED_SUBMIT_VERSION,
	requestHash: 'a1',
	outcome: 'unclear',
	externalTaskId: '0b1c',
	isAccepted: false,
	cause: 'the connection was cut',
};

test.each([CREATED, UNCLEAR])('%j is recalled as it was, through the database', (submit) => {
	const context: IDataObject = {};
	rememberSubmit(context, FIRST, submit);
	expect(recallSubmit(throughDatabase(context), FIRST, 'a1')).toEqual(submit);
});

test('each item, and each round of a loop, has its own', () => {
	const context: IDataObject = { other: 1 };
	rememberSubmit(context, FIRST, CREATED);
	rememberSubmit(context, { runIndex: 0, itemIndex: 1 }, UNCLEAR);
	expect(recallSubmit(context, { runIndex: 1, itemIndex: 0 }, 'a1')).toBeNull();
	expect(recallSubmit(context, { runIndex: 0, itemIndex: 2 }, 'a1')).toBeNull();
	expect(recallSubmit(context, FIRST, 'a1')).toEqual(CREATED);
	expect(recallSubmit(context, { runIndex: 0, itemIndex: 1 }, 'a1')).toEqual(UNCLEAR);
	expect(context.other).toBe(1);
});

test('another request is another submission', () => {
	const context: IDataObject = {};
	rememberSubmit(context, FIRST, CREATED);
	expect(recallSubmit(context, FIRST, 'b2')).toBeNull();
});

test('a task that failed is forgotten, and no other', () => {
	const context: IDataObject = {};
	const second = { runIndex: 0, itemIndex: 10 };
	rememberSubmit(context, FIRST, CREATED);
	rememberSubmit(context, second, CREATED);
	forgetSubmit(context, FIRST);
	expect(recallSubmit(context, FIRST, 'a1')).toBeNull();
	expect(recallSubmit(context, second, 'a1')).toEqual(CREATED);
	forgetSubmit({}, FIRST);
});

// what is in the database of somebody's n8n stays as it is: this is never changed, only added to
test('what version 1 has written is read', () => {
	const context: IDataObject = {
		klingSubmits: {
			'0:0': {
				version: 1,
				requestHash: 'a1',
				outcome: 'created',
				taskId: '842250903629086785',
				submittedAtMs: 1_766_737_712_000,
				body: '{}',
			},
			'0:1': {
				version: 1,
				requestHash: 'a1',
				outcome: 'unclear',
				externalTaskId: '0b1c',
				isAccepted: false,
				cause: 'the connection was cut',
			},
		},
	};
	expect(recallSubmit(context, FIRST, 'a1')).toEqual(CREATED);
	expect(recallSubmit(context, { runIndex: 0, itemIndex: 1 }, 'a1')).toEqual(UNCLEAR);
});

test.each([
	[{ ...CREATED, version: 2 }],
	[{ ...CREATED, taskId: 7 }],
	[{ ...CREATED, outcome: 'paid' }],
	[{ ...UNCLEAR, externalTaskId: undefined }],
	['created'],
	[null],
])('%j may have been paid: it is not taken for nothing', (kept) => {
	const context = { klingSubmits: { '0:0': kept } } as IDataObject;
	expect(recallSubmit(context, FIRST, 'a1')).toBe('unreadable');
});

test('nor is a field that holds something else', () => {
	expect(recallSubmit({ klingSubmits: 'x' }, FIRST, 'a1')).toBe('unreadable');
	expect(recallSubmit({}, FIRST, 'a1')).toBeNull();
});
