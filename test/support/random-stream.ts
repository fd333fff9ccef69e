/**
 * Random streams of each format: whole documents, rich in what is rare, and some of them damaged.
 *
 * Owns how values come to stand in a document: spelled, disguised, cut, glued to each other, in fields, in texts inside
 * of texts, beside bytes that are no text.
 */
import { type Arbitrary, array, constant, constantFrom, integer, nat, oneof, tuple } from "fast-check";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { type Format, PACK_NAMES } from "../../src/core/index.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import { DISGUISES, OPTIONAL_DISGUISES } from "./disguises.ts";

const PACKED = packDetectors(PACK_NAMES.filter((name) => name !== "phones"));
const EXAMPLES = [...BUILT_IN, ...PACKED]
  .flatMap(({ hits, misses }) => [...hits, ...misses])
  .filter((one) => one.length < 90);
const value = constantFrom(...EXAMPLES);
const inDisguise = tuple(value, constantFrom(...DISGUISES, ...OPTIONAL_DISGUISES)).map(([text, { put }]) => put(text));
const ofTwo = tuple(value, constantFrom(...DISGUISES), nat(90)).map(([text, { put }, at]) => {
  const characters = Array.from(text);
  return characters.slice(0, at % characters.length).join("") + put(characters.slice(at % characters.length).join(""));
});
const part = tuple(value, nat(20), nat(20)).map(([text, from, less]) =>
  text.slice(from, Math.max(from, text.length - less)),
);

/** Stand for bytes that are no character, whatever is written around them. */
const BAD_BYTES: Readonly<Record<string, string>> = {
  "\uf8f0": "\xff",
  "\uf8f1": "\xc3",
  "\uf8f2": "\xe2\x82",
  "\uf8f3": "\xf0\x9f\x98",
  "\uf8f4": "\xed\xa0\x80",
  "\uf8f5": "\xef\xbc",
};

const GLUE = [
  "",
  "",
  " ",
  "  ",
  "\n",
  "\r\n",
  "\r",
  ".",
  ",",
  "-",
  ":",
  "=",
  "_",
  "/",
  "@",
  "a",
  "7",
  '"',
  "\\",
  "'",
  ";",
];
const ODD = [
  "é",
  "谢",
  "😀",
  "\0",
  "\u001b[33m",
  "\u200b",
  "\ud83d",
  "\u0301",
  "＠",
  "%",
  "%3D",
  "%20",
  "%00",
  "&#",
  "\\u0040",
  "\\n",
  "\ufeff",
];
const WORDS = [
  "ssn",
  "ssn: ",
  "card",
  "passport no ",
  "born ",
  "ACME-123456",
  "acme",
  "x".repeat(45),
  "x ".repeat(25),
  "{",
  "[1]",
  '{"ssn":"',
];
const glue = constantFrom(...GLUE, ...ODD, ...Object.keys(BAD_BYTES));
const piece = oneof(value, value, inDisguise, ofTwo, part, constantFrom(...WORDS), glue, glue, glue);
/** What a text means before it is written. */
const text = array(piece, { maxLength: 5 }).map((parts) => parts.join(""));

/** Names that policies of tests speak of, and that tell. */
export const NAMES = [
  "note",
  "secret",
  "d",
  "meta",
  "ssn",
  "Phone",
  "password",
  "first_name",
  "span_id",
  "id",
  "ﬁ",
  "jane@acme.com",
];
const name = oneof(constantFrom(...NAMES), constantFrom(...NAMES), text);

