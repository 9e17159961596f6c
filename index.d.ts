export { EzModelApi } from './credentials/EzModelApi.credentials';
export { KlingVideo } from './nodes/KlingVideo/KlingVideo.node';
export { KlingVideoTrigger } from './nodes/KlingVideoTrigger/KlingVideoTrigger.node';
