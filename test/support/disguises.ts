/**
 * Ways to write a value so that it looks like another and reads the same, as rules: each takes any value.
 *
 * Owns the disguises and the eye that sees through them. Shares no table with the code that it judges.
 */
import type { PolicySpec } from "../../src/core/index.ts";

export interface Disguise {
  readonly name: string;
  /** The value in disguise; the same when it says nothing of such a value. */
  readonly put: (value: string) => string;
  /** The option without which it is not seen through. */
  readonly option?: PolicySpec;
  /** The dresses in which somebody undoes it; left out: everywhere. */
  readonly dresses?: readonly string[];
}

const points = (text: string): string[] => Array.from(text);
const code = (text: string): number => text.codePointAt(0) ?? 0;
const mapEach = (value: string, change: (character: string, at: number) => string): string =>
  points(value).map(change).join("");

/** Zeros of scripts with digits of their own; the others follow. */
const ZEROS = {
  fullwidth: 0xff10,
  arabic: 0x660,
  persian: 0x6f0,
  devanagari: 0x966,
  bengali: 0x9e6,
  thai: 0xe50,
  math: 0x1d7ce,
};
const INVISIBLE = {
  "zero-width space": 0x200b,
  "zero-width non-joiner": 0x200c,
  "zero-width joiner": 0x200d,
  "combining grapheme joiner": 0x34f,
  "Mongolian vowel separator": 0x180e,
  "tag space": 0xe0020,
  "word joiner": 0x2060,
  "soft hyphen": 0xad,
  "byte order mark": 0xfeff,
  "left-to-right mark": 0x200e,
  "bidi override": 0x202d,
  "variation selector": 0xfe0f,
  NUL: 0,
  "padding control": 0x80,
  "stroke overlay": 0x336,
  "enclosing circle": 0x20dd,
  "annotation anchor": 0xfff9,
};
const SPACES = {
  "no-break": 0xa0,
  "narrow no-break": 0x202f,
  figure: 0x2007,
  thin: 0x2009,
  ideographic: 0x3000,
  Braille: 0x2800,
};
const HYPHENS = {
  "non-breaking": 0x2011,
  figure: 0x2012,
  "en dash": 0x2013,
  "em dash": 0x2014,
  bar: 0x2015,
  minus: 0x2212,
  bullet: 0x2043,
  small: 0xfe63,
  "full-width": 0xff0d,
  "two-em": 0x2e3a,
  Armenian: 0x58a,
};

const named = <Value>(
  all: Readonly<Record<string, Value>>,
  make: (name: string, value: Value) => Disguise,
): Disguise[] => Object.entries(all).map(([name, value]) => make(name, value));

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
const percent = (character: string, toCase: (text: string) => string): string =>
  Array.from(Buffer.from(character), (byte) => `%${toCase(hex(byte))}`).join("");
