const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = /test.(hard|engine)/;

/** On a machine that has not run them yet, jest knows of no file how long it takes. */
module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => (path.includes('hard') ? 0 : LONG.test(path) ? 1 : 2);
		return super.sort(tests).sort((a, b) => rank(a) - rank(b));
	}
};
