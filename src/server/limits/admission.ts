/**
 * How many connections one caller may hold, and how often one may open another.
 *
 * Owns the counts by name. A name is there as long as a connection of it is; what is remembered of pace is bounded by
 * itself (rate-limit.ts).
 */
import { RateLimit } from "./rate-limit.ts";

export interface AdmissionLimits {
  /** At once. */
  readonly limit: number;
  /** New ones, twice as many after a pause: whoever lost all of them may bring them back. */
  readonly perSecond: number;
}

export type Entry =
  | { readonly leave: () => void }
  /** `waitMs`: until it would be let in; absent when that depends on others that leave. */
  | { readonly refusal: "CLIENT_LIMIT" | "RATE_LIMITED"; readonly waitMs?: number };

export class Admission {
  readonly #limit: number;
  readonly #rate: RateLimit;
  readonly #open = new Map<string, number>();

  constructor({ limit, perSecond }: AdmissionLimits) {
    this.#limit = limit;
    this.#rate = new RateLimit({ perSecond });
  }

  /** Counts one connection of `name`; whoever got in calls `leave` once. O(1). */
  enter(name: string, nowMs: number): Entry {
    const count = this.#open.get(name) ?? 0;
    if (count >= this.#limit) return { refusal: "CLIENT_LIMIT" };
    const waitMs = this.#rate.take(name, nowMs);
    if (waitMs > 0) return { refusal: "RATE_LIMITED", waitMs };
    this.#open.set(name, count + 1);
    return { leave: () => this.#leave(name) };
  }

  #leave(name: string): void {
    const count = this.#open.get(name) ?? 0;
    if (count > 1) this.#open.set(name, count - 1);
    else this.#open.delete(name);
  }
}
