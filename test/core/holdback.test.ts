/** What is held back: nothing that could not belong to a match. */
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicy, createMasker } from "../../src/core/index.ts";
import { HAS_MATCH, NO_THREAD } from "../../src/core/pattern/dfa.ts";
import { KIND } from "../../src/core/pattern/neighbour.ts";

const policy = compilePolicy({});
const [scanner] = policy.engine.automata;

/** True when nothing that could still become a match has begun, and none has ended, in a text. */
function isIdle(bytes: Uint8Array): boolean {
  let entry = scanner.start(KIND.none);
  for (const byte of bytes) {
    entry = scanner.step(entry, byte);
    if ((entry & HAS_MATCH) !== 0) return false;
  }
  return (entry & NO_THREAD) !== 0;
}

/** What is held after each byte was pushed by itself. */
function heldAfter(bytes: Uint8Array): number {
  const masker = createMasker(policy, "text");
  for (const byte of bytes) masker.push(Uint8Array.of(byte));
  return masker.heldBytes;
}

describe("a byte that cannot start a match", () => {
  const ascii = Array.from({ length: 128 }, (_, byte) => Uint8Array.of(0x20, byte));

  it("is never held, behind a blank", () => {
    const idle = ascii.filter(isIdle);
    expect(idle.length).toBeGreaterThan(10);
    for (const bytes of idle) expect([bytes[1], heldAfter(bytes)]).toEqual([bytes[1], 0]);
  });

  it("is held only when it may start one", () => {
    const alive = ascii.filter((bytes) => !isIdle(bytes));
    expect(alive.length).toBeGreaterThan(10);
    for (const bytes of alive) expect(heldAfter(bytes)).toBeLessThanOrEqual(1);
  });

  it("is never held, wherever a text has come to rest", () => {
    let rested = 0;
    const piece = constantFrom(
      "the ",
      "door, ",
      "is\n",
      "open. ",
      "12 ",
      "(x) ",
      "a@",
      "4111 ",
      "é",
      "; ",
      "%",
      "id=7 ",
    );
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = new TextEncoder().encode(pieces.join(""));
        if (!isIdle(bytes)) return;
        rested++;
        expect(heldAfter(bytes)).toBe(0);
      }),
      { numRuns: 3000, seed: 20_261_125 },
    );
    expect(rested).toBeGreaterThan(200);
  });
});
