/** `unlimited`: which limits take it, and what is said where it is not what to write. */
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import { mayBeUnlimited } from "../../src/server/config/unlimited.ts";

const REFUSED: readonly { mistake: string; yaml: string; says: string }[] = [
  {
    mistake: "0 for no limit",
    yaml: "limits: { connectionsLimit: 0 }",
    says: "f:1:29: limits.connectionsLimit: must be at least 1; for no limit write `unlimited`",
  },
  {
    mistake: "another word for no limit",
    yaml: "limits: { connectionMaxAgeMs: none }",
    says: "f:1:31: limits.connectionMaxAgeMs: write a number; nothing is converted; for no limit write `unlimited`",
  },
  {
    mistake: "infinity",
    yaml: "limits: { connectionsLimit: .inf }",
    says: "f:1:29: limits.connectionsLimit: write a number; nothing is converted; for no limit write `unlimited`",
  },
  {
    mistake: "no limit of what bounds memory",
    yaml: "limits: { eventLimitBytes: unlimited }",
    says: "f:1:28: limits.eventLimitBytes: bounds memory or storage and is never `unlimited`; write a number from 256 to 1048576",
  },
  {
    mistake: "no limit of what has to have an end",
    yaml: "limits: { lingerMs: unlimited }",
    says: "f:1:21: limits.lingerMs: is never `unlimited`; write a number from 0 to 3600000",
  },
];

function problemsIn(yaml: string): string[] {
  const read = readConfig(yaml, "f");
  return read.ok ? [] : read.problems.map(describeProblem);
}

describe("limits of maskwire.yaml", () => {
  it.each(REFUSED)("refuse $mistake, say where, and what to write", ({ yaml, says }) => {
    expect(problemsIn(yaml)).toEqual([says]);
  });

  it("takes `unlimited` for the limits that may have none, and for no other", () => {
    for (const name of Object.keys(DEFAULT_SERVER_LIMITS) as (keyof ServerLimits)[]) {
      const read = readConfig(`limits: { ${name}: unlimited }`, "f");
      if (mayBeUnlimited(name)) expect(read.ok && read.value.limits[name]).toBe(Infinity);
      else
        expect(problemsIn(`limits: { ${name}: unlimited }`).join()).toMatch(
          /never `unlimited`; write a number from \d+ to \d+$/,
        );
    }
  });
});