const escapeUnits = (some: string): string =>
  Array.from({ length: some.length }, (_, i) => `\\u${some.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
const inString = (some: string): string => JSON.stringify(some).slice(1, -1);

const spell = constantFrom<(some: string) => string>(
  inString,
  inString,
  (some) => inString(some).replaceAll("/", "\\/"),
  escapeUnits,
  (some) => [...some].map((one, i) => (i % 3 === 1 ? escapeUnits(one) : inString(one))).join(""),
);
const space = constantFrom("", "", "", " ", "\t", "  ");
const string = tuple(spell, text).map(([write, some]) => `"${write(some)}"`);
const number = constantFrom("0", "-1.5e3", "4111111111111111", "536904399", "4155552671", "1e999", "true", "null");

function json(depth: number): Arbitrary<string> {
  if (depth === 0) return oneof(string, number);
  const inner = json(depth - 1);
  const nested = tuple(spell, oneof(inner, objectOf(inner))).map(([write, some]) => `"${write(some)}"`);
  const list = array(inner, { maxLength: 3 }).map((some) => `[${some.join(",")}]`);
  return oneof(string, string, number, nested, list, objectOf(inner));
}

function objectOf(inner: Arbitrary<string>): Arbitrary<string> {
  const member = tuple(space, spell, name, space, inner).map(
    ([before, write, key, between, some]) => `${before}"${write(key)}"${between}:${between}${some}`,
  );
  return array(member, { maxLength: 4 }).map((members) => `{${members.join(",")}}`);
}

const document = objectOf(json(2));
const oneLine = (some: string): string => some.replaceAll(/[\r\n]/g, " ");
const lineEnd = constantFrom("\n", "\n", "\r\n", "\r");

const ndjson = tuple(array(oneof(document, document, json(1), text), { maxLength: 5 }), lineEnd).map(([records, end]) =>
  records.map((one) => `${oneLine(one)}${end === "\r" ? "\n" : end}`).join(""),
);
const sequence = array(oneof(document, document, text), { maxLength: 4 }).map((records) =>
  records.map((one) => `\u001e${one}\n`).join(""),
);

/** The lines of a payload are broken where it has breaks, or anywhere. */
const dataLines = tuple(
  oneof(document, document, json(1), text),
  array(nat(300), { maxLength: 2 }),
  constantFrom("data: ", "data:"),
).map(([payload, places, field]) => {
  const lines = payload.split(/\r\n|\n|\r/);
  const longest = lines.at(-1) ?? "";
  const cuts = places.map((place) => place % (longest.length + 1)).toSorted((a, b) => a - b);
  const broken = [0, ...cuts].map((from, i) => longest.slice(from, cuts[i]));
  return [...lines.slice(0, -1), ...broken].map((line) => field + line);
});
const otherLine = tuple(constantFrom("id: ", "event: ", ": ", "odd: ", "retry: 5", "", "data"), text).map(
  ([field, some]) => [field + oneLine(some)],
);
const event = array(oneof(dataLines, dataLines, otherLine), { maxLength: 4 }).map((lines) => lines.flat());
const events = tuple(array(event, { maxLength: 4 }), lineEnd, constantFrom("", "\ufeff")).map(
  ([all, end, bom]) => bom + all.map((lines) => `${lines.map((line) => line + end).join("")}${end}`).join(""),
);

const cell = tuple(constantFrom("plain", "plain", "quoted", "quoted", "raw"), oneof(text, name, document)).map(
  ([how, some]) => {
    if (how === "raw") return some;
    return how === "quoted" ? `"${some.replaceAll('"', '""')}"` : some.replaceAll(/[",;\t\r\n]/g, " ");
  },
);
const table = tuple(
  array(oneof(constantFrom(...NAMES), cell), { minLength: 1, maxLength: 4 }),
  array(array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
  constantFrom(",", ",", ";", "\t"),
  lineEnd,
).map(([header, rows, separator, end]) => [header, ...rows].map((cells) => cells.join(separator) + end).join(""));

const percent = (some: string, isLeft: RegExp): string =>
  Array.from(Buffer.from(some), (byte) => {
    const character = String.fromCharCode(byte);
    return isLeft.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
const writeField = constantFrom<(some: string) => string>(
  (some) => new URLSearchParams([["", some]]).toString().slice(1),
  (some) => percent(some, /^$/),
  (some) => percent(some, /[ -~]/).replaceAll("&", "%26"),
  (some) => some,
);
const form = array(tuple(name, constantFrom("=", "=", "=", "", "=="), oneof(text, document), writeField, writeField), {
  maxLength: 5,
}).map((pairs) => pairs.map(([key, sign, some, writeKey, write]) => writeKey(key) + sign + write(some)).join("&"));

const bodies = oneof(
  text.map((body) => ["", body]),
  document.map((body) => ["application/json", body]),
  ndjson.map((body) => ["application/x-ndjson", body]),
  events.map((body) => ["text/event-stream", body]),
  table.map((body) => ["text/csv", body]),
  form.map((body) => ["application/x-www-form-urlencoded", body]),
);
const formPart = tuple(name, oneof(constant(undefined), text), bodies).map(([key, file, [type, body]]) => {
  const quote = (some: string): string => `"${oneLine(some).replaceAll('"', "%22")}"`;
  const filename = file === undefined ? "" : `; filename=${quote(file)}`;
  const contentType = type === "" ? "" : `Content-Type: ${type}\r\n`;
  return `--b\r\nContent-Disposition: form-data; name=${quote(key)}${filename}\r\n${contentType}\r\n${body}\r\n`;
});
const parts = tuple(
  constantFrom("", "", "see "),
  array(formPart, { maxLength: 3 }),
  constantFrom("--b--\r\n", "--b--", ""),
).map(([before, all, end]) => `${before === "" ? "" : `${before}\r\n`}${all.join("")}${end}`);

const DOCUMENTS: Readonly<Record<Format, Arbitrary<string>>> = {
  text: array(text, { maxLength: 4 }).map((lines) => lines.join("\n")),
  json: oneof(document, document, json(2)),
  ndjson,
  "json-seq": sequence,
  sse: events,
  csv: table,
  form,
  multipart: parts,
};

/** Most streams stay as they are; some lose bytes or have some twice. */
const damage = tuple(
  constantFrom("none", "none", "none", "none", "less", "twice", "end"),
  nat(2_000),
  integer({ min: 1, max: 8 }),
);

/** A stream of a format; of multipart the boundary is `b`. */
export function streamOf(format: Format): Arbitrary<Uint8Array> {
  return tuple(DOCUMENTS[format], damage).map(([whole, [how, place, length]]) => {
    const bytes = toBytes(whole);
    const at = place % (bytes.length + 1);
    if (how === "less") return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    if (how === "twice") return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    return how === "end" ? bytes.subarray(0, at) : bytes;
  });
}

function toBytes(whole: string): Buffer {
  let latin1 = Buffer.from(whole).toString("latin1");
  for (const [mark, bytes] of Object.entries(BAD_BYTES))
    latin1 = latin1.replaceAll(Buffer.from(mark).toString("latin1"), bytes);
  return Buffer.from(latin1, "latin1");
}
