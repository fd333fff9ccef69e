/**
 * How a connection gets on: since when its peer has taken nothing, and since when nothing was written to it.
 *
 * Owns both times. Is told by a timer and not at each write, which would have thousands of clocks to move.
 */
export class Pace {
  #takenBytes = 0;
  #takenAtMs: number;
  /** What was written, and the time, at the last look. */
  #seenBytes = 0;
  #seenAtMs: number;
  /** Nothing was written since. */
  #quietSinceMs: number;

  constructor(nowMs: number) {
    this.#takenAtMs = nowMs;
    this.#seenAtMs = nowMs;
    this.#quietSinceMs = nowMs;
  }

  /** `writtenBytes`: all that was ever written; `queuedBytes`: of it, what the peer has not taken. */
  look(nowMs: number, writtenBytes: number, queuedBytes: number): void {
    const takenBytes = writtenBytes - queuedBytes;
    if (queuedBytes === 0 || takenBytes > this.#takenBytes) this.#takenAtMs = nowMs;
    this.#takenBytes = Math.max(this.#takenBytes, takenBytes);
    // Written after the last look.
    if (writtenBytes !== this.#seenBytes) this.#quietSinceMs = this.#seenAtMs;
    this.#seenBytes = writtenBytes;
    this.#seenAtMs = nowMs;
  }

  /** Time in which something waited and the peer took none of it, as of the last look. */
  get stalledMs(): number {
    return this.#seenAtMs - this.#takenAtMs;
  }

  /** Time in which nothing was written, likewise. */
  get quietMs(): number {
    return this.#seenAtMs - this.#quietSinceMs;
  }
}
