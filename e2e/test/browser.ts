/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, selectors, type Page } from 'playwright-core';
import type { Rest } from '../rest';

/** Debian's; another one can be named. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export interface EditorBrowser {
	/** A new window in which the owner is signed in to an n8n. */
	openPage(url: string, rest: Rest): Promise<Page>;
	close(): Promise<void>;
}

export async function startBrowser(): Promise<EditorBrowser> {
	if (!existsSync(CHROMIUM)) {
		throw new Error(`No Chromium at ${CHROMIUM}: install Debian's chromium, or set CHROMIUM`);
	}
	selectors.setTestIdAttribute('data-test-id');
	const home = await mkdtemp(join(tmpdir(), 'e2e-chromium-'));
	const browser = await chromium.launch({
		executablePath: CHROMIUM,
		// Chromium refuses its own sandbox to root, as whom containers run
		args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
		env: { ...process.env, HOME: home, TMPDIR: home },
	});
	return {
		openPage: async (url, { cookie }) => {
			const context = await browser.newContext({
				viewport: { width: 1280, height: 800 },
				colorScheme: 'light',
			});
			// nothing is judged by time: this only ends what hangs, and says what it waited for
			context.setDefaultTimeout(180_000);
			await context.addCookies([{ ...cookie, url }]);
			return await context.newPage();
		},
		close: async () => {
			await browser.close();
			await rm(home, { recursive: true, force: true });
		},
	};
}

export async function openWorkflow(page: Page, n8nUrl: string, workflowId: string): Promise<void> {
	await page.goto(`${n8nUrl}/workflow/${workflowId}`);
	await page.getByTestId('canvas-node').first().waitFor();
}

export async function openNode(page: Page, name: string): Promise<void> {
	await page.getByTestId('canvas-node').filter({ hasText: name }).first().dblclick();
	await page.getByTestId('ndv').waitFor();
}
