/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { join } from 'node:path';

export const REPOSITORY = join(__dirname, '..');

/**
 * Everything that is made here, and ignored by git. It has to be a dot folder: `n8n-node build`
 * copies every svg of the repository into the package, and n8n brings thousands of them.
 */
export const MADE = join(__dirname, '.n8n');

export const NODE_MODULES = join(MADE, 'node_modules');

/**
 * ESLint walks through dot folders, too, and n8n unpacks its whole editor into these; it only passes
 * over what has this name. Not npm's own, which an install empties.
 */
const KEPT = join(MADE, 'kept', 'node_modules');

/** What `npm run n8n` keeps from one time to the next: accounts, workflows, executions. */
export const TRY_FOLDER = join(KEPT, 'try');

/** What the tests keep until the next time they run. */
export const TEST_FOLDER = join(KEPT, 'test');

export const TARBALL_FOLDER = join(MADE, 'tarball');
