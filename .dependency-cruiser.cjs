// What may import what in the node: each folder only what stands below it, types included. The list
// is that of docs/architecture.md.
const LAYERS = [
	'KlingVideo.node.ts',
	'resources/',
	'trigger/',
	'create/',
	'suspend/',
	'submit/',
	'operations/',
	'output/',
	'download/',
	'wait/',
	'problems/',
	'run/',
	'gateway/',
	'limits/',
	'reading/',
];

const NODE = '^nodes/KlingVideo/';
const pathOf = (layers) => `${NODE}(${layers.join('|').replaceAll('.', '\\.')})`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: 'no-circle',
			comment: 'Files that import each other cannot be understood one by one',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		...LAYERS.slice(1).map((layer, index) => ({
			name: `${layer.replace('/', '')}-imports-upwards`,
			severity: 'error',
			from: { path: pathOf([layer]) },
			to: { path: pathOf(LAYERS.slice(0, index + 1)) },
		})),
		{
			name: 'no-node-imports-the-trigger',
			severity: 'error',
			from: { path: NODE },
			to: { path: '^nodes/KlingVideoTrigger/' },
		},
		{
			name: 'limits-know-nothing-of-kling',
			severity: 'error',
			from: { path: pathOf(['limits/', 'reading/']) },
			to: { path: '^nodes/', pathNot: pathOf(['limits/', 'reading/']) },
		},
		{
			name: 'tables-import-nothing',
			comment: 'Every folder may use them',
			severity: 'error',
			from: { path: `${NODE}(taskKinds|nodeContext)\\.ts$` },
			to: { path: '^(nodes|credentials)/' },
		},
		{
			name: 'credentials-take-the-base-url-only',
			severity: 'error',
			from: { path: '^credentials/' },
			to: { path: '^nodes/', pathNot: `${NODE}gateway/gatewayRequest\\.ts$` },
		},
		{
			name: 'a-folder-in-no-layer',
			comment: 'Add it to the list above, and to docs/architecture.md',
			severity: 'error',
			from: { path: NODE, pathNot: [pathOf(LAYERS), `${NODE}(taskKinds|nodeContext)\\.ts$`] },
			to: {},
		},
	],
	options: {
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		doNotFollow: { path: 'node_modules' },
	},
};
