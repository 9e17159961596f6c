/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- never shipped */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';
import ts from 'typescript';
import { TASK_KINDS } from '../../nodes/KlingVideo/taskKinds';
import manifest from '../../package.json';

const root = resolve(__dirname, '../..');
const NODE_FOLDER = 'nodes/KlingVideo';
const PROBLEM_TEXTS = ['problemTable', 'createProblems', 'submitRefusals'].map(
	(file) => `${NODE_FOLDER}/problems/${file}.ts`,
);
const TROUBLESHOOTING = 'docs/troubleshooting.md';

interface Heading {
	level: number;
	text: string;
	anchor: string;
}

interface Document {
	headings: Heading[];
	/** As they are written: of links, images and HTML. */
	links: string[];
	/** What stands in backticks. */
	codes: string[];
	blocks: Array<{ language: string; text: string }>;
	/** The rows of each table, without its head; a cell is its text. */
	tables: string[][][];
}

const markdownFiles = [
	...readdirSync(root),
	...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`),
].filter((file) => file.endsWith('.md'));
const documents = new Map(markdownFiles.map((file) => [file, readDocument(file)]));

function readDocument(file: string): Document {
	const tokens = new MarkdownIt({ html: true }).parse(readFileSync(join(root, file), 'utf8'), {});
	const flat = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
	const slugger = new GithubSlugger();
	return {
		headings: tokens.flatMap((token, index) => {
			if (token.type !== 'heading_open') return [];
			const text = textOf(tokens[index + 1]);
			return [{ level: Number(token.tag.slice(1)), text, anchor: slugger.slug(text) }];
		}),
		links: flat.flatMap(linksIn),
		codes: flat.filter(({ type }) => type === 'code_inline').map(({ content }) => content),
		blocks: tokens
			.filter(({ type }) => type === 'fence')
			.map(({ info, content }) => ({ language: info, text: content })),
		tables: tablesIn(tokens),
	};
}

function tablesIn(tokens: Token[]): string[][][] {
	const tables: string[][][] = [];
	tokens.forEach(({ type }, index) => {
		if (type === 'table_open') tables.push([]);
		if (type === 'tr_open') tables.at(-1)?.push([]);
		if (type === 'td_open')
			tables
				.at(-1)
				?.at(-1)
				?.push(textOf(tokens[index + 1]));
	});
	// a head has no such cells
	return tables.map((rows) => rows.filter((cells) => cells.length > 0));
}

function textOf(token: Token | undefined): string {
	return (token?.children ?? []).map(({ content }) => content).join('');
}

function linksIn(token: Token): string[] {
	switch (token.type) {
		case 'link_open':
			return [String(token.attrGet('href'))];
		case 'image':
			return [String(token.attrGet('src'))];
		case 'html_block':
		case 'html_inline':
			return [...token.content.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g)].map(([, link]) =>
				String(link),
			);
		default:
			return [];
	}
}

function documentNamed(file: string): Document {
	const found = documents.get(file);
	if (found === undefined) throw new Error(`No document ${file}`);
	return found;
}

/** @returns what is wrong with a link, or null */
function brokenLink(from: string, link: string): string | null {
	if (/^(https?|mailto):/.test(link)) return null;
	const [path = '', anchor] = decodeURIComponent(link).split('#');
	const file = path === '' ? from : relative(root, resolve(root, dirname(from), path));
	if (!existsSync(join(root, file))) return `${from}: ${link} leads to no file`;
	if (anchor === undefined) return null;
	const anchors = documents.get(file)?.headings.map((heading) => heading.anchor) ?? [];
	return anchors.includes(anchor) ? null : `${from}: ${link} leads to no heading`;
}

describe('links', () => {
	test.each(markdownFiles)('those in %s lead to a file and a heading', (file) => {
		const { links } = documentNamed(file);
		expect(links.map((link) => brokenLink(file, link)).filter((broken) => broken !== null)).toEqual(
			[],
		);
	});

	test('those to this repository lead to a file and a heading', () => {
		const repository = manifest.homepage.replace(/#.*$/, '');
		const found = ['nodes', 'credentials', 'examples', '.github/ISSUE_TEMPLATE', ...markdownFiles]
			.flatMap(filesIn)
			.flatMap((file) => {
				const text = readFileSync(join(root, file), 'utf8');
				return text.split(repository).slice(1);
			})
			.map((rest) => /^(?:\/blob\/main\/([\w./-]+))?(?:#([\w-]+))?/.exec(rest) ?? [])
			.filter(([matched]) => matched !== undefined && matched !== '')
			.map(([, path = 'README.md', anchor]) => (anchor === undefined ? path : `${path}#${anchor}`));
		expect(found).toContain('README.md#set-up-the-credential');
		// GitHub's own anchor
		const ours = found.filter((link) => link !== 'README.md#readme');
		expect(
			ours.map((link) => brokenLink('README.md', link)).filter((broken) => broken !== null),
		).toEqual([]);
	});

	test.each(markdownFiles)('the files that %s names are there', (file) => {
		const named = documentNamed(file).codes.filter((code) =>
			/^[\w./-]+\.(ts|json|js|yml)$/.test(code),
		);
		const missing = named.filter(
			(path) =>
				!existsSync(join(root, path)) &&
				!existsSync(join(root, NODE_FOLDER, path)) &&
				!existsSync(join(root, 'examples', path)),
		);
		expect(missing).toEqual([]);
	});
});

