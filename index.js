'use strict';

// n8n finds the nodes and the credential by the "n8n" block of package.json. This makes the package
// importable as well, for those who run nodes themselves.
const { EzModelApi } = require('./dist/credentials/EzModelApi.credentials');
const { KlingVideo } = require('./dist/nodes/KlingVideo/KlingVideo.node');
const { KlingVideoTrigger } = require('./dist/nodes/KlingVideoTrigger/KlingVideoTrigger.node');

module.exports = { EzModelApi, KlingVideo, KlingVideoTrigger };
