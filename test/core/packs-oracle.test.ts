/**
 * What a pack finds is what its definition says: a shape that the scanner looks for in place of the pattern leaves nothing out,
 * and no quick no refuses what the validator would take.
 */
import { array, assert, constantFrom, nat, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import type { Detector } from "../../src/core/detector.ts";
import { compileEngine } from "../../src/core/engine.ts";
import { findIn } from "../../src/core/finder.ts";
import { PACK_NAMES } from "../../src/core/index.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import { naiveFindings } from "../support/naive-matcher.ts";
import { tries } from "../support/seed.ts";

const GLUE = ["", " ", "  ", "\n", ".", ",", "-", ":", "=", '": "', "_", "/", "@", "a", "7", "é", "谢", "\0", "\u200b"];
const SIGNS = ["\u001b[1;31m", "%00", "%3D", "%20", "%", "=>", "\uff1d", '\\"', "'", "\u00a0", ">", "=    "];
const LONGEST_EXAMPLE = 120;
/** The definition looks at every start and end with every detector. */
const SLOW_MS = 180_000;

function textOf(detectors: readonly Detector[]): ReturnType<typeof array<string>> {
  const examples = detectors.flatMap(({ hits, misses }) => [...hits, ...misses]);
  const value = constantFrom(...examples.filter(({ length }) => length < LONGEST_EXAMPLE));
  const part = tuple(value, nat(20), nat(20)).map(([text, from, less]) =>
    text.slice(from, Math.max(from, text.length - less)),
  );
  const word = constantFrom(...detectors.flatMap(({ contextWords }) => contextWords ?? ["name"]));
  const glue = constantFrom(...GLUE, ...SIGNS);
  return array(oneof(value, part, word, glue, glue), { maxLength: 8 });
}

// The library of phone numbers has no definition that the naive way could run.
describe.each(PACK_NAMES.filter((name) => name !== "phones"))("pack %s", (pack) => {
  const detectors = packDetectors([pack]);
  const engine = compileEngine(detectors, { threshold: 0.6, needsText: () => false });

  test(
    "finds what its definition finds",
    () => {
      assert(
        property(textOf(detectors), (parts) => {
          const text = parts.join("");
          const bytes = encodeUtf8(text);
          const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
          const before = (end: number): number => decoder.decode(bytes.subarray(0, end)).length;
          const found = findIn(engine, bytes).map(({ start, end, entity, score }) => ({
            start: before(start),
            end: before(end),
            entity,
            score,
          }));
          expect(found, JSON.stringify(text)).toEqual(naiveFindings(detectors, text));
        }),
        tries(60),
      );
    },
    SLOW_MS,
  );
});
