// n8n's strict mode wants `eslint.config.mjs` as it is: what is added to its rules stands here.
import { parser } from 'typescript-eslint';
import regexp from 'eslint-plugin-regexp';

export default [
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		languageOptions: { parser },
		linterOptions: { reportUnusedDisableDirectives: 'off' },
		plugins: { regexp },
		// a text from outside must never take more time than its length
		rules: {
			'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
			'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
		},
	},
];
