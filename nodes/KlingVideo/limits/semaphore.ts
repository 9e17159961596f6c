/** A counting semaphore: at most so many holders at once, the others wait in the order they came. */
export class Semaphore {
	private readonly queue: Array<() => void> = [];

	constructor(private free: number) {}

	async acquire(): Promise<void> {
		if (this.free > 0) this.free--;
		else await new Promise<void>((resolve) => this.queue.push(resolve));
	}

	release(): void {
		const next = this.queue.shift();
		if (next === undefined) this.free++;
		else next();
	}
}
