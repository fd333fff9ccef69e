/** Explanations are the masker's own decisions: as many, of the same entities, in the same order, each with its reason. */
import { describe, expect, it } from "vitest";
import { explain } from "../../src/core/explain.ts";
import { FIELD } from "../../src/core/finding.ts";
import { compilePolicy, type FormatChoice, maskWhole, type PolicySpec } from "../../src/core/index.ts";
import { BAD_INPUTS } from "../support/bad-input.ts";
import { loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";

const keys = keysFrom();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the masker counts. */
function countMasked(spec: PolicySpec, choice: FormatChoice, input: Uint8Array): string[] {
  const counted: string[] = [];
  const observer = {
    masked: (entity: string, _operator: string, count: number): void => {
      for (let i = 0; i < count; i++) counted.push(entity);
    },
    invalid(): void {},
    truncated(): void {},
  };
  maskWhole(compilePolicy(spec, { keys, observer }), choice, input);
  return counted;
}

/** Dropped records, bytes that are no text, and texts that go on from one record to the next are not explained. */
const CASES = loadCases().filter(
  ({ policy, input }) =>
    (policy.onInvalid ?? "mask-as-text") === "mask-as-text" &&
    policy.joinFields === undefined &&
    policy.joinMessages === undefined &&
    Buffer.from(new TextDecoder().decode(input)).equals(Buffer.from(input)),
);

describe("explain", () => {
  it("has cases", () => expect(CASES.length).toBeGreaterThan(100));

  it.each(CASES.map((row) => [`${row.file}: ${row.name}`, row] as const))("tells what was masked: %s", (_, row) => {
    const all = explain(compilePolicy(row.policy, { keys }), row.choice, row.input);
    const masked = all.filter(({ verdict }) => verdict === "masked");
    expect(masked.map(({ entity }) => entity).toSorted()).toEqual(
      countMasked(row.policy, row.choice, row.input).toSorted(),
    );
    for (const { testimony, entity } of masked)
      if (testimony === undefined) expect([FIELD, "PASSWORD_FIELD", "KEYED_PII"]).toContain(entity);
  });

  it("says where: offsets, and the path of a field", () => {
    const input = encode('{"a":1}\n{"user":{"mails":["x","jane@acme.com"],"b c":{"pwd":"x"}}}');
    const all = explain(compilePolicy({}), "ndjson", input);
    expect(all.map(({ path, entity, start, end }) => [path, entity, start, end])).toEqual([
      ["user.mails[1]", "EMAIL", 31, 44],
      ["user.b c.pwd", "PASSWORD_FIELD", 61, 62],
    ]);
    expect(all.map(({ value }) => new TextDecoder().decode(value))).toEqual(["jane@acme.com", "x"]);
  });

  it.each(BAD_INPUTS.map((row) => [row.name, row] as const))("takes what is not what it says: %s", (_, row) => {
    for (const { start, end, value } of explain(compilePolicy({}), row.choice, row.input)) {
      expect(end).toBeLessThanOrEqual(row.input.length);
      expect(value).toEqual(row.input.subarray(start, end));
    }
  });

  it("says what was nearly: the check that failed, the word that was missing", () => {
    const all = explain(compilePolicy({}), "text", encode("card 4111 1111 1111 1112, 536904399"));
    const refused = all.filter(({ verdict }) => verdict === "refused");
    expect(refused).toContainEqual(expect.objectContaining({ entity: "CREDIT_CARD", start: 5, end: 24 }));
    expect(refused).toContainEqual(expect.objectContaining({ entity: "US_SSN", start: 26, end: 35 }));
    expect(all.length).toBe(refused.length);
  });
});
