import { sandboxForEachTest } from '../support/sandbox';
import { suspendIn, suspending, wordsOf } from '../support/suspending';

const sandbox = sandboxForEachTest();
const { runAtOnce, suspendTasks } = suspendIn(sandbox);

// nobody listens there: the first check fails, and the wait goes on
const PROXY = 'http://user:hidden-word@127.0.0.1:1';

/** The progress workflow that n8n stores, for a proxy that is set like this. */
async function storedWith(proxy: string): Promise<string> {
	const parameters = { ...suspending(), requestOptions: { proxy } };
	const { started } = await suspendTasks(['success-600s'], { parameters });
	return JSON.stringify(started.code);
}

test("a proxy's password that comes from an expression is not stored: the expression is", async () => {
	const expression = '={{ "http://user:" + "hidden-" + "word" + "@127.0.0.1:1" }}';
	const stored = await storedWith(expression);
	expect(stored).not.toContain('hidden-word');
	expect(stored).toContain(JSON.stringify(expression).slice(1, -1));
});

test('an address that anybody can read in the workflow is stored as it is', async () => {
	expect(await storedWith(PROXY)).toContain(PROXY);
	expect(await storedWith('={{ "http://127.0.0.1" + ":1" }}')).toContain('http://127.0.0.1:1');
});

test('an expression that reads items is refused: the progress workflow could not resolve it', async () => {
	const parameters = {
		...suspending(),
		requestOptions: { proxy: '={{ "http://user:" + $json.word + "@127.0.0.1:1" }}' },
	};
	const tasks = [{ task_id: 'success-600s', word: 'hidden-word' }];
	const { result, started } = await runAtOnce({ tasks, parameters });
	expect(started).toEqual([]);
	expect(wordsOf(result)).toMatchObject({
		status: 'error',
		message: expect.stringMatching(/could not suspend the workflow \(the proxy's password/),
	});
});
