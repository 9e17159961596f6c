const config = require('../jest.config');

/**
 * The node in a whole n8n; `prepare.ts` has to have run.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	rootDir: __dirname,
	roots: ['<rootDir>/test'],
	setupFiles: [],
	testSequencer: '@jest/test-sequencer',
	// nothing is judged by time: this only ends what hangs, on the slowest machine
	testTimeout: 600_000,
	// each starts an n8n of its own; two at a time are too slow for n8n's own limits in queue mode
	maxWorkers: 1,
};
