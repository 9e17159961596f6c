import { TimerQueue } from '../../nodes/KlingVideo/limits/timerQueue';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const pass = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

/** Alarms that write down their names and the moments at which they ring. */
function listen() {
	const alarms = new TimerQueue();
	const begunAtMs = Date.now();
	const rung: Array<[string, number]> = [];
	const set = (name: string, inMs: number) =>
		alarms.schedule(begunAtMs + inMs, () => rung.push([name, Date.now() - begunAtMs]));
	return { alarms, rung, set };
}

test('ring at their moments, in whichever order they were set', async () => {
	const { rung, set } = listen();
	set('c', 300);
	set('a', 100);
	set('d', 300);
	set('b', 200);
	await pass(250);
	expect(rung).toEqual([
		['a', 100],
		['b', 200],
	]);
	await pass(100);
	expect(rung.slice(2).sort()).toEqual([
		['c', 300],
		['d', 300],
	]);
});

test('take one timer between them, and none when nothing is waited for', async () => {
	const { alarms, rung, set } = listen();
	const all = [300, 100, 200, 100].map((inMs) => set('x', inMs));
	await pass(0);
	expect(jest.getTimerCount()).toBe(1);
	for (const alarm of all) alarms.cancel(alarm);
	await pass(0);
	expect(jest.getTimerCount()).toBe(0);
	await pass(1000);
	expect(rung).toEqual([]);
});

test('one that is taken back does not ring, and its neighbours of the same moment do', async () => {
	const { alarms, rung, set } = listen();
	set('a', 100);
	const taken = set('b', 100);
	set('c', 100);
	alarms.cancel(taken);
	await pass(100);
	expect(rung.map(([name]) => name).sort()).toEqual(['a', 'c']);
	alarms.cancel(taken);
});

test('one that is set while another rings has its own moment', async () => {
	const { alarms, rung, set } = listen();
	alarms.schedule(Date.now() + 100, () => set('later', 150));
	await pass(200);
	expect(rung).toEqual([['later', 150]]);
});

test('all ring when the run ends, once, and what is set afterwards rings at once', async () => {
	const { alarms, rung, set } = listen();
	set('a', 100);
	set('b', 5000);
	await pass(50);
	alarms.close();
	expect(rung.map(([, ms]) => ms)).toEqual([50, 50]);
	set('c', 9000);
	await pass(10_000);
	expect(rung.map(([name]) => name).sort()).toEqual(['a', 'b', 'c']);
	expect(rung.at(-1)).toEqual(['c', 50]);
	expect(jest.getTimerCount()).toBe(0);
});
