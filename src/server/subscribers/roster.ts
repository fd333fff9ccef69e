/**
 * Everyone who is connected to receive, and the one timer that looks after them all.
 *
 * Owns the tick and the order in which a drain ends them. Knows nothing of feeds or transports.
 */
import type { Clock } from "../host/clock.ts";
import type { Ending } from "./ending.ts";

export interface Member {
  tick(nowMs: number): void;
  end(ending: Ending): void;
}

/** Members are ended in steps of this length. */
const DRAIN_STEP_MS = 100;

export class Roster {
  readonly #members = new Set<Member>();
  readonly #clock: Clock;
  readonly #tickMs: number;
  #stopTick: (() => void) | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock;
    this.#tickMs = tickMs;
  }

  add(member: Member): void {
    this.#members.add(member);
    this.#stopTick ??= this.#clock.every(this.#tickMs, () => {
      const now = this.#clock.now();
      for (const member of this.#members) member.tick(now);
    });
  }

  remove(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#stopTick?.();
    this.#stopTick = undefined;
    this.#onEmpty?.();
  }

  /** Ends everybody evenly over `windowMs`; resolves when the last connection has gone. */
  async drain(windowMs: number): Promise<void> {
    const waiting = [...this.#members];
    const steps = Math.max(1, Math.floor(windowMs / DRAIN_STEP_MS));
    const share = Math.max(1, Math.ceil(waiting.length / steps));
    for (let at = 0; at < waiting.length; at += share) {
      for (const member of waiting.slice(at, at + share)) member.end("DRAINING");
      if (at + share < waiting.length) {
        await new Promise<void>((resolve) => void this.#clock.after(windowMs / steps, resolve));
      }
    }
    // Whoever came while the others were ended.
    for (const member of this.#members) member.end("DRAINING");
    if (this.#members.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }
}
