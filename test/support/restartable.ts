/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/require-node-api-error -- never shipped */
import {
	startSandbox,
	type Sandbox,
	type SandboxOptions,
	type SeenRequest,
} from '../../sandbox/gateway';

/**
 * Below the ports that the system hands out by itself: while the gateway is down, nobody else may
 * get its port.
 */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/**
 * A gateway that can go down and come back at the same address. Its tasks do not outlive it: those
 * that their id describes begin again when they are asked about.
 */
export class RestartableGateway {
	/** Those of the sandboxes before, without those that got no reply when they went down. */
	private before: SeenRequest[] = [];

	private constructor(private sandbox: Sandbox) {}

	static async start(options: SandboxOptions = {}): Promise<RestartableGateway> {
		for (let port = FIRST_PORT + (process.pid % PORTS); ; port++) {
			try {
				return new RestartableGateway(await startSandbox({ ...options, port }));
			} catch (error) {
				const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
				if (!taken) throw error;
			}
		}
	}

	get url(): string {
		return this.sandbox.url;
	}

	/** Every request that was not cut off by a restart, in order. */
	get requests(): SeenRequest[] {
		return [...this.before, ...this.sandbox.requests];
	}

	/** Resolves when this many have come in since the last start. */
	async untilSeen(count: number): Promise<void> {
		await this.sandbox.untilSeen(count);
	}

	/**
	 * Connections are cut, and refused until it is up again.
	 *
	 * @param meanwhile how long it is down
	 */
	async restart(meanwhile: () => Promise<void>, options: SandboxOptions = {}): Promise<void> {
		const { requests } = this.sandbox;
		await this.sandbox.close();
		// a reply may be on its way when it goes down, and arrive
		this.before.push(...requests.filter(({ statusCode }) => statusCode !== null));
		await meanwhile();
		this.sandbox = await startSandbox({ ...options, port: Number(new URL(this.url).port) });
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}
}
