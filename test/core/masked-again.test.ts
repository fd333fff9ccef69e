/** What was masked stays as it is when it is masked again: a masker further down finds nothing in placeholders and tokens. */
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole, type PolicySpec } from "../../src/core/index.ts";
import { loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";

const keys = keysFrom();
const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** These write what may be a value again: a date, a number, what is left of a card. */
const WRITES_VALUES = new Set(["date-shift", "fpe", "generalize", "mask", "pseudonym", "custom"]);

const writesValues = ({ operators = {}, fields = {} }: PolicySpec): boolean =>
  [...Object.values(operators), ...Object.values(fields)].some(({ operator }) => WRITES_VALUES.has(operator));

/** More is hidden, or the same anew; nothing comes back. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "a name in quotes, with spaces and behind a byte order mark": "[US_SSN] is a label for the field beside it",
};

const CASES = loadCases().filter(({ policy }) => !writesValues(policy) && (policy.onInvalid ?? "drop") !== "close");

describe("what was masked", () => {
  it("is of many cases, and every exception is one of them", () => {
    expect(CASES.length).toBeGreaterThan(250);
    const names = CASES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(EXCEPTIONS)));
  });

  it.each(CASES.map((row) => [`${row.file}: ${row.name}`, row] as const))("stays as it is: %s", (_, row) => {
    const policy = compilePolicy(row.policy, { keys });
    const once = maskWhole(policy, row.choice, row.input);
    const twice = maskWhole(policy, row.choice, once);
    expect(decode(twice) === decode(once)).toBe(!Object.hasOwn(EXCEPTIONS, row.name));
  });
});
