const { mkdir } = require('node:fs/promises');
const { join } = require('node:path');
const { Transform } = require('node:stream');
const { finished } = require('node:stream/promises');
const { dest, parallel, series, src } = require('gulp');

/** n8n shows the light icon on white and the dark one on near black; the drawing is the same. */
const THEMES = {
	'klingVideo.svg': { ink: '#2b2d42', screen: '#ffffff', accent: '#6c4df6' },
	'klingVideo.dark.svg': { ink: '#eceef8', screen: '#2b2d42', accent: '#a08cff' },
};

function painted(fileName, colours) {
	return new Transform({
		objectMode: true,
		transform(drawing, _encoding, done) {
			const svg = drawing.contents
				.toString()
				.replace(/\{\{(\w+)\}\}/g, (_, name) => colours[name])
				.replace(/\n\t*/g, '');
			drawing.contents = Buffer.from(`${svg}\n`);
			drawing.basename = fileName;
			done(null, drawing);
		},
	});
}

function renamed(fileName) {
	return new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			file.basename = fileName;
			done(null, file);
		},
	});
}

/**
 * Paints the light and the dark icon from the one drawing. Both are committed, since n8n's scanner
 * reads the source as it is; CI sees to it that they are what this makes.
 */
async function icons() {
	for (const [fileName, colours] of Object.entries(THEMES)) {
		const drawing = src('icons/klingVideo.svg.in');
		await finished(drawing.pipe(painted(fileName, colours)).pipe(dest('icons')).resume());
	}
}

/**
 * Writes the output schema of each operation for every kind of task into the built package. n8n takes
 * them from there to show an item's fields before the node has run.
 */
async function schemas() {
	const node = join(__dirname, 'dist/nodes/KlingVideo');
	const { TASK_KINDS } = require(join(node, 'taskKinds'));
	const { listOperations } = require(join(node, 'resources/operations'));
	for (const kind of TASK_KINDS) {
		const { resource } = kind;
		const schema = src(
			listOperations(kind).map(({ value }) => `nodes/KlingVideo/outputSchemas/${value}.json`),
		);
		const folder = join(node, '__schema__/v1.0.0', resource);
		await finished(schema.pipe(dest(folder)).resume());
		// the trigger has no operations, and puts out what a single check does
		const ofTrigger = src('nodes/KlingVideo/outputSchemas/getStatus.json').pipe(
			renamed(`${resource}.json`),
		);
		const triggerFolder = join(__dirname, 'dist/nodes/KlingVideoTrigger/__schema__/v1.0.0');
		await finished(ofTrigger.pipe(dest(triggerFolder)).resume());
	}
}

/** The types of index.js: the same names, from the same places. */
async function types() {
	await finished(src('index.d.ts').pipe(dest('dist')).resume());
}

/**
 * The folder that `npm pack` writes to (.npmrc). It is made last, so that nothing can be packed
 * before there is a whole build; what lies in it is never part of the package.
 */
async function packedFolder() {
	await mkdir(join(__dirname, 'dist/packed'), { recursive: true });
}

module.exports = {
	icons,
	afterBuild: series(parallel(schemas, types), packedFolder),
	default: icons,
};
