import { createBodyBytes, type BodyFile } from '../../nodes/KlingVideo/submit/bodyBytes';

const file = (placeholder: string, content: Buffer): BodyFile => ({
	placeholder,
	bytes: content.length,
	read: async () => content,
});
const written = async (body: object, files: BodyFile[]): Promise<unknown> =>
	JSON.parse(Buffer.from(await createBodyBytes(JSON.stringify(body), files)).toString());

test('a body without files is its text, whatever letters it has', async () => {
	expect(await written({ prompt: 'é任务 🎬' }, [])).toEqual({ prompt: 'é任务 🎬' });
});

test.each([0, 1, 2, 3, 4, 1000])(
	'a file of %d bytes stands in its place as base64',
	async (length) => {
		const content = Buffer.alloc(length, 'ab\xffc', 'latin1');
		const body = { prompt: '任务', image: 'file-1', mode: 'std' };
		expect(await written(body, [file('file-1', content)])).toEqual({
			...body,
			image: content.toString('base64'),
		});
	},
);

test('several files come to their places, in whatever order they are given', async () => {
	const [a, b] = [Buffer.from('first'), Buffer.from('the second')];
	const body = { list: [{ image: 'file-a' }, { image: 'https://a/é' }, { image: 'file-b' }] };
	expect(await written(body, [file('file-b', b), file('file-a', a)])).toEqual({
		list: [
			{ image: a.toString('base64') },
			{ image: 'https://a/é' },
			{ image: b.toString('base64') },
		],
	});
});

test('a file that is a part of a larger buffer is only that part', async () => {
	const content = Buffer.from('--inside--').subarray(2, 8);
	expect(await written({ image: 'file-1' }, [file('file-1', content)])).toEqual({
		image: Buffer.from('inside').toString('base64'),
	});
});

test('a file that has changed meanwhile is not sent', async () => {
	const changed = { ...file('file-1', Buffer.from('abc')), bytes: 2 };
	await expect(createBodyBytes('"file-1"', [changed])).rejects.toThrow(RangeError);
});

test('one file after another is read', async () => {
	let reading = 0;
	const slow = (placeholder: string): BodyFile => ({
		placeholder,
		bytes: 3,
		read: async () => {
			expect(++reading).toBe(1);
			await Promise.resolve();
			reading--;
			return Buffer.from('abc');
		},
	});
	await createBodyBytes('["file-1","file-2"]', [slow('file-1'), slow('file-2')]);
});
