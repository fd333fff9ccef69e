/** JSON inside a text is JSON down to `nestedJsonDepth`, and text that hides nothing below it. */
import { describe, expect, test } from "vitest";
import { compilePolicy, type Format, maskWhole } from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";

const INNER = String.raw`{"e":"jane\u0040acme.com","n":4111111111111111}`;
const WALKED = `{"e":"[EMAIL]","n":"[CREDIT_CARD]"}`;
/** A number that is masked in text gets no quotes. */
const AS_TEXT = `{"e":"[EMAIL]","n":[CREDIT_CARD]}`;

type Wrap = (text: string) => string;
const inJson: Wrap = (text) => JSON.stringify({ b: text });
const inCsv: Wrap = (text) => `id,b\n1,"${text.replaceAll('"', '""')}"\n`;
const inForm: Wrap = (text) => `b=${encodeURIComponent(text)}`;
const times =
  (count: number): Wrap =>
  (text) =>
    Array.from({ length: count }).reduce<string>(inJson, text);

interface Holder {
  readonly format: Format;
  /** Puts a text into one field. */
  readonly wrap: Wrap;
}

const HOLDERS: readonly Holder[] = [
  { format: "json", wrap: inJson },
  { format: "ndjson", wrap: (text) => `${inJson(text)}\n` },
  { format: "sse", wrap: (text) => `data: ${inJson(text)}\n\n` },
  { format: "csv", wrap: inCsv },
  { format: "form", wrap: inForm },
];

test("JSON below the depth is counted, JSON at it is not", () => {
  const reasons: string[] = [];
  const observer = { masked() {}, invalid: (reason: string) => void reasons.push(reason), truncated() {} };
  const policy = compilePolicy({}, { limits: { nestedJsonDepth: 1 }, observer });
  const hold = (text: string): string => JSON.stringify({ a: text });
  maskWhole(policy, "json", Buffer.from(hold(hold("jane@acme.com"))));
  expect(reasons).toEqual([]);
  maskWhole(policy, "json", Buffer.from(hold(hold(hold("jane@acme.com")))));
  expect(reasons).toEqual(["NESTED_JSON_DEPTH"]);
});

describe.each(HOLDERS)("nestedJsonDepth in $format", ({ format, wrap }) => {
  test.each([0, 1, 2, 5])("%i: JSON at the depth is walked, one deeper is text, at every cut", (nestedJsonDepth) => {
    const policy = compilePolicy({}, { limits: { nestedJsonDepth } });
    const masked = (text: string): string =>
      Buffer.from(maskWhole(policy, format, Buffer.from(wrap(text)))).toString("utf8");
    if (nestedJsonDepth > 0)
      expect(masked(times(nestedJsonDepth - 1)(INNER))).toBe(wrap(times(nestedJsonDepth - 1)(WALKED)));
    expect(masked(times(nestedJsonDepth)(INNER))).toBe(wrap(times(nestedJsonDepth)(AS_TEXT)));
    expect(findCutFailure(policy, format, Buffer.from(wrap(times(nestedJsonDepth)(INNER))))).toBeUndefined();
  });
});
