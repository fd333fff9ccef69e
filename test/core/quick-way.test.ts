/**
 * Records that leave in one run of the automaton: the careful way, record by record, says the same of each.
 *
 * The oracle is the same policy told to look at every record.
 */
import { type Arbitrary, array, assert, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { compilePolicy, createMasker, type Format, maskWhole, type Policy } from "../../src/core/index.ts";
import { tries } from "../support/seed.ts";
import { sifting } from "../support/sifting.ts";

const POLICIES: readonly Policy[] = [
  compilePolicy({}),
  compilePolicy({}, { limits: { nestedJsonDepth: 0 } }),
  compilePolicy({}, { limits: { nestedJsonDepth: 1 } }),
  sifting(compilePolicy({})),
];

const NAMES = ["id", "note", "ssn", "social_security", "Phone", "cardNumber", "a b", "password", "first_name", "zip"];
const WORDS = ["ssn", "call", "phone:", "passport", "tax id", "born", "IBAN", "x".repeat(50), "the", "\u{1d11e}", ""];
const values = oneof(
  constantFrom(...BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses]).filter((text) => text.length < 80)),
  constantFrom(...WORDS),
  /** Found where a word tells what they are. */
  constantFrom("219-09-9990", "219099990", "12345678", "536-90-4399"),
);
const name = oneof(
  constantFrom(...NAMES),
  tuple(constantFrom(...NAMES), glue()).map((pair) => pair.join("")),
  constantFrom(...NAMES).map((word) => `${word} ${"x".repeat(60)}`),
);

function glue(): Arbitrary<string> {
  return constantFrom(" ", "\n", "\t", '"', "\\", "/", ": ", "{", "[", "}", '":"', "\ud800", "\udc00", "%40", "é");
}

/** How one character may be written in a string. */
const spelled = constantFrom<(text: string) => string>(
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  (text) => [...text].map((one) => escapeUnits(one)).join(""),
  (text) => [...text].map((one, i) => (i % 3 === 1 ? escapeUnits(one) : JSON.stringify(one).slice(1, -1))).join(""),
);
const escapeUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");

/** What a string of a record means, before it is spelled. */
const text = array(
  tuple(values, glue()).map((pair) => pair.join("")),
  { maxLength: 3 },
).map((parts) => parts.join(""));
const nested = tuple(name, text).map(([key, value]) => JSON.stringify({ [key]: value }));
/** Far behind the name of its field. */
const far = tuple(constantFrom("x".repeat(50), "x ".repeat(30)), values).map((pair) => pair.join(" "));
const field = tuple(name, constantFrom(0, 0, 0, 1, 2, 3, 4, 5), oneof(text, far), nested, spelled, spelled).map(
  ([key, shape, value, inner, spell, spellName]) => {
    const string = `"${spell(shape === 1 ? inner : value)}"`;
    const written = [string, string, value, `[${string},"1"]`, `{"value": ${string} }`, ` ${string}`][shape];
    return `"${shape === 5 ? spellName(key) : key}":${written}`;
  },
);
const record = array(field, { minLength: 1, maxLength: 4 }).map((fields) => `{${fields.join(", ")}}`);
const records = array(record, { minLength: 1, maxLength: 4 });

const withoutBreaks = (text: string): string => text.replaceAll(/[\r\n]/g, " ");
const BETWEEN = ["", 'id: ":"\n', `id: "${"x".repeat(50)}":"\n`, ': "\n', 'event: a"b\n', '"\n'];
const eventLines = (text: string, seed: number): string =>
  withoutBreaks(text).replaceAll(/[:,] ?/g, (mark, at: number) => {
    const between = BETWEEN[(at + seed) % (BETWEEN.length + 3)];
    return between === undefined ? mark : `${mark}\n${between}data: `;
  });
