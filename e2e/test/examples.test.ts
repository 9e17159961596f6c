/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';
import { REPOSITORY, TEST_FOLDER } from '../folders';
import type { Credential, Execution, SavedWorkflow, WorkflowToCreate } from '../rest';
import { exampleFiles, KLING_TYPE, readExample, TRIGGER_TYPE } from '../sandboxWorkflows';
import { playGoogle, type Google } from '../standIns/google';
import { startMailHost, type MailHost } from '../standIns/mail';
import { startOutside, type Outside } from '../standIns/outside';
import { startS3, type S3 } from '../standIns/s3';
import { startHost, type Host } from './host';
import { jsonOf, JPEG } from './workflows';

/** What each example has to bring about. One that is missing here is told so. */
const EXAMPLES: Record<string, (example: WorkflowToCreate) => Promise<Execution[]>> = {
	'submit-and-wait.json': givesUrlOrReason,
	'create-omni-video.json': createsVideo,
	'multi-image.json': createsVideo,

	'form-to-google-drive.json': async (example) => {
		const [good, bad] = await Promise.all([
			fillInForm(example, 'The cat puts on the hat [success-1s]'),
			fillInForm(example, 'The cat puts on the hat [failure-1s]'),
		]);
		expect(await drive()).toEqual([[`${videoOf(good)}.mp4`, 'video/mp4', ['root'], await video()]]);
		expect(mailHost.mails).toEqual([mailAbout(failureOf(bad))]);
		return [good, bad];
	},

	'save-to-s3.json': async (example) => {
		const [good, bad] = await runGoodAndBad(example);
		const stored = [...s3.objects].map(([name, { contentType, bytes }]) => [
			name,
			contentType,
			hashOf(bytes),
		]);
		expect(stored).toEqual([[`my-videos/kling/${videoOf(good)}.mp4`, 'video/mp4', await video()]]);
		expect(mailHost.mails).toEqual([mailAbout(failureOf(bad))]);
		return [good, bad];
	},

	'save-to-google-drive.json': async (example) => {
		const [good, bad] = await runGoodAndBad(example);
		expect(await drive()).toEqual([[`${videoOf(good)}.mp4`, 'video/mp4', ['root'], await video()]]);
		expect(mailHost.mails).toEqual([mailAbout(failureOf(bad))]);
		return [good, bad];
	},

	'list-in-a-sheet.json': async (example) => {
		const { spreadsheet, files } = google;
		const header = [
			'name',
			'prompt',
			'image1',
			'image2',
			'image3',
			'image4',
			'model',
			'aspectRatio',
			'saved',
		];
		const row = (name: string, prompt: string, saved = '') => [
			name,
			prompt,
			'https://example.com/cat.png',
			'https://example.com/hat.png',
			'',
			'',
			'kling-v3-omni',
			'9:16',
			saved,
		];
		const done = row('dog', 'The dog is done', 'https://example.com/dog');
		const cat = (saved = '') => row('cat', 'The cat puts on the hat [success-1s]', saved);
		const fox = row('fox', 'The fox puts on the hat [failure-1s]');
		const bird = (saved = '') => row('bird', 'The bird puts on the hat [success-2s]', saved);
		spreadsheet.rows.push(header, cat(), fox, done, bird());
		const execution = await run(withSheet(example));

		expect(await drive()).toEqual([
			['cat.mp4', 'video/mp4', ['root'], await video()],
			['bird.mp4', 'video/mp4', ['root'], await video()],
		]);
		const [catLink, birdLink] = [...files.values()].map(({ webViewLink }) => webViewLink);
		expect(spreadsheet.rows).toEqual([header, cat(catLink), fox, done, bird(birdLink)]);
		expect(mailHost.mails).toEqual([mailAbout(failureOf(execution))]);
		return [execution];
	},

	'create-and-return.json': async (example) => {
		const { rows } = google.spreadsheet;
		rows.push(
			TASKS_HEADER,
			['cat', 'The cat puts on the hat [success-1s]', '', ''],
			['dog', 'The dog is submitted', '842250903629086785', ''],
			['fox', 'The fox puts on the hat [submit-no-quota]', '', ''],
		);
		const execution = await run(withSheet(example));
		const cat = host.sandbox.submits.find(({ body }) => String(body.prompt).includes('The cat'));
		expect(cat?.body.callback_url).toBe('https://PUT-THE-PRODUCTION-URL-OF-THE-TRIGGER-HERE');
		expect(rows.map(([name, , taskId]) => [name, taskId])).toEqual([
			['name', 'taskId'],
			['cat', cat?.taskId],
			['dog', '842250903629086785'],
			['fox', ''],
		]);
		expect(mailHost.mails).toEqual([expect.objectContaining({ subject: 'No video' })]);
		return [execution];
	},

	'trigger-and-store.json': async (example) => {
		const { rows } = google.spreadsheet;
		rows.push(
			TASKS_HEADER,
			['cat', 'The cat', 'success-0s-cat', ''],
			['fox', 'The fox', 'failure-0s-fox', ''],
		);
		const webhookId = randomUUID();
		const workflow = await publish(withSheet(example), webhookId);
		for (const [taskId, task_status] of [
			['success-0s-cat', 'processing'],
			['failure-0s-fox', 'failed'],
			['success-0s-cat', 'succeed'],
		]) {
			const url = `${host.n8n.url}/webhook/${webhookId}/webhook`;
			await axios.post(url, { task_id: taskId, task_status }, { proxy: false });
		}
		const execution = await firstOf(workflow);
		expect(await drive()).toEqual([['success-0s-cat.mp4', 'video/mp4', ['root'], await video()]]);
		const [link] = [...google.files.values()].map(({ webViewLink }) => webViewLink);
		expect(rows.slice(1).map((row) => row.slice(2))).toEqual([
			['success-0s-cat', link],
			['failure-0s-fox', ''],
		]);
		return [execution];
	},

	'nightly-sweep.json': async (example) => {
		const { rows } = google.spreadsheet;
		rows.push(
			TASKS_HEADER,
			['cat', 'The cat', 'success-0s-swept', ''],
			['dog', 'The dog', 'success-0s-saved', 'https://example.com/dog'],
			['fox', 'The fox', 'failure-0s-swept', ''],
			['owl', 'The owl', 'never-swept', ''],
			['elk', 'The elk', 'unknown-swept', ''],
			['bat', 'The bat', '', ''],
		);
		const execution = await run(withSheet(example));
		expect(await drive()).toEqual([['success-0s-swept.mp4', 'video/mp4', ['root'], await video()]]);
		const [link] = [...google.files.values()].map(({ webViewLink }) => webViewLink);
		expect(rows.slice(1).map((row) => row.slice(2))).toEqual([
			['success-0s-swept', link],
			['success-0s-saved', 'https://example.com/dog'],
			['failure-0s-swept', 'failed: Image pixel is invalid'],
			['never-swept', ''],
			['unknown-swept', ''],
			['', ''],
		]);
		expect(host.sandbox.checksOf('success-0s-saved')).toEqual([]);
		expect(mailHost.mails).toEqual([
			expect.objectContaining({ subject: 'No video from task unknown-swept' }),
		]);
		return [execution];
	},
};

