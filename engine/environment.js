// Loaded before n8n-core, which otherwise keeps its settings in the home folder.
const { join } = require('node:path');

process.env.N8N_USER_FOLDER = join(__dirname, '..', 'node_modules', '.cache', 'n8n');
process.env.N8N_DEFAULT_BINARY_DATA_MODE = 'filesystem';
process.env.N8N_ENCRYPTION_KEY = 'only for tests and the demo';
process.env.N8N_LOG_LEVEL = 'silent';
