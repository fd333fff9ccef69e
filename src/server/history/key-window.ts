/**
 * The keys of the last events of a feed: who sends one again is told where the first one stands.
 *
 * Owns the bound in time and number. What a key is (as sent, or a token of it) is the caller's business.
 */
export interface KeyWindowLimits {
  readonly dedupeWindowMs: number;
  readonly dedupeKeysLimit: number;
}

interface Known<Value> {
  readonly value: Value;
  readonly atMs: number;
}

export class KeyWindow<Value> {
  readonly #limits: KeyWindowLimits;
  /** In order of arrival. */
  readonly #known = new Map<string, Known<Value>>();

  constructor(limits: KeyWindowLimits) {
    this.#limits = limits;
  }

  find(key: string, nowMs: number): Value | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.atMs > nowMs - this.#limits.dedupeWindowMs ? known.value : undefined;
  }

  /** Remembers a key, and forgets those that are too old or too many. Amortised O(1). */
  add(key: string, value: Value, nowMs: number): void {
    this.#known.delete(key);
    this.#known.set(key, { value, atMs: nowMs });
    const oldestMs = nowMs - this.#limits.dedupeWindowMs;
    for (const [oldest, { atMs }] of this.#known) {
      if (atMs > oldestMs && this.#known.size <= this.#limits.dedupeKeysLimit) return;
      this.#known.delete(oldest);
    }
  }

  /** Takes a key back: its event was not committed. */
  remove(key: string): void {
    this.#known.delete(key);
  }
}
