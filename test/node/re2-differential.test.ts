/** Patterns mean what they mean in RE2: on every case that once was read otherwise, and on random patterns and texts. */
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parsePattern, PatternError } from "../../src/core/pattern/parse.ts";
import { compileRe2 } from "../../src/node/re2.ts";
import { ComparedPattern, shrink } from "../support/re2-differential.ts";
import { fuzz } from "../support/re2-fuzz.ts";
import { seedOr } from "../support/seed.ts";

interface Row {
  readonly name: string;
  readonly pattern: string;
  readonly refused?: boolean;
  readonly text?: string;
  readonly ends?: readonly number[];
}

const file = readFileSync(new URL("../regressions/re2.toml", import.meta.url), "utf8");
const rows = (parse(file) as unknown as { readonly case: readonly Row[] }).case;

describe("cases", () => {
  test.each(rows.filter(({ refused }) => refused === true))("$name", ({ pattern }) => {
    expect(() => parsePattern(pattern)).toThrow(PatternError);
    expect(() => compileRe2(pattern)).toThrow(PatternError);
  });

  test.each(rows.filter(({ refused }) => refused !== true))("$name", ({ pattern, text = "", ends }) => {
    const compared = new ComparedPattern(pattern);
    expect(compared.verdict).toBeUndefined();
    expect(compared.ends({ text, before: "" })).toEqual({ ours: ends, re2: ends });
    compared.release();
  });
});

// As many as a few seconds allow; `npm run fuzz` goes on for as long as one likes.
const PAIRS = 5_000;
const SEED = seedOr(20_240_229);

test(`random patterns are taken and refused alike, and match the same beginnings of random texts, seed ${SEED}`, () => {
  let found = 0;
  for (const { differences, pairs } of fuzz(SEED, PAIRS)) {
    found = pairs;
    expect(differences.map(shrink)).toEqual([]);
  }
  expect(found).toBeGreaterThanOrEqual(PAIRS);
});
