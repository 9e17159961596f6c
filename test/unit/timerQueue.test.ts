import { TimerQueue } from '../../nodes/KlingVideo/limits/timerQueue';
import { fakeTimers } from '../support/clocks';

const { pass } = fakeTimers();

/** Timers that write down their names and the moments at which they fire. */
function listen() {
	const timers = new TimerQueue();
	const begunAtMs = Date.now();
	const fired: Array<[string, number]> = [];
	const set = (name: string, inMs: number) =>
		timers.schedule(inMs, () => fired.push([name, Date.now() - begunAtMs]));
	return { timers, fired, set };
}

test('ring at their moments, in whichever order they were set', async () => {
	const { fired, set } = listen();
	set('c', 300);
	set('a', 100);
	set('d', 300);
	set('b', 200);
	await pass(250);
	expect(fired).toEqual([
		['a', 100],
		['b', 200],
	]);
	await pass(100);
	expect(fired.slice(2).sort()).toEqual([
		['c', 300],
		['d', 300],
	]);
});

test('take one timer between them, and none when nothing is waited for', async () => {
	const { timers, fired, set } = listen();
	const all = [300, 100, 200, 100].map((inMs) => set('x', inMs));
	await pass(0);
	expect(jest.getTimerCount()).toBe(1);
	for (const timer of all) timers.cancel(timer);
	await pass(0);
	expect(jest.getTimerCount()).toBe(0);
	await pass(1000);
	expect(fired).toEqual([]);
});

test('one that is taken back does not ring, and its neighbours of the same moment do', async () => {
	const { timers, fired, set } = listen();
	set('a', 100);
	const taken = set('b', 100);
	set('c', 100);
	timers.cancel(taken);
	await pass(100);
	expect(fired.map(([name]) => name).sort()).toEqual(['a', 'c']);
	timers.cancel(taken);
});

test('one that is set while another rings has its own moment', async () => {
	const { timers, fired, set } = listen();
	timers.schedule(100, () => set('later', 50));
	await pass(200);
	expect(fired).toEqual([['later', 150]]);
});

test('all ring when the run ends, once, and what is set afterwards rings at once', async () => {
	const { timers, fired, set } = listen();
	set('a', 100);
	set('b', 5000);
	await pass(50);
	timers.close();
	expect(fired.map(([, ms]) => ms)).toEqual([50, 50]);
	set('c', 9000);
	await pass(10_000);
	expect(fired.map(([name]) => name).sort()).toEqual(['a', 'b', 'c']);
	expect(fired.at(-1)).toEqual(['c', 50]);
	expect(jest.getTimerCount()).toBe(0);
});

test.each([-3_600_000, 3_600_000])(
	'fire when their time has passed, although the clock is set by %d ms',
	async (jumpMs) => {
		const timers = new TimerQueue();
		let fired = false;
		timers.schedule(100, () => {
			fired = true;
		});
		await pass(50);
		jest.setSystemTime(Date.now() + jumpMs);
		await pass(49);
		expect(fired).toBe(false);
		await pass(1);
		expect(fired).toBe(true);
	},
);
