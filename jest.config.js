/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testEnvironmentOptions: { globalsCleanup: 'off' },
	roots: ['<rootDir>/test'],
	// nothing is judged by time: this only ends what hangs, on the slowest machine
	testTimeout: 120_000,
	setupFiles: ['<rootDir>/engine/environment.js'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
};
