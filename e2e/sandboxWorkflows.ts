/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode } from 'n8n-workflow';
import { name as packageName } from '../package.json';
import { REPOSITORY } from './folders';
import type { Credential, WorkflowToCreate } from './rest';

export const KLING_TYPE = `${packageName}.klingVideo`;
export const CREDENTIAL_TYPE = 'ezModelApi';

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
		settings,
	};
}

function takesCredential({ type, parameters }: INode): boolean {
	return type === KLING_TYPE || parameters.nodeCredentialType === CREDENTIAL_TYPE;
}
