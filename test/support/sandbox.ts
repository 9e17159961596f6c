import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/gateway';

/** Whichever sandbox is running now, under one name for all tests of a file. */
class CurrentSandbox implements Sandbox {
	private running: Sandbox | null = null;

	private get current(): Sandbox {
		if (this.running === null) throw new Error('There is a sandbox only while a test runs');
		return this.running;
	}

	get url(): string {
		return this.current.url;
	}

	get requests(): Sandbox['requests'] {
		return this.current.requests;
	}

	get submits(): Sandbox['submits'] {
		return this.current.submits;
	}

	get callbacks(): Sandbox['callbacks'] {
		return this.current.callbacks;
	}

	get ledger(): Sandbox['ledger'] {
		return this.current.ledger;
	}

	readonly checksOf: Sandbox['checksOf'] = (taskId) => this.current.checksOf(taskId);

	readonly untilSeen: Sandbox['untilSeen'] = async (count) => await this.current.untilSeen(count);

	readonly untilCalledBack: Sandbox['untilCalledBack'] = async (count) =>
		await this.current.untilCalledBack(count);

	readonly start = async (options: SandboxOptions): Promise<void> => {
		this.running = await startSandbox(options);
	};

	readonly close = async (): Promise<void> => await this.current.close();
}

/** A sandbox that is new for each test. */
export function sandboxForEachTest(options: SandboxOptions = {}): Sandbox {
	const sandbox = new CurrentSandbox();
	beforeEach(async () => await sandbox.start(options));
	afterEach(sandbox.close);
	return sandbox;
}

/** One sandbox for all tests of the file or of the `describe`. */
export function sandboxForAllTests(options: SandboxOptions = {}): Sandbox {
	const sandbox = new CurrentSandbox();
	beforeAll(async () => await sandbox.start(options));
	afterAll(sandbox.close);
	return sandbox;
}
