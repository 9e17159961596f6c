/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellsOf, HEAD, readTable } from '../hosts/compatibility';
import { findHosts } from '../hosts/hosts';

const hosts = findHosts();

test('the table of hosts in docs/scaling.md has a row for each that is tested, and no other', () => {
	const [head, ...rows] = readTable();
	expect(head).toEqual(HEAD);
	expect(rows.map((row) => row.slice(0, 2))).toEqual(hosts.map(cellsOf));
	for (const row of rows) expect(row.filter((cell) => cell !== '')).toHaveLength(HEAD.length);
});

test.each(hosts.flatMap(({ folder, ...host }) => (folder === null ? [] : [{ folder, ...host }])))(
	'the lock file of n8n-core $core has that engine, and names no registry',
	({ core, workflow, folder }) => {
		const text = readFileSync(join(folder, 'package-lock.json'), 'utf8');
		const { packages } = JSON.parse(text);
		expect(packages['node_modules/n8n-core'].version).toBe(core);
		expect(packages['node_modules/n8n-workflow'].version).toBe(workflow);
		expect(text).not.toContain('"resolved"');
	},
);
