import { describe, expect, test } from "vitest";
import { compilePolicy, maskWhole, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { isKeyed, loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { findCutFailure } from "../support/every-cut.ts";

const policies = new Map<string, Policy>();

function policyOf(spec: PolicySpec): Policy {
  const key = JSON.stringify(spec);
  let policy = policies.get(key);
  if (policy === undefined) {
    policy = compilePolicy(spec, isKeyed(spec) ? { keys: keysFrom() } : {});
    policies.set(key, policy);
  }
  return policy;
}

describe("every case, whole and at every cut", () => {
  test.each(loadCases().map((row) => [`${row.file}: ${row.name}`, row] as const))("%s", (_, row) => {
    const policy = policyOf(row.policy);
    const output = Buffer.from(maskWhole(policy, row.choice, row.input));
    expect(output.toString("utf8")).toBe(Buffer.from(row.output).toString("utf8"));
    expect(output.equals(Buffer.from(row.output))).toBe(true);
    expect(findCutFailure(policy, row.choice, row.input)).toBeUndefined();
  });
});
