const config = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = { ...config, testPathIgnorePatterns: ['/node_modules/'], testRegex: 'hard/soak' };