/** Of the sheet of the three workflows that belong together. */
const TASKS_HEADER = ['name', 'prompt', 'taskId', 'saved'];

function withSheet(example: WorkflowToCreate): WorkflowToCreate {
	const text = JSON.stringify(example);
	return JSON.parse(text.replaceAll('PUT-YOUR-SHEET-HERE', google.spreadsheet.id));
}

let mailHost: MailHost;
let s3: S3;
let google: Google;
let outside: Outside;
let host: Host;
let credentials: Record<string, Credential>;

beforeAll(async () => {
	mailHost = await startMailHost();
	s3 = await startS3();
	google = playGoogle();
	outside = await startOutside(google.hosts, join(TEST_FOLDER, 'stand-ins.pem'));
	host = await startHost('examples', { env: outside.env });
	const { rest } = host;
	const make = async (type: string, data: object) => await rest.createCredential(type, type, data);
	const drive = await make('googleDriveOAuth2Api', google.credentialData);
	const sheets = await make('googleSheetsOAuth2Api', google.credentialData);
	await rest.authorize(drive, google.code);
	await rest.authorize(sheets, google.code);
	credentials = {
		'n8n-nodes-base.emailSend': await make('smtp', mailHost.credentialData),
		'n8n-nodes-base.googleDrive': drive,
		'n8n-nodes-base.googleSheets': sheets,
		'n8n-nodes-base.s3': await make('s3', s3.credentialData),
	};
});

