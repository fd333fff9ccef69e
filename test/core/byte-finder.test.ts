import { assert, integer, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { ByteFinder } from "../../src/core/byte-finder.ts";
import { tries } from "../support/seed.ts";

/** Few bytes, so that the one looked for and its neighbours stand side by side. */
const chunks = uint8Array({ min: 0x20, max: 0x24, maxLength: 40 });

test("finds what a look at every byte finds, wherever the chunk lies in memory", () => {
  assert(
    property(chunks, integer({ min: 0, max: 7 }), integer({ min: 0, max: 40 }), (memory, offset, from) => {
      const bytes = memory.subarray(Math.min(offset, memory.length));
      const start = Math.min(from, bytes.length);
      const found = bytes.indexOf(0x22, start);
      expect(new ByteFinder(bytes, 0x22).next(start)).toBe(found < 0 ? bytes.length : found);
    }),
    tries(5000),
  );
});

test.each([0x00, 0x22, 0x7f, 0x80, 0xa2, 0xff])("tells byte %i from every other", (byte) => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(new ByteFinder(all, byte).next(0)).toBe(byte);
});