function filesIn(path: string): string[] {
	if (statSync(join(root, path)).isFile()) return [path];
	return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
		.map((file) => join(path, file))
		.filter((file) => statSync(join(root, file)).isFile());
}

describe('README.md', () => {
	const readme = readFileSync(join(root, 'README.md'), 'utf8');

	test('is short: its words are at most 1,400', () => {
		expect(readme.trim().split(/\s+/).length).toBeLessThanOrEqual(1400);
	});

	test.each(['npm ci && npm run demo', 'npm ci && npm test'])('has the command %s', (command) => {
		const commands = documentNamed('README.md').blocks.flatMap(({ text }) => text.split('\n'));
		expect(commands.map((line) => line.replace(/\s+#.*$/, ''))).toContain(command);
	});

	test('its block to paste is the first example, with a shorter prompt', () => {
		const [block, ...others] = documentNamed('README.md').blocks.filter(
			({ language }) => language === 'json',
		);
		expect(others).toEqual([]);
		const { nodes, connections } = JSON.parse(String(block?.text));
		const [start, create] = nodes;
		expect(nodes).toHaveLength(2);
		expect(connections).toEqual({
			[start.name]: { main: [[{ node: create.name, type: 'main', index: 0 }]] },
		});
		const example = JSON.parse(readFileSync(join(root, 'examples/create-omni-video.json'), 'utf8'));
		const [, , { type, typeVersion, parameters }] = example.nodes;
		expect(create).toMatchObject({
			type,
			typeVersion,
			parameters: { ...parameters, prompt: expect.stringMatching(/<<<image_1>>>.*<<<image_2>>>/) },
		});
	});
});

describe('the kinds of tasks', () => {
	test('docs/kinds.md has a row for each, with its path', () => {
		const [kinds = []] = documentNamed('docs/kinds.md').tables;
		const rows = kinds.map(([label, , path]) => [label, path]);
		const known = TASK_KINDS.map(({ label, path }) => [label, path ?? 'Task Path']);
		expect(rows.sort()).toEqual(known.sort());
	});

	test('README.md names each once in its table', () => {
		const [kinds = []] = documentNamed('README.md').tables;
		const named = kinds.flatMap(([labels = '']) => labels.split(', '));
		expect(named.sort()).toEqual(TASK_KINDS.map(({ label }) => label).sort());
	});
});

test(`the messages with a heading in ${TROUBLESHOOTING} are those of the node`, () => {
	const headings = documentNamed(TROUBLESHOOTING).headings.filter(({ level }) => level === 4);
	const messages = new Set(PROBLEM_TEXTS.flatMap(messagesOf));
	expect(headings.map(({ text }) => text).sort()).toEqual([...messages].sort());
});

/** The texts of every property `message` in a source file, with "…" for what differs each time. */
function messagesOf(file: string): string[] {
	const source = ts.createSourceFile(
		file,
		readFileSync(join(root, file), 'utf8'),
		ts.ScriptTarget.Latest,
	);
	const messages: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isPropertyAssignment(node) && node.name.getText(source) === 'message') {
			messages.push(...textsIn(node.initializer, source));
		} else {
			ts.forEachChild(node, visit);
		}
	};
	visit(source);
	return messages;
}

function textsIn(node: ts.Node, source: ts.SourceFile): string[] {
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isTemplateExpression(node)) return [templateText(node, source)];
	if (ts.isConditionalExpression(node)) {
		return [node.whenTrue, node.whenFalse].flatMap((branch) => textsIn(branch, source));
	}
	const texts: string[] = [];
	ts.forEachChild(node, (child) => {
		texts.push(...textsIn(child, source));
	});
	return texts;
}

function templateText({ head, templateSpans }: ts.TemplateExpression, source: ts.SourceFile) {
	const spans = templateSpans.map(
		({ expression, literal }) => (calledText(expression, source) ?? '…') + literal.text,
	);
	return head.text + spans.join('');
}

/** What a call gives of a function in the same file that returns a template; null for anything else. */
function calledText(expression: ts.Expression, source: ts.SourceFile): string | null {
	if (!ts.isCallExpression(expression)) return null;
	const name = expression.expression.getText(source);
	const called = source.statements.find(
		(statement) => ts.isFunctionDeclaration(statement) && statement.name?.text === name,
	);
	const last =
		called !== undefined && ts.isFunctionDeclaration(called)
			? called.body?.statements.at(-1)
			: null;
	return last &&
		ts.isReturnStatement(last) &&
		last.expression &&
		ts.isTemplateExpression(last.expression)
		? templateText(last.expression, source)
		: null;
}