const unicodeEscape = (character: string): string =>
  Array.from(character.split(""), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const IS_CARD = /^\d{4}([ -])\d{4}\1\d{4}\1\d{4}$/;
/** Between the groups of a printed card. */
const inCards =
  (text: string) =>
  (value: string): string =>
    IS_CARD.test(value) ? value.replaceAll(/[ -]/g, text) : value;
const isSpecial = (character: string): boolean => /[^0-9a-z]/i.test(character);

/** Where a backslash is no escape already. */
const READ_ESCAPES = ["events", "a line that was to be JSON"];

/** What needs no option. */
export const DISGUISES: readonly Disguise[] = [
  { name: "as it is", put: (value) => value },
  ...named(ZEROS, (name, zero) => ({
    name: `${name} digits`,
    put: (value) => value.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))),
  })),
  {
    name: "digits of a script each",
    put: (value) => {
      const zeros = Object.values(ZEROS);
      return value.replaceAll(/\d/g, (digit, at: number) =>
        String.fromCodePoint(zeros[at % zeros.length] + Number(digit)),
      );
    },
  },
  {
    name: "digits in circles",
    put: (value) => value.replaceAll(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
  },
  { name: "accents on digits", put: (value) => value.replaceAll(/\d/g, (digit) => `${digit}\u0301`) },
  { name: "ratios for colons", put: (value) => value.replaceAll(":", "\u2236") },
  { name: "slashes of fractions", put: (value) => value.replaceAll("/", "\u2044") },
  { name: "superscript digits", put: (value) => value.replaceAll(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]) },
  { name: "full-width", put: (value) => value.replaceAll(/[!-~]/g, (one) => String.fromCodePoint(code(one) + 0xfee0)) },
  {
    name: "mathematical letters",
    put: (value) => value.replaceAll(/[a-z]/g, (one) => String.fromCodePoint(code(one) - 97 + 0x1d41a)),
  },
  ...named(INVISIBLE, (name, point) => ({
    name: `${name} in the middle`,
    put: (value) =>
      mapEach(value, (one, at) => (at === points(value).length >> 1 ? String.fromCodePoint(point) + one : one)),
  })),
  {
    name: "zero-width space after every character",
    put: (value) => mapEach(value, (one, at) => (at === 0 ? one : `\u200b${one}`)),
  },
  ...named(SPACES, (name, point) => ({
    name: `${name} spaces`,
    put: (value) => value.replaceAll(" ", String.fromCodePoint(point)),
  })),
  { name: "two spaces", put: (value) => value.replaceAll(/(?<! ) (?! )/g, "  ") },
  ...named(HYPHENS, (name, point) => ({
    name: `${name} hyphens`,
    put: (value) => value.replaceAll("-", String.fromCodePoint(point)),
  })),
  {
    name: "percent-encoded where it is not a letter or digit",
    put: (value) => mapEach(value, (one) => (isSpecial(one) ? percent(one, (text) => text.toUpperCase()) : one)),
  },
  { name: "percent-encoded", put: (value) => mapEach(value, (one) => percent(one, (text) => text.toUpperCase())) },
  { name: "percent-encoded, small letters", put: (value) => mapEach(value, (one) => percent(one, (text) => text)) },
  {
    name: "percent-encoded here and there, in both cases",
    put: (value) =>
      mapEach(value, (one, at) =>
        at % 3 === 0 ? one : percent(one, (text) => (at % 2 === 0 ? text : text.toUpperCase())),
      ),
  },
  { name: "two unlike spaces", put: (value) => value.replaceAll(/(?<! ) (?! )/g, " \u00a0") },
  { name: "low lines in a card", put: inCards("_") },
  { name: "hyphens in spaces in a card", put: inCards(" - ") },
  {
    name: "a card of single digits",
    put: (value) => (IS_CARD.test(value) ? value.replaceAll(/\D/g, "").replaceAll(/\B/g, " ") : value),
  },
  { name: "plus for space", put: (value) => value.replaceAll(/(?<! ) (?! )/g, "+") },
  { name: "keycap digits", put: (value) => value.replaceAll(/\d/g, (digit) => `${digit}\ufe0f\u20e3`) },
  { name: "escapes of JSON", put: (value) => mapEach(value, unicodeEscape), dresses: READ_ESCAPES },
  {
    name: "escapes of JSON in both cases, here and there",
    put: (value) =>
      mapEach(value, (one, at) =>
        at % 3 === 0 ? unicodeEscape(one).replace(/[0-9a-f]{4}/, (digits) => digits.toUpperCase()) : one,
      ),
    dresses: READ_ESCAPES,
  },
  {
    name: "escapes of JSON where it is not a letter or digit",
    put: (value) => mapEach(value, (one) => (isSpecial(one) ? unicodeEscape(one) : one)),
    dresses: READ_ESCAPES,
  },
];

