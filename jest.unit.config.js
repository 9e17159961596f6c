const config = require('./jest.config');

/**
 * The tests without n8n's engine, a server or a build: pure functions, the rate limiter and the
 * timers on a virtual clock.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	// they never wait: a second worker is all that helps
	maxWorkers: 2,
	roots: ['<rootDir>/test/unit'],
};
