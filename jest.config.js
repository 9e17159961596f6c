/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testEnvironmentOptions: { globalsCleanup: 'off' },
	roots: ['<rootDir>/test'],
	// `npm run test:hard` and .ci/run have it
	testPathIgnorePatterns: ['/node_modules/', '/test/hard/'],
	// nothing is judged by time: this only ends what hangs, on the slowest machine
	testTimeout: 120_000,
	// most tests of the node wait, which takes no CPU: more files at a time than there are cores
	maxWorkers: 5,
	// the files that take longest begin first
	testSequencer: require.resolve('./test/support/longestFirst.js'),
	setupFiles: ['<rootDir>/engine/environment.js'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	// what is shipped; what it does in a whole n8n is not counted
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	coverageReporters: ['text', 'html'],
};