afterEach(() => {
	google.files.clear();
	google.spreadsheet.rows.length = 0;
	mailHost.mails.length = 0;
	s3.objects.clear();
});

afterAll(async () => {
	await host?.close();
	await outside?.close();
	await s3?.close();
	await mailHost?.close();
});

test.each(exampleFiles())(
	'examples/%s runs from its trigger to its end, whether there is a video or not',
	async (file) => {
		const runs = EXAMPLES[file];
		if (runs === undefined) throw new Error(`What does examples/${file} bring about? Say it here.`);
		const example = withCredentials(readExample(file, host.credential, host.sandbox.url));
		const executions = await runs(example);

		expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'success'));
		const ran = executions.flatMap(({ data }) => Object.keys(data.resultData.runData));
		const toRun = example.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		expect([...new Set(ran)].sort()).toEqual(toRun.map(({ name }) => name).sort());
		expect(toRun.some(({ type }) => type === KLING_TYPE || type === TRIGGER_TYPE)).toBe(true);
	},
);

test('no example goes anywhere else', () => {
	// n8n itself looks for the community nodes that it has verified
	expect(outside.refused.filter((name) => name !== 'api.n8n.io')).toEqual([]);
});

/** With their credential chosen in each node that needs one, as its note says. */
function withCredentials(example: WorkflowToCreate): WorkflowToCreate {
	return {
		...example,
		nodes: example.nodes.map((node) => {
			const credential = credentials[node.type];
			if (credential === undefined) return node;
			const { id, name, type } = credential;
			return { ...node, credentials: { ...node.credentials, [type]: { id, name } } };
		}),
	};
}

async function givesUrlOrReason(example: WorkflowToCreate): Promise<Execution[]> {
	const [good, bad] = await runGoodAndBad(example);
	expect(jsonOf(good, 'Hand On the URL')).toEqual([
		{ videoUrl: `${host.sandbox.url}/videos/${taskOf(good)}.mp4`, seconds: 5.1 },
	]);
	expect(jsonOf(good, 'Say What Happened')).toEqual([]);
	expect(jsonOf(bad, 'Hand On the URL')).toEqual([]);
	expect(jsonOf(bad, 'Say What Happened')).toEqual([
		{
			whatHappened: expect.stringContaining('Image pixel is invalid'),
			whatToDo: expect.stringContaining('submit a new task'),
			taskId: taskOf(bad),
		},
	]);
	return [good, bad];
}

/** Of examples that end with the node itself, whose error is then the execution's. */
async function createsVideo(example: WorkflowToCreate): Promise<Execution[]> {
	const good = await run(withPrompt(example, '[success-1s]'));
	expect(jsonOf(good, 'Create Video')).toMatchObject([
		{ succeeded: true, videoUrl: `${host.sandbox.url}/videos/${videoOf(good)}.mp4` },
	]);
	return [good];
}

/** Sends a form with two images as a browser does. */
async function fillInForm(example: WorkflowToCreate, prompt: string): Promise<Execution> {
	const webhookId = randomUUID();
	const workflow = await publish(example, webhookId);
	const form = new FormData();
	form.append('field-0', prompt);
	for (const name of ['cat.jpg', 'hat.jpg']) {
		form.append('field-1', new Blob([JPEG], { type: 'image/jpeg' }), name);
	}
	await axios.post(`${host.n8n.url}/form/${webhookId}`, form, { proxy: false });
	return await firstOf(workflow);
}

