/** Detectors of a policy's own: what cannot work is refused, by name and with what to write. */
import { describe, expect, it } from "vitest";
import { compilePolicy, ConfigurationError, type DetectorSpec, maskWhole } from "../../src/core/index.ts";

const GOOD: DetectorSpec = { entity: "ORDER_ID", pattern: String.raw`ORD-\d{6}`, hits: ["ORD-123456"] };

function refusal(...detectors: readonly DetectorSpec[]): string {
  try {
    compilePolicy({ detectors });
    return "accepted";
  } catch (thrown) {
    return thrown instanceof ConfigurationError ? `${thrown.code} ${thrown.reason}` : "something else";
  }
}

describe("a detector of a policy's own", () => {
  it("is taken when its examples hold", () => {
    expect(refusal(GOOD)).toBe("accepted");
  });

  it.each<[string, Partial<DetectorSpec>, RegExp]>([
    ["a name in small letters", { entity: "order" }, /^BAD_CONFIG detectors: order: write the entity in capitals/],
    ["a name that is taken", { entity: "EMAIL" }, /EMAIL: there is a detector of this name/],
    ["no hit", { hits: [] }, /ORDER_ID: hits: write a text that it finds/],
    ["a hit that it does not find", { hits: ["ORD-123456", "ORD-1"] }, /ORDER_ID: hits.1 is not found whole/],
    ["a hit that it finds in part", { hits: ["ORD-123456 x"] }, /hits.0 is not found whole/],
    ["a hit that is two", { hits: ["ORD-123456 ORD-123456"] }, /hits.0 is not found whole/],
    ["a miss that it finds", { misses: ["", "see ORD-123456"] }, /misses.1 is found/],
    ["a validator that its hit fails", { validator: "luhn" }, /hits.0 is not found whole/],
    [
      "a validator that nobody has",
      { validator: "sha" as "luhn" },
      /no such validator; there are luhn, mod11_10, verhoeff, damm, mod97/,
    ],
    ["a word too few", { needsContext: true }, /needsContext without contextWords finds nothing/],
    [
      "a word with a digit",
      { contextWords: ["order", "IPv6 addr"] },
      /ORDER_ID: contextWords.1 is never met: .*; write ipv addr$/,
    ],
    ["a word of a digit", { contextWords: ["№ 5"] }, /ORDER_ID: contextWords.0 is no word; write one of letters/],
    ["a look-ahead", { pattern: "a(?=b)" }, /^BAD_PATTERN ORDER_ID: .*look/],
    ["a pattern without end", { pattern: "ORD-[0-9]+" }, /^BAD_PATTERN ORDER_ID: .*no longest match/],
    ["a pattern of nothing", { pattern: "x?" }, /^BAD_PATTERN ORDER_ID: .*can match nothing/],
    ["a pattern that explodes", { pattern: "(?:a{1,500}){1,500}" }, /^BAD_PATTERN ORDER_ID: /],
  ])("is refused with %s", (_, change, reason) => {
    expect(refusal({ ...GOOD, ...change })).toMatch(reason);
  });

  it.each([
    ["card-no", "card no: ORD-123456"],
    ["card-no", "cardNo=ORD-123456"],
    ["cardNo", "card_no ORD-123456"],
    ["ORDER", "order 1 is ORD-123456"],
    ["n\u00b0 d'ordre", "N\u00b0 d'ordre: ORD-123456"],
    ["ऑर्डर", "ऑर्डर ORD-123456"],
  ])("meets its word %j in %j", (word, text) => {
    const policy = compilePolicy({ detectors: [{ ...GOOD, contextWords: [word], needsContext: true }] });
    const masked = maskWhole(policy, "text", new TextEncoder().encode(text));
    expect(new TextDecoder().decode(masked)).toMatch(/ ?\[ORDER_ID\]$/);
  });

  it("cannot come twice", () => {
    expect(refusal(GOOD, GOOD)).toMatch(/there is a detector of this name/);
  });

  it("names what it shares with a built-in one", () => {
    const own: DetectorSpec = { entity: "STAFF_MAIL", pattern: "[a-z]{1,20}@acme[.]com", hits: ["jane@acme.com"] };
    const mask = (text: string): string =>
      new TextDecoder().decode(maskWhole(compilePolicy({ detectors: [own] }), "text", new TextEncoder().encode(text)));
    expect(mask("jane@acme.com, jane@acme.org")).toBe("[STAFF_MAIL], [EMAIL]");
  });

  it("may be the only one", () => {
    const policy = compilePolicy({ detectors: [GOOD], entities: ["ORDER_ID"] });
    expect(policy.detectors.map(({ entity }) => entity)).toEqual(["ORDER_ID"]);
  });
});
