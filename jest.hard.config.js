const config = require('./jest.config');

/**
 * Chaos, outages and a soak: minutes of load, which `npm test` leaves to `.ci/run`.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	roots: ['<rootDir>/test/hard'],
	testPathIgnorePatterns: ['/node_modules/'],
};
