const config = require('./jest.config');

/**
 * The engine tests on the n8n before 2.0: its `sleep` ignores the signal, and its engine cancels,
 * retries and continues in its own way.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	roots: ['<rootDir>/test/engine'],
	// this n8n loses the status on its way to the credential test's rules, and shows its own texts;
	// and it is too old to suspend anything, or to protect against SSRF
	testPathIgnorePatterns: [
		'credential',
		'downloadSsrf',
		'suspend(Request|AnyReply|FirstCheck|Rounds|Outcomes|Resume|ProxyPassword|Fallback)',
	],
	moduleNameMapper: {
		'^n8n-(core|workflow)$': '<rootDir>/test/.old-host/node_modules/n8n-$1',
	},
	// a sleep that ignores the signal goes on, for nobody, after its wait has ended
	forceExit: true,
};