const FORMS: readonly (readonly [Format, (records: readonly string[]) => string])[] = [
  ["ndjson", (all) => all.map((one) => `${withoutBreaks(one)}\n`).join("")],
  ["sse", (all) => all.map((one) => `data: ${withoutBreaks(one)}\n\n`).join("")],
  // The payload goes on behind lines that are none of it, and that hold quotes of their own.
  ["sse", (all) => all.map((one, i) => `data: ${eventLines(one, i)}\n\n`).join("")],
  ["csv", (all) => `id,b\n${all.map((one) => `1,"${one.replaceAll('"', '""')}"\n`).join("")}`],
];

describe.each(FORMS)("%s", (format, write) => {
  test.each(POLICIES)("random records, policy %#", (policy) => {
    const careful: Policy = { ...policy, passesClean: false };
    assert(
      property(records, (all) => {
        const input = new TextEncoder().encode(write(all));
        const mask = (by: Policy): string => new TextDecoder().decode(maskWhole(by, format, input));
        expect(mask(policy)).toBe(mask(careful));
      }),
      tries(300),
    );
  });
});

const cell = tuple(constantFrom(0, 0, 0, 1, 1, 2), oneof(values, values, text, far)).map(([shape, value]) => {
  if (shape === 1) return `"${value.replaceAll('"', '""')}"`;
  // As it comes, or without what would need quotes.
  return shape === 2 ? value : value.replaceAll(/[",\r\n]/g, " ");
});
/** Words that tell what stands beside them, and numbers that need one; as far from each other as words count, and farther. */
const label = constantFrom("ssn", "ssn:", `ssn ${"x".repeat(30)}`, `ssn ${"x ".repeat(30)}`, '"ssn"', "phone");
const told = constantFrom(
  "219099990",
  "no 219099990",
  `${"x".repeat(30)} 219099990`,
  "219-09-9990",
  '"219099990"',
  `"${"x".repeat(40)}, a, b, 219099990"`,
);
const row = array(oneof(cell, label, label, told, told, constantFrom("")), { minLength: 2, maxLength: 4 }).map(
  (cells) => cells.join(","),
);
const table = tuple(constantFrom("id,b,c", "id,ssn,c", "id,b,phone"), array(row, { minLength: 1, maxLength: 6 }));

test.each(POLICIES.slice(0, 1))("random tables, policy %#", (policy) => {
  const careful: Policy = { ...policy, passesClean: false };
  assert(
    property(table, constantFrom("\n", "\r\n", "\r"), ([header, rows], lineEnd) => {
      const input = new TextEncoder().encode([header, ...rows, ""].join(lineEnd) + "\n");
      const mask = (by: Policy): string => new TextDecoder().decode(maskWhole(by, "csv", input));
      expect(mask(policy)).toBe(mask(careful));
    }),
    tries(600),
  );
});

/** As a form writes a character, and as others do. */
const escapeByte = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;
const writeText = constantFrom<(text: string) => string>(
  (text) => new URLSearchParams([["", text]]).toString().slice(1),
  (text) => [...new TextEncoder().encode(text)].map(escapeByte).join(""),
  (text) =>
    [...new TextEncoder().encode(text)]
      .map((one, i) => (i % 3 === 1 ? escapeByte(one) : String.fromCharCode(one)))
      .join(""),
  (text) => text,
);
const piece = oneof(
  text,
  far,
  nested,
  label,
  told,
  constantFrom("", "%", "%4", "%zz", "+", "=", "%ff", "%c3", "%0a", " [1]", "{"),
);
const pair = tuple(oneof(name, name, piece), constantFrom("=", "=", "=", "", "=="), piece, writeText, writeText).map(
  ([key, between, value, writeName, writeValue]) => `${writeName(key)}${between}${writeValue(value)}`,
);
const form = array(pair, { maxLength: 6 }).map((pairs) => pairs.join("&"));

test.each([
  ["default", compilePolicy({})],
  ["with short records", compilePolicy({}, { limits: { lineLimitBytes: 40 } })],
  ["with fewer levels of JSON", POLICIES[1]],
  [
    "with quotes and line ends in a pattern",
    compilePolicy({ detectors: [{ entity: "ODD", pattern: '[a-z"&=\\n]{2,4}9', boundary: "none", hits: ["ab9"] }] }),
  ],
])("random forms, policy %s", (_name, policy) => {
  const careful: Policy = { ...policy, passesClean: false };
  assert(
    property(form, integer({ min: 1, max: 40 }), (body, size) => {
      const input = new TextEncoder().encode(body);
      const whole = new TextDecoder().decode(maskWhole(careful, "form", input));
      expect(new TextDecoder().decode(maskWhole(policy, "form", input))).toBe(whole);
      const masker = createMasker(policy, "form");
      const decoder = new TextDecoder();
      let cut = "";
      for (let at = 0; at < input.length; at += size)
        cut += decoder.decode(masker.push(input.subarray(at, at + size)), { stream: true });
      expect(cut + decoder.decode(masker.flush())).toBe(whole);
    }),
    tries(600),
  );
});

test("records that end in a lone CR are each of their own length", () => {
  const policy = compilePolicy({});
  const mask = (by: Policy): string =>
    new TextDecoder().decode(maskWhole(by, "csv", new TextEncoder().encode("id,ssn,c\r219099990,\rssn,ssn\r\n")));
  expect(mask(policy)).toBe("id,ssn,c\r[US_SSN],\rssn,ssn\r\n");
  expect(mask({ ...policy, passesClean: false })).toBe(mask(policy));
});

const FAR = "x ".repeat(40);
test.each([
  ["behind a quote in its name", `data: {"ssn \\"${FAR}":"219099990"}\n\n`],
  ["behind a line that is none of the payload", `data: {"ssn":\ndata: \nid: ${FAR}":"\ndata: 219099990}\n\n`],
  ["in a list", `data: {"ssn":["${FAR}","219099990"]}\n\n`],
  ["behind a long name", `data: {"ssn ${FAR}": "219099990"}\n\n`],
  ["as a number", `data: {"ssn ${FAR}": 219099990}\n\n`],
  ["behind a colon of its own", `data: {"ssn ${FAR}":": 219099990"}\n\n`],
  ["in a string of names", `data: {"ssn ${FAR}": {"":"219099990"}}\n\n`],
])("a value far %s is masked as the careful way masks it", (_where, input) => {
  const bytes = new TextEncoder().encode(input);
  // The first event of a stream is never one of many.
  const first = new TextEncoder().encode("data: 1\n\n");
  const mask = (policy: Policy): string =>
    new TextDecoder().decode(maskWhole(policy, "sse", Uint8Array.from([...first, ...bytes])));
  const policy = compilePolicy({});
  expect(mask(policy)).toBe(mask({ ...policy, passesClean: false }));
});
