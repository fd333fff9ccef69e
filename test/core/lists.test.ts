/** What a policy knows better than the detectors: values that stay, values that go, words that are not needed. */
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole, type PolicySpec } from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";

function mask(spec: PolicySpec, text: string): string {
  return new TextDecoder().decode(maskWhole(compilePolicy(spec), "text", new TextEncoder().encode(text)));
}

interface Row {
  readonly name: string;
  readonly spec: PolicySpec;
  readonly text: string;
  readonly masked: string;
}

const ROWS: readonly Row[] = [
  {
    name: "an allowed value does not let what surrounds it pass",
    spec: { allow: { values: ["jane@acme.com"] } },
    text: "jane@acme.com xjane@acme.com jane@acme.com.au Jane@acme.com",
    masked: "jane@acme.com [EMAIL] [EMAIL] [EMAIL]",
  },
  {
    name: "an allowed value in disguise is the same value",
    spec: { allow: { values: ["10.0.0.1"] } },
    text: "10.0.0.1 \uff11\uff10.0.0.1 10.0.0.11",
    masked: "10.0.0.1 \uff11\uff10.0.0.1 [IPV4]",
  },
  {
    name: "an allowed pattern has to match the whole value",
    spec: { allow: { patterns: ["[a-z]+@acme[.]com"] } },
    text: "jane@acme.com jane.roe@acme.com jane@acme.com.evil.org",
    masked: "jane@acme.com [EMAIL] [EMAIL]",
  },
  {
    name: "a denied value is found between other characters, not inside words",
    spec: { deny: { values: ["a.b", "Bluebird"] } },
    text: "a.b axb Bluebird Bluebirds (Bluebird) bluebird",
    masked: "[DENIED] axb [DENIED] Bluebirds ([DENIED]) bluebird",
  },
  {
    name: "a denied pattern names what overlaps it, and its operator is its own",
    spec: { deny: { patterns: ["ACME-\\d{6}"] }, operators: { DENIED: { operator: "mask" } } },
    text: "ACME-123456 ACME-12345",
    masked: "****-****** ACME-12345",
  },
  {
    name: "what is denied is found although the policy names other entities",
    spec: { deny: { values: ["Bluebird"] }, entities: ["EMAIL"] },
    text: "Bluebird a@b.de 10.0.0.1",
    masked: "[DENIED] [EMAIL] 10.0.0.1",
  },
  {
    name: "a number needs no word where the policy says so",
    spec: { requireContext: { CA_SIN: false, US_SSN: false } },
    text: "130 692 544, 130692544, 536904399, 9434765919",
    masked: "[CA_SIN], [CA_SIN], [US_SSN], 9434765919",
  },
];

describe("lists of a policy", () => {
  it.each(ROWS)("$name", ({ spec, text, masked }) => {
    expect(mask(spec, text)).toBe(masked);
    expect(findCutFailure(compilePolicy(spec), "text", new TextEncoder().encode(text))).toBe(undefined);
  });

  it.each<readonly [string, PolicySpec]>([
    ["an empty list to deny", { deny: {} }],
    ["an empty value", { allow: { values: [""] } }],
    ["a value of 257 characters", { deny: { values: ["x".repeat(257)] } }],
    ["50,001 values to allow", { allow: { values: Array.from({ length: 50_001 }, (_, i) => `v${i}`) } }],
    ["2,001 values to deny", { deny: { values: Array.from({ length: 2_001 }, (_, i) => `v${i}`) } }],
    ["a pattern that cannot be read", { allow: { patterns: ["("] } }],
    ["a word for an entity that nobody looks for", { requireContext: { DE_LANR: false } }],
    ["a word for an entity that needs none", { requireContext: { IPV4: false } }],
  ])("refuse %s", (_name, spec) => {
    expect(() => compilePolicy(spec)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^BAD_/) }));
  });

  it("take a value of 256 characters, and 50,000 values to allow", () => {
    expect(() => compilePolicy({ deny: { values: ["x".repeat(256)] } })).not.toThrow();
    const values = Array.from({ length: 50_000 }, (_, i) => `v${i}@acme.com`);
    expect(mask({ allow: { values } }, "v49999@acme.com v50000@acme.com")).toBe("v49999@acme.com [EMAIL]");
  });
});
