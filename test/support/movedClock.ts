/** A clock that stands still until it is moved, and knows when it is looked at. */
export class MovedClock {
	private looks: Array<() => void> = [];

	constructor(public nowMs: number) {}

	readonly now = (): number => {
		const looks = this.looks;
		this.looks = [];
		for (const look of looks) look();
		return this.nowMs;
	};

	/**
	 * Resolves when somebody has looked at it and, having acted on that, looks again. Nobody may look
	 * at it but the one who is waited for.
	 */
	async untilSeen(): Promise<void> {
		for (let looks = 0; looks < 3; looks++) {
			await new Promise<void>((resolve) => this.looks.push(resolve));
		}
	}
}
