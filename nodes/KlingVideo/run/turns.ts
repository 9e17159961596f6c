/** Lets in so many at once, first come, first served. */
export class Turns {
	private readonly line: Array<() => void> = [];

	constructor(private free: number) {}

	async take(): Promise<void> {
		if (this.free > 0) this.free--;
		else await new Promise<void>((resolve) => this.line.push(resolve));
	}

	giveBack(): void {
		const next = this.line.shift();
		if (next === undefined) this.free++;
		else next();
	}
}
