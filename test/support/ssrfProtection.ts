/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */
// Loaded before n8n-core, which reads these once.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
process.env.N8N_SSRF_ALLOWED_IP_RANGES = '127.0.0.1/32';
process.env.N8N_SSRF_BLOCKED_HOSTNAMES = 'metadata.internal';
