/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { join, resolve } from 'node:path';

export const REPOSITORY = join(__dirname, '..');

/**
 * Everything that is made here, and ignored by git. It has to be a dot folder: `n8n-node build`
 * copies every svg of the repository into the package, and n8n brings thousands of them.
 */
const MADE = join(__dirname, '.n8n');

/** ESLint walks through dot folders, too, and n8n brings its whole editor; it only passes over what has this name. */
const KEPT = join(MADE, 'kept', 'node_modules');

/** Where installed n8ns are, each in a folder of its own: here, unless a machine shares them among clones. */
const { E2E_INSTALLS: shared = '' } = process.env;
export const INSTALLS_ARE_SHARED = shared !== '';
export const INSTALLS = INSTALLS_ARE_SHARED ? resolve(shared) : join(KEPT, 'n8n');

/** What `npm run n8n` keeps from one time to the next: accounts, workflows, executions. */
export const TRY_FOLDER = join(KEPT, 'try');

/** What the tests keep until the next time they run. */
export const TEST_FOLDER = join(KEPT, 'test');

export const TARBALL_FOLDER = join(MADE, 'tarball');
