/** Every built-in detector proves itself on its own hits and misses, alone and beside the others. */
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { naiveFindings } from "../support/naive-matcher.ts";

describe.each(BUILT_IN.map((detector) => ({ entity: detector.entity, detector })))(
  "$entity",
  ({ entity, detector }) => {
    test.each(detector.hits)("covers the whole of %j", (text) => {
      const score = expect.any(Number);
      // What tells a value stays.
      const isTold = detector.scan !== undefined || detector.contextPattern !== undefined || detector.needsContext;
      const start = isTold === true && entity !== "CREDIT_CARD" ? expect.any(Number) : 0;
      const end = entity === "URL_CREDENTIALS" ? expect.any(Number) : text.length;
      expect(naiveFindings(BUILT_IN, text)).toEqual([{ start, end, entity, score }]);
    });

    test.each(detector.misses)("leaves %j alone", (text) => {
      expect(naiveFindings([detector], text)).toEqual([]);
    });

    test("has hits and at least as many kinds of misses to prove it", () => {
      expect(detector.hits.length).toBeGreaterThan(2);
      expect(detector.misses.length).toBeGreaterThan(3);
    });
  },
);
