import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/core/index.ts";
import { KEPT_LIMIT, RuleList } from "../../src/core/rule-list.ts";

const rules = compilePolicy({}).engine.rules.slice(0, 11);

/** The rules whose bit is set. */
function choose(none: RuleList, bits: number): RuleList {
  return rules.filter((_, i) => ((bits >> i) & 1) === 1).reduce((list, rule) => list.with(rule), none);
}

describe("choices of rules", () => {
  it("are one array when they are of the same rules", () => {
    const none = new RuleList();
    expect(choose(none, 0b1011).rules.map(({ rank }) => rank)).toEqual([0, 1, 3]);
    expect(choose(none, 0b1011).rules).toBe(choose(none, 0b1011).rules);
    expect(choose(none, 0).rules).toEqual([]);
  });

  it(`are right, and made anew, when there are more than ${KEPT_LIMIT}`, () => {
    const none = new RuleList();
    for (let bits = 1; bits <= KEPT_LIMIT; bits++) choose(none, bits);
    expect(choose(none, KEPT_LIMIT).rules).toBe(choose(none, KEPT_LIMIT).rules);
    const over = KEPT_LIMIT + 1;
    expect(choose(none, over).rules.map(({ rank }) => rank)).toEqual([0, 10]);
    expect(choose(none, over).rules).not.toBe(choose(none, over).rules);
  });
});