/** What an option looks through. */
export const OPTIONAL_DISGUISES: readonly Disguise[] = [
  { name: "line break in the middle", put: breakBy("\n"), option: { crossLine: true } },
  { name: "CR LF in the middle", put: breakBy("\r\n"), option: { crossLine: true } },
  { name: "line separator in the middle", put: breakBy("\u2028"), option: { crossLine: true } },
  { name: "next line in the middle", put: breakBy("\u0085"), option: { crossLine: true } },
  { name: "line breaks for spaces", put: (value) => value.replaceAll(" ", "\n"), option: { crossLine: true } },
  {
    name: "an at-sign and full stops that are spelt",
    put: (value) => (value.includes("@") ? value.replaceAll("@", " [at] ").replaceAll(".", "(DOT)") : value),
    option: { decodeEntities: true },
  },
  {
    name: "decimal entities",
    put: (value) => mapEach(value, (one) => `&#${code(one)};`),
    option: { decodeEntities: true },
  },
  {
    name: "hexadecimal entities",
    put: (value) => mapEach(value, (one) => `&#x${code(one).toString(16)};`),
    option: { decodeEntities: true },
  },
  {
    name: "padded entities",
    put: (value) => mapEach(value, (one) => `&#X00${code(one).toString(16).toUpperCase()};`),
    option: { decodeEntities: true },
  },
  { name: "base64", put: (value) => Buffer.from(value).toString("base64"), option: { decodeBase64: true } },
  { name: "base64url", put: (value) => Buffer.from(value).toString("base64url"), option: { decodeBase64: true } },
  {
    name: "base64 of a sentence",
    put: (value) => Buffer.from(`see ${value} now`).toString("base64"),
    option: { decodeBase64: true },
  },
  {
    name: "full-width and percent-encoded",
    put: (value) =>
      mapEach(
        value.replaceAll(/[!-~]/g, (one) => String.fromCodePoint(code(one) + 0xfee0)),
        (one) => percent(one, String),
      ),
    option: { decodeDepth: 2 },
  },
  {
    name: "percent-encoded no-break spaces and joiners",
    put: (value) => value.replaceAll(" ", "%C2%A0").replaceAll(/(?<=\d)(?=\d)/g, "%E2%80%8D"),
    option: { decodeDepth: 2 },
  },
  {
    name: "entities that nobody sees",
    put: (value) =>
      mapEach(value, (one, at) =>
        at === 0 ? one : `${["&ZeroWidthSpace;", "&zwj;", "&#8203;", "&shy;"][at % 4]}${one}`,
      ),
    option: { decodeEntities: true },
  },
  {
    name: "percent-encoded twice",
    put: (value) => mapEach(value, (one) => percent(one, String).replaceAll("%", "%25")),
    option: { decodeDepth: 2 },
  },
];

function breakBy(text: string): (value: string) => string {
  return (value) => {
    const at = points(value).length >> 1;
    return mapEach(value, (one, index) => (index === at ? text + one : one));
  };
}

/** What stands of a value in a text, as a share of its letters and digits, by somebody who undoes every disguise. */
export function shareLeft(value: string, text: string): number {
  const wanted = bare(value);
  const seen = views(text).map(bare);
  let longest = 0;
  for (let start = 0; start + longest < wanted.length; start++)
    while (
      start + longest < wanted.length &&
      seen.some((one) => one.includes(wanted.slice(start, start + longest + 1)))
    )
      longest++;
  return longest / wanted.length;
}

function views(text: string): string[] {
  const all = [text];
  for (const undo of UNDO) all.push(...all.map(undo).filter((one) => !all.includes(one)));
  return all;
}

const UNDO: readonly ((text: string) => string)[] = [
  (text) =>
    text.replaceAll(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
  (text) =>
    text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run: string) => Buffer.from(run.replaceAll("%", ""), "hex").toString()),
  (text) =>
    text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run: string) => Buffer.from(run.replaceAll("%", ""), "hex").toString()),
  (text) => text.replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits))),
  (text) =>
    text.replaceAll(/&#x([0-9a-f]+);/gi, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16))),
  (text) => text.replaceAll(/ ?[[(](?:at|dot)[\])] ?/gi, ""),
  (text) => text.replaceAll(/&(?:ZeroWidthSpace|zwj|shy|#8203);/g, ""),
  (text) => text.replaceAll(/[\w+/-]{16,}={0,2}/g, (run: string) => Buffer.from(run, "base64").toString()),
];

/** Letters and digits only, small, of one script. */
function bare(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/\p{Nd}/gu, (digit) => (code(digit) < 128 ? digit : String(valueOf(digit))))
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{Nd}]/gu, "");
}

/** Digits come in runs of ten. */
function valueOf(digit: string): number {
  let at = code(digit);
  while (/\p{Nd}/u.test(String.fromCodePoint(at - 1))) at--;
  return (code(digit) - at) % 10;
}
