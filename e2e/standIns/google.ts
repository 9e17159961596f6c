/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import type { RequestListener } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';

export interface Google {
	/** By their names. */
	hosts: Record<string, RequestListener>;
	/** What a person who consents comes back to n8n with. */
	code: string;
	/** What a credential for it holds before somebody has consented. */
	credentialData: object;
	/** In My Drive, by id. */
	files: Map<string, DriveFile>;
	/** The rows of the sheet that is called "Videos", with its header. */
	spreadsheet: { id: string; rows: string[][] };
}

export interface DriveFile {
	name: string;
	mimeType: string;
	parents: string[];
	bytes: Buffer;
	webViewLink: string;
}

const CODE = 'consented';
const CLIENT = { clientId: 'client', clientSecret: 'client-secret' };
const TOKEN = 'ya29.example';
const SHEET = 'Videos';

/** As much of Google's sign-in, Drive and Sheets as reading a list and storing files takes. */
export function playGoogle(): Google {
	const files: Google['files'] = new Map();
	const spreadsheet: Google['spreadsheet'] = {
		id: '1ExampleSpreadsheetOfTheTests_0123456789',
		rows: [],
	};
	return {
		hosts: {
			'oauth2.googleapis.com': signIn(),
			'www.googleapis.com': drive(files),
			'sheets.googleapis.com': sheets(spreadsheet),
		},
		code: CODE,
		credentialData: CLIENT,
		files,
		spreadsheet,
	};
}

function signIn(): Express {
	const app = express();
	app.post('/token', express.urlencoded(), (req, res) => {
		const { grant_type, code, client_id, client_secret } = req.body;
		const isKnown = client_id === CLIENT.clientId && client_secret === CLIENT.clientSecret;
		if (!isKnown || grant_type !== 'authorization_code' || code !== CODE) {
			return res.status(400).json({ error: 'invalid_grant' });
		}
		return res.json({
			access_token: TOKEN,
			refresh_token: '1//example',
			token_type: 'Bearer',
			expires_in: 3599,
		});
	});
	return app.use(unknown);
}

function drive(files: Google['files']): Express {
	const app = express();
	/** The uploads that have been announced and are not complete. */
	const uploads = new Map<string, { metadata: DriveFile; chunks: Buffer[] }>();
	let made = 0;

	app.post('/upload/drive/v3/files', onlySignedIn, express.json(), (req, res) => {
		if (req.query.uploadType !== 'resumable') return unknown(req, res);
		const id = `file-${++made}`;
		uploads.set(id, {
			metadata: {
				name: req.body.name,
				parents: req.body.parents,
				mimeType: req.header('X-Upload-Content-Type') ?? '',
				bytes: Buffer.alloc(0),
				webViewLink: `https://drive.google.com/file/d/${id}/view?usp=drivesdk`,
			},
			chunks: [],
		});
		const location = `https://www.googleapis.com/upload/drive/v3/files?upload_id=${id}`;
		return res.location(location).end();
	});

	app.put(
		'/upload/drive/v3/files',
		express.raw({ type: () => true, limit: '100mb' }),
		(req, res) => {
			const id = String(req.query.upload_id);
			const upload = uploads.get(id);
			const [, from, , total] =
				/^bytes (\d+)-(\d+)\/(\d+)$/.exec(req.header('Content-Range') ?? '') ?? [];
			if (upload === undefined || from === undefined) return unknown(req, res);
			const { metadata, chunks } = upload;
			if (Buffer.concat(chunks).length !== Number(from)) return unknown(req, res);
			chunks.push(req.body);
			const bytes = Buffer.concat(chunks);
			if (bytes.length < Number(total)) return res.status(308).end();
			uploads.delete(id);
			files.set(id, { ...metadata, bytes });
			return res.json({ kind: 'drive#file', id, name: metadata.name, mimeType: metadata.mimeType });
		},
	);

	app.use('/drive', onlySignedIn);
	app.patch('/drive/v3/files/:id', express.json(), (req, res) => {
		const { id } = req.params;
		const file = files.get(id);
		if (file === undefined) return unknown(req, res);
		const { name, mimeType } = Object.assign(file, req.body);
		const told = { kind: 'drive#file', id, name, mimeType };
		// without being asked, Google tells no more than that
		return res.json(req.query.fields === '*' ? { ...told, webViewLink: file.webViewLink } : told);
	});
	return app.use(unknown);
}

function sheets({ id, rows }: Google['spreadsheet']): Express {
	const app = express();
	const path = `/v4/spreadsheets/${id}`;
	app.use(onlySignedIn);
	app.get(path, (_req, res) =>
		res.json({ sheets: [{ properties: { sheetId: 0, title: SHEET, index: 0 } }] }),
	);
	app.get(`${path}/values/:range`, (req, res) => {
		const { range } = req.params;
		if (!/^'?Videos'?(![A-Z]+:[A-Z]+)?$/.test(range)) return unknown(req, res);
		// empty cells at a row's end are left out
		const values = rows.map((row) => row.slice(0, row.findLastIndex((cell) => cell !== '') + 1));
		return res.json({ range, majorDimension: 'ROWS', values });
	});
	app.post(`${path}/values\\:batchUpdate`, express.json(), (req, res) => {
		const updates: Array<{ range: string; values: string[][] }> = req.body.data;
		for (const { range, values } of updates) {
			const [, column, row] = /^'?Videos'?!([A-Z])(\d+)$/.exec(range) ?? [];
			const cells = rows[Number(row) - 1];
			if (column === undefined || cells === undefined) return unknown(req, res);
			cells[column.charCodeAt(0) - 'A'.charCodeAt(0)] = String(values[0]?.[0]);
		}
		return res.json({ spreadsheetId: id, totalUpdatedCells: updates.length });
	});
	return app.use(unknown);
}

function onlySignedIn(req: Request, res: Response, next: NextFunction) {
	if (req.headers.authorization === `Bearer ${TOKEN}`) return next();
	return res.status(401).json({ error: { code: 401, status: 'UNAUTHENTICATED' } });
}

function unknown(req: Request, res: Response) {
	const message = `not played here: ${req.method} ${req.originalUrl}`;
	return res.status(404).json({ error: { code: 404, message, status: 'NOT_FOUND' } });
}
