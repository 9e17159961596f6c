/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';
import { name as packageName } from '../package.json';
import { REPOSITORY } from './folders';
import type { Credential, WorkflowToCreate } from './rest';

export const KLING_TYPE = `${packageName}.klingVideo`;
export const TRIGGER_TYPE = `${packageName}.klingVideoTrigger`;
export const CREDENTIAL_TYPE = 'ezModelApi';

/** The example that needs nothing but the gateway: the one to open first. */
export const FIRST_EXAMPLE = 'create-omni-video.json';

const EXAMPLES = join(REPOSITORY, 'examples');
const REAL_GATEWAY = 'https://api.ezmodel.cloud';

export function exampleFiles(): string[] {
	return readdirSync(EXAMPLES).filter((file) => file.endsWith('.json'));
}

/**
 * An example as somebody has it who followed its note: with their credential chosen in each node
 * that takes it, and submitting to their gateway.
 *
 * @param gatewayUrl null for the one that the example names
 */
export function readExample(
	file: string,
	credential: Credential | null,
	gatewayUrl: string | null,
): WorkflowToCreate {
	const text = readFileSync(join(EXAMPLES, file), 'utf8');
	const { name, nodes, connections, settings }: WorkflowToCreate = JSON.parse(
		gatewayUrl === null ? text : text.replaceAll(REAL_GATEWAY, gatewayUrl),
	);
	return {
		name,
		nodes: nodes.map((node) =>
			credential !== null && takesCredential(node)
				? {
						...node,
						credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
					}
				: node,
		),
		connections,
		...(settings !== undefined && { settings }),
	};
}

function takesCredential({ type, parameters }: INode): boolean {
	return (
		type === KLING_TYPE ||
		type === TRIGGER_TYPE ||
		parameters.nodeCredentialType === CREDENTIAL_TYPE
	);
}

/** What can be tried with the sandbox gateway and nothing else. The first is the one to open first. */
const TO_TRY: ReadonlyArray<{
	name: string;
	/** What the node does there. */
	parameters: INodeParameters;
	note: string;
	noteHeight: number;
}> = [
	{
		name: 'Sandbox 1: create a video',
		parameters: {},
		note: `## Try it here
1. Press **Execute workflow**. The sandbox gateway makes a small test video: it takes some seconds and costs nothing. The links of the images need not work.
2. Open **Create Video**: its output has the video's address, which your browser can open.
3. Put \`[failure]\` at the end of the **Prompt**, and execute the workflow again: the error tells why there is no video, and what to do.
4. With \`[blip-database-15s]\` the gateway fails twice at first. The node goes on, and there is a video.`,
		noteHeight: 290,
	},
	{
		name: 'Sandbox 2: suspend while the video is made',
		parameters: { afterSubmit: 'suspend' },
		note: `## Try it here
1. Press **Execute workflow**. n8n suspends the execution once the video is submitted: it keeps it in its database, and the node checks the task after half a minute.
2. Restart n8n meanwhile: press Ctrl+C where you started it, and run \`npm run n8n\` again. The sandbox gateway keeps its tasks, too.
3. Open the tab **Executions** of this workflow: the execution ends with the video's address.`,
		noteHeight: 215,
	},
	{
		name: 'Sandbox 3: download the video',
		parameters: { downloadVideo: true },
		note: `## Try it here
1. Press **Execute workflow**. The node creates the video, waits for it, and downloads it.
2. Open **Create Video**: the tab **Binary** of its output has the file; press **View** to watch it. A node behind it can store or send the file.
3. At the end of the prompt, \`[blip-video-cut]\` breaks the download off twice, and the node begins it again; with \`[video-expired]\` the video's link has run out.`,
		noteHeight: 215,
	},
];

/** The accounts that n8n's own nodes in the examples need, and that the sandbox cannot stand for. */
const ACCOUNTS: Record<string, string> = {
	'n8n-nodes-base.googleDrive': 'a Google account',
	'n8n-nodes-base.googleSheets': 'a Google account',
	'n8n-nodes-base.s3': 'an S3 account',
	'n8n-nodes-base.emailSend': 'a mail server',
};

/** How many lines a note gets longer by what stands before the example's own. */
const ADDED_NOTE_HEIGHT = 130;

/** Where the notes end, above the nodes. */
const NOTES_BOTTOM = -60;

/**
 * The workflows that `npm run n8n` puts in, in the order in which they are to be looked at: what can
 * be tried at once, and then the other examples, most of which need accounts of the user's own.
 */
export function sandboxWorkflows(credential: Credential, gatewayUrl: string): WorkflowToCreate[] {
	const read = (file: string) => readExample(file, credential, gatewayUrl);
	return [
		...TO_TRY.map(({ name, parameters, note, noteHeight }) => {
			const workflow = mapNodes(read(FIRST_EXAMPLE), KLING_TYPE, (node) => ({
				...node,
				parameters: { ...node.parameters, ...parameters },
			}));
			return { ...withNote(workflow, () => note, noteHeight), name };
		}),
		...exampleFiles()
			.filter((file) => file !== FIRST_EXAMPLE)
			.map((file) => {
				const workflow = read(file);
				const needs = accountsNeededBy(workflow) || 'no account';
				const before = `## Needs ${needs}
Begin with **${TO_TRY[0]?.name}**, which needs no account. In this workflow, too, the sandbox gateway makes the videos, and the EZModel credential is chosen already. Choose the rest as below, and press **Execute workflow**.`;
				return {
					...withNote(workflow, (own) => `${before}\n\n${own}`, null),
					name: `${workflow.name} (sandbox; needs ${needs})`,
				};
			}),
	];
}

function accountsNeededBy({ nodes }: WorkflowToCreate): string {
	const needed = nodes.map(({ type }) => ACCOUNTS[type]).filter((account) => account !== undefined);
	return [...new Set(needed)].join(' and ');
}

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

/** @param height null for that of the example's own note and what is added to it */
function withNote(
	workflow: WorkflowToCreate,
	rewrite: (own: string) => string,
	height: number | null,
): WorkflowToCreate {
	return mapNodes(workflow, STICKY_NOTE, (node) => {
		const { content, height: ownHeight } = node.parameters;
		const newHeight = height ?? Number(ownHeight) + ADDED_NOTE_HEIGHT;
		return {
			...node,
			parameters: { ...node.parameters, content: rewrite(String(content)), height: newHeight },
			position: [node.position[0], NOTES_BOTTOM - newHeight],
		};
	});
}

function mapNodes(
	workflow: WorkflowToCreate,
	type: string,
	change: (node: INode) => INode,
): WorkflowToCreate {
	const nodes = workflow.nodes.map((node) => (node.type === type ? change(node) : node));
	return { ...workflow, nodes };
}
