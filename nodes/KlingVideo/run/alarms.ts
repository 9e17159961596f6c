import { pause } from './pause';

export interface Alarm {
	/** Milliseconds since 1970. */
	readonly atMs: number;
	readonly ring: () => void;
}

/**
 * All moments that a run waits for. A thousand tasks take one timer between them, and what is not
 * waited for any more is gone at once, also where n8n's `sleep` cannot be cut short.
 */
export class Alarms {
	/** The next one last. */
	private readonly line: Alarm[] = [];

	private timer: { atMs: number; off: AbortController } | null = null;

	private allRung = false;

	/** @param ring is called once, at `atMs` or with `ringAll`; must not throw */
	set(atMs: number, ring: () => void): Alarm {
		const alarm = { atMs, ring };
		if (this.allRung) {
			void Promise.resolve().then(ring);
			return alarm;
		}
		this.line.splice(this.placeOf(atMs), 0, alarm);
		this.wakeForNext();
		return alarm;
	}

	/** Takes back an alarm; one that has rung is no more. */
	clear(alarm: Alarm): void {
		for (let place = this.placeOf(alarm.atMs); this.line[place]?.atMs === alarm.atMs; place++) {
			if (this.line[place] === alarm) {
				this.line.splice(place, 1);
				break;
			}
		}
		if (this.line.length === 0) this.timer?.off.abort();
	}

	/** From then on there is nothing to wait for: what is set later rings at once. */
	ringAll(): void {
		this.allRung = true;
		for (const { ring } of this.line.splice(0)) ring();
		this.timer?.off.abort();
	}

	/** The first place whose alarm is not later than `atMs`. */
	private placeOf(atMs: number): number {
		let from = 0;
		let to = this.line.length;
		while (from < to) {
			const middle = (from + to) >> 1;
			if ((this.line[middle]?.atMs ?? atMs) > atMs) from = middle + 1;
			else to = middle;
		}
		return from;
	}

	private ringDue(): void {
		for (let next = this.line.at(-1); next !== undefined; next = this.line.at(-1)) {
			if (next.atMs > Date.now()) break;
			this.line.pop();
			next.ring();
		}
		this.wakeForNext();
	}

	private wakeForNext(): void {
		const next = this.line.at(-1);
		if (next === undefined || (this.timer !== null && this.timer.atMs <= next.atMs)) return;
		this.timer?.off.abort();
		const timer = { atMs: next.atMs, off: new AbortController() };
		this.timer = timer;
		void pause(next.atMs - Date.now(), timer.off.signal).then(() => {
			if (this.timer !== timer) return;
			this.timer = null;
			this.ringDue();
		});
	}
}
