// n8n-core reads its settings as soon as it is loaded
require('./engine/environment');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const config = require('./jest.config');

/** A folder of test/.hosts, which `npm run test:hosts` has installed; without it, the newest engine. */
const { N8N_ENGINE } = process.env;

const folder = N8N_ENGINE ? join(__dirname, 'test/.hosts', N8N_ENGINE) : __dirname;
const { ExecuteContext } = createRequire(join(folder, 'package.json'))('n8n-core');

// as HOST_CAN_SUSPEND in test/support/host.ts: where nothing can be suspended, the tests of what is
// refused say so, and those of suspended waits have nothing to look at
const canSuspend = 'isConsoleOutputRedacted' in ExecuteContext.prototype;

/**
 * The engine tests on one n8n engine of those that the node is tested on.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	roots: ['<rootDir>/test/engine'],
	moduleNameMapper: N8N_ENGINE
		? { '^n8n-(core|workflow)$': join(folder, 'node_modules', 'n8n-$1') }
		: {},
	testPathIgnorePatterns: ['/node_modules/', ...(canSuspend ? [] : ['suspend(?!Refused)'])],
	// where n8n's sleep ignores its signal, one goes on, for nobody, after its wait has ended
	forceExit: true,
};
