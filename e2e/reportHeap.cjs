// Loaded into n8n with --require: on SIGUSR2, says how much of the heap is in use after a collection.
const { writeFileSync } = require('node:fs');

process.on('SIGUSR2', () => {
	globalThis.gc();
	globalThis.gc();
	writeFileSync(process.env.HEAP_FILE, String(process.memoryUsage().heapUsed));
});
