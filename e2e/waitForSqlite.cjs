const { createRequire } = require('node:module');

// In queue mode n8n wants PostgreSQL. Here its processes share a SQLite file, and one that finds it
// locked by another would fail the execution after a second: too soon on a slow machine.
const BUSY_TIMEOUT_MS = 60_000;

// what n8n starts itself inherits this, and has another parent
if (String(process.ppid) === process.env.E2E_PARENT) {
	const sqlite3 = createRequire(process.argv[1])('sqlite3');
	sqlite3.Database = class extends sqlite3.Database {
		constructor(...args) {
			super(...args);
			this.configure('busyTimeout', BUSY_TIMEOUT_MS);
		}
	};
}
