import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import type { Candidate, Detector } from "../../src/core/detector.ts";
import { compilePolicy, findAll } from "../../src/core/index.ts";
import { isExcludedKey, isExcludedKeyBefore, keyBefore } from "../../src/core/keys.ts";
import { isInternational, isInternationalNumber, lengthsOf } from "../../src/core/validators/calling-code.ts";
import { tries } from "../support/seed.ts";

let asked = 0;

/** The same candidate for whoever reads characters only. */
function withoutBytes(candidate: Candidate): Candidate {
  return Object.create(candidate, { raw: { value: undefined } }) as Candidate;
}

const compared = BUILT_IN.map((detector): Detector => ({
  ...detector,
  validate(candidate) {
    const score = detector.validate(candidate);
    asked++;
    if (score !== detector.validate(withoutBytes(candidate)))
      throw new Error(`${detector.entity} takes ${candidate.text} for another by its bytes`);
    return score;
  },
}));
const policy = compilePolicy({}, { detectors: compared });

const HITS = BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses]).filter((text) => text.length < 80);
const MARKS = [
  ..." \n\t.,:;-_+@/%()=\"'0159afFxzZv\0é１ａ\u200b",
  "%20",
  "%41",
  "%3a",
  "：",
  "＠",
  "\u200b:",
  "\u200b@",
  "\u200b+",
  "0.0.0",
  "ff:",
  "@2x",
  "ext 7",
  "(0)",
  "tel ",
  "tel:\n",
];

const piece = fc.oneof(fc.constantFrom(...HITS), fc.constantFrom(...MARKS));
/** Examples with a character gone or put in, side by side with others and with whatever may touch them. */
const text = fc
  .array(fc.tuple(piece, fc.nat(80), fc.constantFrom(...MARKS, ""), fc.nat(3)), { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.map(([whole, at, mark, kind]) => bend(whole, at, kind === 0 ? mark : undefined)).join(""));

function bend(whole: string, at: number, mark: string | undefined): string {
  return mark === undefined ? whole : whole.slice(0, at) + mark + whole.slice(at + 1);
}

const NAMES = [
  "trace",
  "span",
  "id",
  "Id",
  "ID",
  "d",
  "digest",
  "sha",
  "256",
  "ts",
  "TS",
  "seq",
  "_",
  "-",
  ".",
  "version",
  "app",
];

describe("answers by bytes", () => {
  it("know the names of machines' identifiers", () => {
    const name = fc.array(fc.constantFrom(...NAMES), { maxLength: 5 }).map((parts) => parts.join(""));
    let excluded = 0;
    fc.assert(
      fc.property(name, (key) => {
        const line = encodeUtf8(`{"${key}": "`);
        const isExcluded = isExcludedKey(keyBefore(`{"${key}": "`));
        if (isExcluded) excluded++;
        expect(isExcludedKeyBefore(line, line.length), key).toBe(isExcluded);
      }),
      tries(5000),
    );
    expect(excluded).toBeGreaterThan(100);
  });

  it("are those by characters", () => {
    for (const hit of HITS) findAll(policy, encodeUtf8(` ${hit} `));
    expect(asked).toBeGreaterThan(HITS.length / 2);
    fc.assert(
      fc.property(text, (input) => void findAll(policy, encodeUtf8(input))),
      tries(2000),
    );
  });

  it("know every calling code by number", () => {
    for (let code = 0; code < 1000; code++) {
      const [least, most] = lengthsOf(String(code));
      for (let digits = 3; digits <= 15; digits++) {
        const number = `${code}123456789012345`.slice(0, digits);
        const isKnown =
          most < Infinity && digits - String(code).length >= least && digits - String(code).length <= most;
        if (most < Infinity) expect(isInternationalNumber(number), number).toBe(isKnown);
        if (code > 0) expect(isInternational(Number(number.slice(0, 3)), digits)).toBe(isInternationalNumber(number));
      }
    }
  });
});
