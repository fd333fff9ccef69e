/**
 * The clock of an object that may rest: what is to happen again and again happens only while somebody lags.
 *
 * Owns the one timer. A timer that always runs would keep its object in memory, and on the bill, for ever.
 */
import type { Clock } from "../src/server/host/clock.ts";

interface Beat {
  readonly run: () => void;
  readonly periodMs: number;
}

export class Pulse {
  readonly clock: Clock;
  readonly #isBusy: () => boolean;
  readonly #beats = new Set<Beat>();
  #isRunning = false;

  /** `isBusy`: some peer has not taken all that it was sent. */
  constructor(clock: Clock, isBusy: () => boolean) {
    this.#isBusy = isBusy;
    this.clock = {
      ...clock,
      every: (periodMs, run) => {
        const beat = { run, periodMs };
        this.#beats.add(beat);
        return () => void this.#beats.delete(beat);
      },
    };
  }

  /** Something was sent: looks once, and again for as long as it is busy. */
  stir(): void {
    if (this.#isRunning || this.#beats.size === 0) return;
    this.#isRunning = true;
    const periodMs = Math.min(...Array.from(this.#beats, (beat) => beat.periodMs));
    this.clock.after(periodMs, () => {
      this.#isRunning = false;
      this.beat();
      if (this.#isBusy()) this.stir();
    });
  }

  /** Now: an alarm has woken the object. */
  beat(): void {
    for (const { run } of this.#beats) run();
  }
}
