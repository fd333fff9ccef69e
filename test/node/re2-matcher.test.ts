/** RE2 in the place of the automaton: the same findings, the same bytes, however the stream is cut. */
import { array, assert, nat, pre, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import { compilePolicy, ConfigurationError, maskWhole, type Policy, type PolicySpec } from "../../src/core/index.ts";
import type { Matcher } from "../../src/core/matcher.ts";
import { createRe2Matcher } from "../../src/node/re2-matcher.ts";
import { isKeyed, loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { detectorsFrom } from "../support/drawn-detector.ts";
import { findCutFailure, maskCut } from "../support/every-cut.ts";
import { randomPolicy } from "../support/random-policy.ts";

const matcher = createRe2Matcher();
const policies = new Map<string, Policy>();

function policyOf(spec: PolicySpec): Policy {
  const key = JSON.stringify(spec);
  let policy = policies.get(key);
  if (policy === undefined) {
    policy = compilePolicy(spec, { matcher, ...(isKeyed(spec) ? { keys: keysFrom() } : {}) });
    policies.set(key, policy);
  }
  return policy;
}

/** RE2 takes a hundred times as long: what cuts can do is tried on the automaton at every place, and here at some. */
const CUTS_IN_TWO = 32;

describe("every case, whole and at many cuts", () => {
  test.each(loadCases().map((row) => [`${row.file}: ${row.name}`, row] as const))(
    "%s",
    (_, row) => {
      const policy = policyOf(row.policy);
      const output = maskWhole(policy, row.choice, row.input);
      expect(Buffer.from(output).toString("utf8")).toBe(Buffer.from(row.output).toString("utf8"));
      const step = Math.ceil((row.input.length + 1) / CUTS_IN_TWO);
      expect(findCutFailure(policy, row.choice, row.input, step)).toBeUndefined();
    },
    60_000,
  );
});

describe("random policies, texts made of what they look for, random cuts", () => {
  test("both matchers give the same bytes", () => {
    let compared = 0;
    assert(
      property(randomPolicy, array(nat(60)), ({ detectors: drawn, texts }, at) => {
        const re2 = createRe2Matcher();
        const both = compileBoth(detectorsFrom(drawn), re2);
        pre(both !== undefined);
        for (const bytes of texts) {
          const whole = latin1(maskWhole(both[0], "text", bytes));
          const cuts = at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
          for (const policy of both) {
            expect(latin1(maskWhole(policy, "text", bytes))).toBe(whole);
            expect(latin1(maskCut(policy, "text", { bytes, cuts }))).toBe(whole);
            expect(latin1(maskCut(policy, "text", { bytes, cuts: Array.from(bytes, (_, i) => i) }))).toBe(whole);
          }
          compared++;
        }
        re2.release();
      }),
      { numRuns: 400, seed: 20_261_125 },
    );
    expect(compared).toBeGreaterThan(1000);
  });
});

/** The same detectors on both matchers; undefined when a pattern is refused. */
function compileBoth(detectors: readonly Detector[], re2: Matcher): readonly Policy[] | undefined {
  try {
    return [compilePolicy({}, { detectors }), compilePolicy({}, { detectors, matcher: re2 })];
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return undefined;
    throw thrown;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
