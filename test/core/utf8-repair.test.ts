/** Invalid bytes become U+FFFD exactly as the platform's decoder has it, however the input is cut. */
import { array, assert, constantFrom, nat, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { concat } from "../../src/core/bytes.ts";
import { Utf8Repair } from "../../src/core/utf8-repair.ts";
import { cutsAt } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

function repair(bytes: Uint8Array, cuts: readonly number[]): Uint8Array {
  const stream = new Utf8Repair();
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    parts.push(stream.push(bytes.slice(at, cut)).slice());
    at = cut;
  }
  return concat([...parts, stream.flush()]);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const telling = constantFrom(
  0x00,
  0x41,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xe1,
  0xed,
  0xef,
  0xf0,
  0xf1,
  0xf4,
  0xf5,
  0xff,
);

describe("UTF-8", () => {
  test("equals the platform's decoder at random cuts", () => {
    assert(
      property(array(telling, { maxLength: 12 }), array(nat(12), { maxLength: 4 }), (codes, places) => {
        const bytes = Uint8Array.from(codes);
        const cuts = cutsAt(places, bytes.length);
        expect(new TextDecoder().decode(repair(bytes, cuts))).toBe(
          new TextDecoder().decode(new TextEncoder().encode(decoder.decode(bytes))),
        );
      }),
      tries(5000, 1),
    );
  });

  test("equals the platform's decoder on any bytes", () => {
    assert(
      property(uint8Array({ maxLength: 40 }), (bytes) => {
        expect(
          Buffer.from(repair(bytes, [])).equals(Buffer.from(new TextEncoder().encode(decoder.decode(bytes)))),
        ).toBe(true);
      }),
      tries(3000, 2),
    );
  });

  // The runtime's own check is asked about long inputs only.
  test("equals the platform's decoder in and behind a long text that is valid", () => {
    const long = new TextEncoder().encode("plain, é, € and 𝄞; ".repeat(24));
    assert(
      property(array(telling, { maxLength: 8 }), nat(long.length), nat(8), (codes, place, cut) => {
        const bytes = concat([long.subarray(0, place), Uint8Array.from(codes), long.subarray(place)]);
        const cuts = [Math.min(place + cut, bytes.length), bytes.length - 1];
        expect(
          new TextDecoder().decode(
            repair(
              bytes,
              cuts.toSorted((a, b) => a - b),
            ),
          ),
        ).toBe(new TextDecoder().decode(new TextEncoder().encode(decoder.decode(bytes))));
      }),
      tries(3000, 3),
    );
  });

  test("valid input leaves as the same array", () => {
    for (const times of [1, 100]) {
      const bytes = new TextEncoder().encode("é€𝄞 plain".repeat(times));
      const out = new Utf8Repair().push(bytes);
      expect(out.buffer).toBe(bytes.buffer);
      expect(out.length).toBe(bytes.length);
    }
  });
});
