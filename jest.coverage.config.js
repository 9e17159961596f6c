const config = require('./jest.config');

/**
 * `npm test` with a count of the lines and branches that it reaches.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	coverageThreshold: { global: { statements: 95, branches: 90, functions: 95, lines: 95 } },
};
