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
		name: 'Task Is Done or Failed',
		value: 'done',
		action: 'When a video is done, or has failed',
		description:
			'Start in any case. The field "succeeded" of the item says whether there is a video.',
	},
	{
		name: 'Task Failed',
		value: 'failed',
		action: 'When a video has failed',
		description: 'Start only if Kling could not make the video',
	},
	{
		name: 'Task Succeeded',
		value: 'succeeded',
		action: 'When a video is ready',
		description: 'Start only if there is a video',
	},
];

const event: INodeProperties = {
	// n8n's node panel lists the options, by their actions, of a field with this name alone
	displayName: 'Trigger On',
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
			description:
				'The kind of video that you submit: the same Resource as in the node that submits it',
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
