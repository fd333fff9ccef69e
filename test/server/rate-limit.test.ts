/** Token buckets: at the limit and one past it, against an oracle that counts one by one, and bounded for ever. */
import { array, assert, integer, nat, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimit } from "../../src/server/limits/rate-limit.ts";
import { tries } from "../support/seed.ts";

/** The definition: a bucket with a level, filled at each look. */
class Bucket {
  #level: number;
  #atMs = 0;
  readonly #perSecond: number;
  readonly #burst: number;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
  }

  take(nowMs: number, count: number): boolean {
    this.#level = Math.min(this.#burst, this.#level + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#level < count) return false;
    this.#level -= count;
    return true;
  }
}

const START_MS = 1_790_000_000_000;

describe("a rate limit", () => {
  test("takes a burst and not one more, and says when the next one fits", () => {
    const limit = new RateLimit({ perSecond: 5 });
    const taken = Array.from({ length: 10 }, () => limit.take("a", START_MS));
    expect(taken).toEqual(Array(10).fill(0));
    expect(limit.take("a", START_MS)).toBe(200);
    expect(limit.take("a", START_MS + 199)).toBe(1);
    expect(limit.take("a", START_MS + 200)).toBe(0);
    expect(limit.take("a", START_MS + 200)).toBe(200);
  });

  test("lets nobody pay for another", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 });
    expect([limit.take("a", 0), limit.take("a", 0), limit.take("b", 0)]).toEqual([0, 1000, 0]);
  });

  test("takes several at once or none of them, and never more than a bucket holds", () => {
    const limit = new RateLimit({ perSecond: 10, burst: 20 });
    expect(limit.take("a", 0, 21)).toBe(Infinity);
    expect(limit.take("a", 0, 15)).toBe(0);
    expect(limit.take("a", 0, 6)).toBe(100);
    expect(limit.take("a", 0, 5)).toBe(0);
  });

  test("charges nothing for what it refuses: who asks all the time is served as often as who waits", () => {
    const limit = new RateLimit({ perSecond: 10, burst: 1 });
    let taken = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs++) if (limit.take("a", START_MS + nowMs) === 0) taken++;
    expect(taken).toBe(100);
  });

  test("does what a bucket with a level does", () => {
    const look = record({ afterMs: nat(1500), count: integer({ min: 1, max: 4 }) });
    assert(
      property(array(look, { maxLength: 60 }), (looks) => {
        // Powers of two, so that the oracle's fractions are exact as well.
        const limit = new RateLimit({ perSecond: 2, burst: 4 });
        const bucket = new Bucket(2, 4);
        let nowMs = START_MS;
        for (const { afterMs, count } of looks) {
          nowMs += afterMs;
          expect(limit.take("a", nowMs, count) === 0).toBe(bucket.take(nowMs, count));
        }
      }),
      tries(),
    );
  });

  test("keeps no more names than it may, whoever knocks under a new one each time", () => {
    const limit = new RateLimit({ perSecond: 1 }, 1000);
    for (let index = 0; index < 100_000; index++) limit.take(`name-${index}`, START_MS);
    expect(limit.size).toBe(1000);
    // One who keeps knocking is not pushed out by them, and stays refused.
    const guard = new RateLimit({ perSecond: 1, burst: 1 }, 10);
    guard.take("a", START_MS);
    for (let index = 0; index < 100; index++) {
      guard.take(`name-${index}`, START_MS);
      expect(guard.take("a", START_MS)).toBe(1000);
    }
  });

  test("forgets names whose buckets are full again, without a timer", () => {
    const limit = new RateLimit({ perSecond: 1 });
    for (let index = 0; index < 1000; index++) limit.take(`name-${index}`, START_MS);
    for (let index = 0; index < 1000; index++) limit.take("still here", START_MS + 5000 + index * 1000);
    expect(limit.size).toBe(1);
  });
});
