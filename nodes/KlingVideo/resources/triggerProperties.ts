import type { INodeProperties } from 'n8n-workflow';
import type { TaskKind } from '../taskKinds';
import {
	binaryPropertyName,
	describeResources,
	describeTaskPath,
	downloadVideo,
	simplify,
} from './properties';

const EVENTS = [
	{
		name: 'Task Is Done',
		value: 'done',
		description: 'Start in any case; the field "succeeded" says whether there is a video',
	},
	{
		name: 'Task Failed',
		value: 'failed',
		description: 'Start only if Kling could not make the video',
	},
	{
		name: 'Task Succeeded',
		value: 'succeeded',
		description: 'Start only if there is a video',
	},
];

const event: INodeProperties = {
	displayName: 'Start When',
	name: 'event',
	type: 'options',
	noDataExpression: true,
	options: EVENTS,
	default: 'done',
	description: 'Which end of a task starts the workflow',
};

/** All parameters of the trigger, in the order of the editor. */
export function describeTriggerProperties(kinds: readonly TaskKind[]): INodeProperties[] {
	return [
		{
			...describeResources(kinds),
			description: 'The kind of task that is submitted with the address of this trigger',
		},
		describeTaskPath(kinds),
		event,
		downloadVideo,
		{ ...binaryPropertyName, displayOptions: { show: { downloadVideo: [true] } } },
		simplify,
	];
}

/** The trigger's line on the canvas: the event that starts the workflow. */
export function createTriggerSubtitle(): string {
	const names = JSON.stringify(Object.fromEntries(EVENTS.map(({ name, value }) => [value, name])));
	return `={{ (${names})[$parameter["event"]] }}`;
}
