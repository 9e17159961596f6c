/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { REPOSITORY, TEST_FOLDER } from '../folders';

/** To be looked at. Those of the documents are only made anew when asked for: no two runs give the same bytes. */
const PICTURES = join(TEST_FOLDER, 'screenshots');
const DOCUMENTS_PICTURES = join(__dirname, '..', 'screenshots');
const documents = [REPOSITORY, join(REPOSITORY, 'docs')]
	.filter((folder) => existsSync(folder))
	.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
	.filter((path) => path.endsWith('.md'))
	.map((path) => readFileSync(path, 'utf8'))
	.join('');

/** As jpeg, since a build copies every png into the package. */
export async function takePicture(page: Page, name: string): Promise<void> {
	// what fades or slides in has arrived
	await page.waitForFunction(() =>
		document
			.getAnimations()
			.every(
				({ playState, effect }) =>
					playState !== 'running' || effect?.getComputedTiming().iterations === Infinity,
			),
	);
	const file = `${name}.jpg`;
	const path = join(PICTURES, file);
	await page.screenshot({ path, type: 'jpeg', quality: 80, animations: 'disabled' });
	if (
		process.env.UPDATE_SCREENSHOTS !== undefined &&
		documents.includes(`e2e/screenshots/${file}`)
	) {
		await copyFile(path, join(DOCUMENTS_PICTURES, file));
	}
}
