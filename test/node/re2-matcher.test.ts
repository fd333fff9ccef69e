/** RE2 in the place of the automaton: the same findings, the same bytes, however the stream is cut. */
import { array, assert, nat, pre, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import { compilePolicy, ConfigurationError, maskWhole, type Policy, type PolicySpec } from "../../src/core/index.ts";
import type { Matcher } from "../../src/core/matcher.ts";
import { createRe2Matcher, type Re2Questions } from "../../src/node/re2-matcher.ts";
import { compileRe2 } from "../../src/node/re2.ts";
import { isKeyed, loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { detectorsFrom } from "../support/drawn-detector.ts";
import { cutsAt, findCutFailure, maskCut } from "../support/every-cut.ts";
import { randomPolicy } from "../support/random-policy.ts";
import { SOME_CUTS } from "../support/some-cuts.ts";
import { tries } from "../support/seed.ts";

/**
 * RE2 that is asked each question once: its answer depends on the text and its neighbours alone, and the same stretch
 * comes back at every cut.
 */
function askedOnce(source: string): Re2Questions {
  const re2 = compileRe2(source);
  const known = new Map<string, boolean>();
  const once = (question: string, ask: () => boolean): boolean => {
    const answer = known.get(question) ?? ask();
    known.set(question, answer);
    return answer;
  };
  return {
    matchesWhole: (text, beside) =>
      once(`whole ${JSON.stringify(beside)} ${text}`, () => re2.matchesWhole(text, beside)),
    matchesStart: (text, before) =>
      once(`start ${JSON.stringify(before)} ${text}`, () => re2.matchesStart(text, before)),
    release: () => re2.release(),
  };
}

const matcher = createRe2Matcher(askedOnce);
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

describe("every case, whole and at some cuts", () => {
  test.each(loadCases().map((row, seed) => [`${row.file}: ${row.name}`, { ...row, seed }] as const))(
    "%s",
    (_, row) => {
      const policy = policyOf(row.policy);
      const output = maskWhole(policy, row.choice, row.input);
      expect(Buffer.from(output).toString("utf8")).toBe(Buffer.from(row.output).toString("utf8"));
      expect(findCutFailure(policy, row.choice, row.input, { seed: row.seed, ...SOME_CUTS })).toBeUndefined();
    },
    60_000,
  );
});

describe("random policies, texts made of what they look for, random cuts", () => {
  test("both matchers give the same bytes", () => {
    let compared = 0;
    assert(
      property(randomPolicy, array(nat(60)), ({ detectors: drawn, texts }, at) => {
        const re2 = createRe2Matcher(askedOnce);
        const both = compileBoth(detectorsFrom(drawn), re2);
        pre(both !== undefined);
        for (const bytes of texts) {
          const whole = latin1(maskWhole(both[0], "text", bytes));
          const cuts = cutsAt(at, bytes.length);
          for (const policy of both) {
            expect(latin1(maskWhole(policy, "text", bytes))).toBe(whole);
            expect(latin1(maskCut(policy, "text", { bytes, cuts }))).toBe(whole);
            expect(latin1(maskCut(policy, "text", { bytes, cuts: Array.from(bytes, (_, i) => i) }))).toBe(whole);
          }
          compared++;
        }
        re2.release();
      }),
      tries(400, 20_261_125),
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
