/** The pack `phones`: which numbers are asked, what a no means, and that cuts change nothing. */
import { describe, expect, it } from "vitest";
import { compilePolicy, type PhoneCheck, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { maskWhole } from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const compile = (phoneCheck: PhoneCheck, spec: PolicySpec = {}): Policy =>
  compilePolicy({ packs: ["phones"], ...spec }, { phoneCheck });
const mask = (policy: Policy, text: string): string => Buffer.from(maskWhole(policy, "text", encode(text))).toString();

describe("the pack phones", () => {
  it.each([
    ["call +44 7700 900123", "+447700900123"],
    ["call +46 (0)8 928 571 38", "+46892857138"],
    ["call 001-518-640-0854", "+15186400854"],
    ["call (415) 555-2671 x204", "+14155552671"],
    ["call 1-800-356-9377", "+18003569377"],
    ["call 345-899-3560x4587", "+13458993560"],
    ["call ＋４９ 30 12345678", "+493012345678"],
  ])("asks about the number of %j", (text, number) => {
    const asked: string[] = [];
    const policy = compile((one) => asked.push(one) > 0);
    expect(mask(policy, text)).toBe("call [PHONE]");
    expect(asked).toContain(number);
  });

  it.each(["call 4155552671", "call 07700 900 123", "call 01.84.17.61.18", "call 030/12345678", "phone 555-2671"])(
    "does not ask about %j, which does not say its country",
    (text) => {
      const policy = compile(() => {
        throw new Error("asked");
      });
      expect(mask(policy, text)).toMatch(/ \[PHONE\]$/);
    },
  );

  it("leaves a number in clear that nobody has, and hides the one beside it", () => {
    const policy = compile((number) => number === "+447700900123");
    expect(mask(policy, "+44 7700 900123, +44 7700 900124")).toBe("[PHONE], +44 7700 900124");
  });

  it.each(["call (599) 888-3058", "call +44 100 000 000", "call 001-518-640-0854"])(
    "finds no part of %j behind a word, when nobody has the number",
    (text) =>
      expect(
        mask(
          compile(() => false),
          text,
        ),
      ).toBe(text),
  );

  it("finds a number that follows one that nobody has", () => {
    const policy = compile(() => false);
    expect(mask(policy, "call +44 7700 900124 07700 900 123")).toBe("call +44 7700 900124 [PHONE]");
  });

  it("gives the same at every cut", () => {
    const policy = compile((number) => Number(number) % 3 === 0);
    for (const text of [
      "call +44 7700 900123, +44 7700 900124, +44 7700 900125.",
      "fax 001-518-640-0854 / (415) 555-2671 x204 / (415) 555-2672x204, tel 07700 900 123",
      '{"phone":"+1 415 555 2671","other":"+1 415 555 2672 33 44"}',
    ])
      expect(findCutFailure(policy, "text", encode(text))).toBeUndefined();
  });

  it.each([
    [{ packs: ["phones"] }, {}, "packs: phones needs libphonenumber-js"],
    [{ packs: ["phones"], entities: ["EMAIL"] }, { phoneCheck: () => true }, "packs: phones never takes effect"],
  ] as const)("is refused where it could do nothing: %j", (spec, options, reason) => {
    expect(() => compilePolicy(spec, options)).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", reason: expect.stringContaining(reason) as string, at: ["packs"] }),
    );
  });

  it("asks nothing where it is not named", () => {
    const policy = compilePolicy({}, { phoneCheck: () => false });
    expect(mask(policy, "+44 7700 900124")).toBe("[PHONE]");
  });
});
