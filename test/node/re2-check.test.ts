/** Patterns are checked by both readers before anybody relies on them. */
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { PACK_NAMES } from "../../src/core/index.ts";
import { checkPatterns, shippedPatterns } from "../../src/node/pattern-check.ts";
import { SECRET_SHAPES } from "../support/secret-shapes.ts";

const SHIPPED = shippedPatterns();

/** All packs at once are more than one policy takes: ours compiles them by the dozen. */
const DOZENS = Array.from({ length: Math.ceil(SHIPPED.length / 12) }, (_, i) => SHIPPED.slice(12 * i, 12 * i + 12));

describe("every pattern, tail and context shape that is built in or in a pack is taken by both", () => {
  expect(SHIPPED.length).toBeGreaterThan(BUILT_IN.length + PACK_NAMES.length);
  test.each(DOZENS.map((dozen) => [dozen[0].name, dozen] as const))("from %s on", (_, dozen) => {
    expect(checkPatterns(dozen)).toEqual([]);
  });
});

test("RE2 is not asked about a pattern that is known", () => {
  // One of those that it refuses, below.
  const pattern = String.raw`\p{Lm}{1000}`;
  expect(checkPatterns([{ name: "LARGE", pattern }], new Set([pattern]))).toEqual([]);
});

test("and so are shapes of secrets", () => {
  // RE2 takes some 10 ms for each: a sample will do.
  expect(checkPatterns(SECRET_SHAPES.filter((_, i) => i % 3 === 0))).toEqual([]);
});

describe("a pattern that cannot be used is named, with its reason", () => {
  test.each([
    [
      "(?=secret)a",
      "lookaround is not supported: it cannot run in linear time on a stream; use boundary or context words (at character 1)",
    ],
    ["secret+", "the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength"],
    [String.raw`\p{L}{1,1000}`, "the pattern needs 487001 positions, over the limit of 200000"],
    [String.raw`\p{Lm}{1000}`, "RE2 has no memory for the pattern; use smaller counts"],
  ])("%s", (pattern, reason) => {
    const patterns = [
      { name: "GOOD", pattern: "a" },
      { name: "BAD", pattern },
    ];
    expect(checkPatterns(patterns)).toEqual([{ name: "BAD", reason }]);
  });

  test("patterns that are too many together", () => {
    const patterns = Array.from({ length: 60 }, (_, i) => ({ name: `P${i}`, pattern: "[ab]{1,900}c" }));
    expect(checkPatterns(patterns)).toEqual([
      {
        name: "all patterns together",
        reason: "the patterns together need 201824 instructions, over the limit of 200000",
      },
    ]);
  });
});
