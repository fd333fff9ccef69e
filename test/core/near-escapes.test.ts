/**
 * Lines with escapes that leave without being undone as a whole: the careful way, record by record, says the same of each.
 *
 * The oracle is the same policy told to look at every record.
 */
import { type Arbitrary, array, assert, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, maskWhole, PACK_NAMES, type Policy } from "../../src/core/index.ts";
import { tries } from "../support/seed.ts";
import { sifting } from "../support/sifting.ts";

const DEFAULT = compilePolicy({});
const FULL = compilePolicy({ packs: [...PACK_NAMES] });
const SIFTING = sifting(compilePolicy({}));
const FULL_SIFTING = sifting(compilePolicy({ packs: [...PACK_NAMES] }));

function mask(policy: Policy, input: string): string {
  return new TextDecoder().decode(maskWhole(policy, "ndjson", new TextEncoder().encode(input)));
}

const escapeUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");

const FILLER = "x ".repeat(15);
const BREAKS = String.raw`\n`.repeat(12);

describe("an escape", () => {
  test.each([
    ["in a word that tells", String.raw`{"a":"\u0073sn 219099990"}`],
    ["in a word that tells, far from the value", String.raw`{"a":"\u0073sn ${FILLER}219099990"}`],
    ["that brings a word near", String.raw`{"a":"ssn ${FILLER}${BREAKS}219099990"}`],
    ["that parts a word from a letter", String.raw`{"a":"x\nssn ${FILLER}219099990"}`],
    ["that ends a word", String.raw`{"a":"ssn\tx ${FILLER}219099990"}`],
    ["in a name", String.raw`{"api\nkey":"Zx81hunter"}`],
    ["in JSON in a string", String.raw`{"a":"{\"b\":\"jane\\u0040acme.com\"}"}`],
    ["behind which JSON begins", String.raw`{"a":"\u0020{\"b\":\"jane\\u0040acme.com\"}"}`],
    ["that opens JSON", String.raw`{"a":"\u007b\"b\":\"jane\\u0040acme.com\"}"}`],
    ["of an escape in JSON in a string", String.raw`{"a":"{\"b\":\"jane\u005cu0040acme.com\"}"}`],
    ["in a value", String.raw`{"a":"jane\u0040acme.com"}`],
    ["right before a value", String.raw`{"a":"\njane@acme.com"}`],
    ["right behind a value", String.raw`{"a":"mail jane@acme.com\n"}`],
    ["glued to a value by one that is a letter", String.raw`{"a":"\u0078219-09-9990 ssn 219099990"}`],
    ["that is cut by the end of the line", '{"a":"jane@acme.com \\u00\n40"}'],
    ["that is none", String.raw`{"a":"\x jane\u0040acme.com"}`],
    ["of half a character", String.raw`{"a":"\ud83d jane\u0040acme.com \ude00"}`],
  ])("%s is read as the careful way reads it", (_where, line) => {
    const clean = String.raw`{"note":"W/\"cad24b6f\"","path":"C:\\temp\\report.txt"}`;
    const input = `${clean}\n${line}\n${clean}\n`;
    for (const policy of [DEFAULT, SIFTING])
      expect(mask(policy, input)).toBe(mask({ ...DEFAULT, passesClean: false }, input));
  });

  test.each(["ssn", "social", "security"].flatMap((word) => Array.from(word, (_, at) => [word, at] as const)))(
    "in %s, of its letter %i, is read before the value",
    (word, at) => {
      const spelt = word.slice(0, at) + escapeUnits(word.charAt(at)) + word.slice(at + 1);
      for (const between of [" ", " number is, ", ` ${FILLER}`]) {
        const line = `{"a":"${word === "security" ? "social " : ""}${spelt}${word === "social" ? " security" : ""}${between}219099990"}\n`;
        for (const policy of [DEFAULT, SIFTING])
          expect(mask(policy, line)).toBe(mask({ ...DEFAULT, passesClean: false }, line));
      }
    },
  );
});

const inString = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A word, a value or what stands between them, all of it plain or some characters of it escaped. */
const words = constantFrom("ssn", "Phone", "passport", "born", "card", "tax id", "nhs", "x", "the", "é", "東京");
const values = constantFrom(
  "219-09-9990",
  "219099990",
  "4111111111111111",
  "jane@acme.com",
  "+1 212 555 0142",
  "943 476 5919",
  "DE89370400440532013000",
  "10.0.0.1",
  "1980-02-03",
);
const between = oneof(
  constantFrom(" ", "\n", "\t", '"', "\\", "/", ": ", ", ", "{", "[", "\r", "\b", "", "%", "\u200b", "x"),
  integer({ min: 0, max: 50 }).map((length) => "x ".repeat(length / 2)),
);
const written = (text: Arbitrary<string>): Arbitrary<string> =>
  tuple(text, constantFrom(0, 0, 0, 1, 2, 3)).map(([one, how]) => {
    if (how === 1) return escapeUnits(one);
    if (how === 2) return inString(one.slice(0, 1)) + escapeUnits(one.slice(1, 2)) + inString(one.slice(2));
    return how === 3 ? inString(one).replaceAll("/", "\\/") : inString(one);
  });
const text = array(oneof(written(words), written(between), written(between), written(values)), { maxLength: 6 }).map(
  (parts) => parts.join(""),
);
const nested = tuple(written(words), text).map(([name, value]) => inString(`{"${name}":"${value}"}`));
const member = tuple(written(words), oneof(text, text, nested), constantFrom('"', '"', '"', "")).map(
  ([name, value, quote]) => `"${name}":${quote}${value}${quote}`,
);
const line = array(member, { minLength: 1, maxLength: 4 }).map((members) => `{${members.join(",")}}`);

test.each([
  ["the default", DEFAULT],
  ["every pack", FULL],
  ["a sieve", SIFTING],
  ["a sieve and every pack", FULL_SIFTING],
])("random lines, with %s", (_name, policy) => {
  const careful: Policy = { ...policy, passesClean: false };
  assert(
    property(array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const input = `${lines.join("\n")}\n`;
      expect(mask(policy, input)).toBe(mask(careful, input));
    }),
    tries(500),
  );
});
