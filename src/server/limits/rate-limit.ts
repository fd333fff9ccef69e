/**
 * How often a caller may do something: one token bucket for each name, such as an address or the holder of a key.
 *
 * Owns the rule, and the bound of the table in which the names stand. What a name is, and what one who is refused is
 * told, is the caller's business. No timer: a bucket fills by the time that has passed when somebody looks.
 */
export interface Rate {
  /** What fits in a second, in the long run; Infinity: whatever comes. */
  readonly perSecond: number;
  /** What may come at once after a pause; absent: twice `perSecond`. */
  readonly burst?: number;
}

/**
 * Names that are kept; some 100 bytes each. A bucket that is full again says nothing and goes first; if there are more
 * names than this, the one that was not heard of for longest starts anew with a full one.
 */
const NAMES_LIMIT = 65_536;
const MS_PER_SECOND = 1000;

export class RateLimit {
  readonly #costMs: number;
  readonly #roomMs: number;
  readonly #namesLimit: number;
  /**
   * Name to the time at which its bucket is full, in the order in which they were last heard of. (The generic cell rate
   * algorithm of ITU-T I.371: one number says both how full a bucket is and since when.)
   */
  readonly #fullAtMs = new Map<string, number>();

  constructor({ perSecond, burst = 2 * perSecond }: Rate, namesLimit = NAMES_LIMIT) {
    this.#costMs = MS_PER_SECOND / perSecond;
    this.#roomMs = burst * this.#costMs;
    this.#namesLimit = namesLimit;
  }

  /** Names in the table, for tests of its bound. */
  get size(): number {
    return this.#fullAtMs.size;
  }

  /**
   * Takes `count` tokens out of the bucket of `name`, all or none. Returns 0 when they were there, else the milliseconds
   * until they will be (Infinity for more than a full bucket holds); who is refused is charged nothing. O(1).
   */
  take(name: string, nowMs: number, count = 1): number {
    if (this.#costMs === 0) return 0;
    const beforeMs = Math.max(this.#fullAtMs.get(name) ?? 0, nowMs);
    const fullAtMs = beforeMs + count * this.#costMs;
    const overMs = fullAtMs - nowMs - this.#roomMs;
    // A millionth of a token is no reason: sums of fractions are off by as much.
    const isTaken = overMs <= this.#costMs / 1e6;
    // Who is refused was heard of as well: knocking on does not push a name out of the table.
    this.#fullAtMs.delete(name);
    this.#fullAtMs.set(name, isTaken ? fullAtMs : beforeMs);
    this.#forget(nowMs);
    if (isTaken) return 0;
    return count * this.#costMs > this.#roomMs ? Infinity : overMs;
  }

  /** Looks at the two oldest for each that comes, so that a table of full buckets empties by itself. */
  #forget(nowMs: number): void {
    let looks = 2;
    for (const [name, fullAtMs] of this.#fullAtMs) {
      const isOver = this.#fullAtMs.size > this.#namesLimit;
      if (!isOver && (fullAtMs > nowMs || looks-- === 0)) return;
      this.#fullAtMs.delete(name);
    }
  }
}
