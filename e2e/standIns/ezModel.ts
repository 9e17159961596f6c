/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import type { RequestListener } from 'node:http';
import axios from 'axios';
import express from 'express';
import type { Sandbox } from '../../sandbox/gateway';

/** The address that the credential proposes. */
export const GATEWAY_URL = 'https://api.ezmodel.cloud';

/** Where Kling's videos lie. */
export const VIDEO_HOST_URL = 'https://v16-kling-fdl.klingai.com';

/** The sandbox at the addresses that somebody with an account sees. Nothing downloads the videos. */
export function playEzModel({ url }: Pick<Sandbox, 'url'>): Record<string, RequestListener> {
	const app = express();
	app.use(express.raw({ type: () => true }), async (req, res) => {
		const { method, originalUrl, headers, body } = req;
		const { authorization, 'content-type': contentType } = headers;
		const reply = await axios.request<string>({
			method,
			url: `${url}${originalUrl}`,
			headers: { authorization, 'content-type': contentType },
			data: body,
			responseType: 'text',
			transformResponse: (text: string) => text,
			validateStatus: () => true,
			maxRedirects: 0,
			proxy: false,
		});
		const text = reply.data.replaceAll(`${url}/videos/`, `${VIDEO_HOST_URL}/`);
		return res
			.status(reply.status)
			.type(String(reply.headers['content-type'] ?? 'text'))
			.send(text);
	});
	return { [new URL(GATEWAY_URL).host]: app };
}
