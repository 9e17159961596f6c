const { isMainThread } = require('node:worker_threads');

// what n8n starts itself inherits this, and has another parent
if (isMainThread && String(process.ppid) === process.env.E2E_PARENT) {
	process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume();
}