/** @param webhookId of its trigger */
async function publish(example: WorkflowToCreate, webhookId: string): Promise<SavedWorkflow> {
	const workflow = await host.rest.createWorkflow({
		...example,
		nodes: example.nodes.map((node) =>
			node.webhookId === undefined ? node : { ...node, webhookId },
		),
	});
	await host.rest.publish(workflow);
	return workflow;
}

/** The first execution of a workflow that starts by itself. */
async function firstOf(workflow: SavedWorkflow): Promise<Execution> {
	for (;;) {
		const [execution] = await host.rest.executionsOf(workflow);
		if (execution !== undefined) return await host.rest.ended(execution.id);
		await sleep(200);
	}
}

async function runGoodAndBad(example: WorkflowToCreate): Promise<[Execution, Execution]> {
	// side by side: automatic checking hardly asks while no video can be ready
	return await Promise.all([
		run(withPrompt(example, '[success-1s]')),
		run(withPrompt(example, '[failure-1s]')),
	]);
}

async function run(example: WorkflowToCreate): Promise<Execution> {
	const trigger = example.nodes.find(({ type }) => type.endsWith('Trigger'));
	if (trigger === undefined) throw new Error(`${example.name}: no trigger`);
	const workflow = await host.rest.createWorkflow(example);
	return await host.rest.ended(await host.rest.run(workflow, trigger.name));
}

/** The sandbox reads from the prompt what becomes of a video. */
function withPrompt(example: WorkflowToCreate, scenario: string): WorkflowToCreate {
	let found = 0;
	const text = JSON.stringify(example, (_key, value: unknown) => {
		if (isPrompt(value)) {
			found++;
			return { ...value, value: `${value.value} ${scenario}` };
		}
		if (isCreation(value)) {
			found++;
			return { ...value, prompt: `${value.prompt} ${scenario}` };
		}
		return value;
	});
	if (found !== 1) throw new Error(`${example.name}: ${found} prompts instead of one`);
	return JSON.parse(text);
}

/** A field of an Edit Fields node. */
function isPrompt(value: unknown): value is { name: 'prompt'; value: string } {
	const { name, value: text }: IDataObject = Object(value);
	return name === 'prompt' && typeof text === 'string';
}

/** The parameters of a node that creates videos. */
function isCreation(value: unknown): value is { prompt: string } {
	const { operation, prompt }: IDataObject = Object(value);
	return operation === 'create' && typeof prompt === 'string';
}

function taskOf(execution: Execution): string {
	return String(jsonOf(execution, 'Submit the Video')[0]?.task_id);
}

const CREATORS = ['Create Video', 'Create and Download', 'Create All and Download'];

/** The task of the first video that was created. */
function videoOf(execution: Execution): string {
	const [created] = CREATORS.flatMap((name) => jsonOf(execution, name));
	return String(created?.taskId);
}

/** The task of the first one that came out of the error output. */
function failureOf(execution: Execution): string {
	const [failed] = CREATORS.flatMap((name) => jsonOf(execution, name, 1));
	const { taskId }: IDataObject = Object(failed?.error);
	return String(taskId);
}

function mailAbout(taskId: string) {
	return {
		to: 'you@example.com',
		subject: `No video from task ${taskId}`,
		text: expect.stringMatching(/Image pixel is invalid[^]*submit a new task/),
	};
}

async function drive(): Promise<unknown[]> {
	return [...google.files.values()].map(({ name, mimeType, parents, bytes }) => [
		name,
		mimeType,
		parents,
		hashOf(bytes),
	]);
}

/** The video that the sandbox makes, as its hash. */
async function video(): Promise<string> {
	return hashOf(await readFile(join(REPOSITORY, 'sandbox', 'video.mp4')));
}

function hashOf(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
