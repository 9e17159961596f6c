const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = /test.engine/;

/** On a machine that has not run them yet, jest knows of no file how long it takes. */
module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => (LONG.test(path) ? 0 : 1);
		return super.sort(tests).sort((a, b) => rank(a) - rank(b));
	}
};
