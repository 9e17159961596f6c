/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createHash } from 'node:crypto';
import express from 'express';
import { serve } from './serve';

export interface S3 {
	/** What a credential for it holds. */
	credentialData: object;
	/** By bucket and key, as in `my-videos/kling/1.mp4`. */
	objects: Map<string, { contentType: string; bytes: Buffer }>;
	close(): Promise<void>;
}

const ACCESS_KEY = 'AKIDEXAMPLE';

/** As much of S3's API as storing a file takes. */
export async function startS3(): Promise<S3> {
	const objects: S3['objects'] = new Map();
	const app = express();
	app.use((req, res, next) => {
		const signedBy =
			/^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/us-east-1\/s3\/aws4_request,/.exec(
				req.headers.authorization ?? '',
			)?.[1];
		if (signedBy === ACCESS_KEY) return next();
		return res.status(403).type('xml').send('<Error><Code>AccessDenied</Code></Error>');
	});
	app.get('/:bucket', (req, res, next) =>
		'location' in req.query
			? res
					.type('xml')
					.send('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')
			: next(),
	);
	app.put('/:bucket/*key', express.raw({ type: () => true, limit: '100mb' }), (req, res) => {
		const bytes: Buffer = req.body;
		const md5 = createHash('md5').update(bytes).digest('base64');
		if (req.headers['content-md5'] !== md5) {
			return res.status(400).type('xml').send('<Error><Code>BadDigest</Code></Error>');
		}
		objects.set(decodeURIComponent(req.path.slice(1)), {
			contentType: req.headers['content-type'] ?? '',
			bytes,
		});
		return res.end();
	});
	app.use((_req, res) =>
		res.status(501).type('xml').send('<Error><Code>NotImplemented</Code></Error>'),
	);

	const { url, close } = await serve(app);
	return {
		credentialData: {
			endpoint: url,
			region: 'us-east-1',
			accessKeyId: ACCESS_KEY,
			secretAccessKey: 'example',
			forcePathStyle: true,
			ignoreSSLIssues: false,
		},
		objects,
		close,
	};
}
