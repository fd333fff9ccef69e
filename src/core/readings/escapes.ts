/** Escapes that somebody downstream undoes: HTML entities, percent signs, JSON strings, line breaks. */
import { asciiText, encodeUtf8 } from "../bytes.ts";
import { encodedLength, hexValue } from "../folded-text.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import { type Escape, escapeReading, type EscapeRule, MappedDecoder, openEscapes, type Reading } from "./reading.ts";

const LF = 0x0a;
const SPACE = 0x20;
const CR = 0x0d;
const HASH = 0x23;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
const LAST_CODE_POINT = 0x10ffff;
const PERCENT_BYTES = 3;

/** Leading zeros are legal without end; nobody writes more in good faith, and a stream must not wait for ever. */
const ENTITY_LIMIT_BYTES = 32;

/** HTML, section 13.5: the names of characters that stand in or beside values. All are shorter as UTF-8. */
const NAMED: Readonly<Record<string, string>> = {
  Tab: "\t",
  NewLine: "\n",
  nbsp: "\u00a0",
  excl: "!",
  quot: '"',
  num: "#",
  dollar: "$",
  percnt: "%",
  amp: "&",
  apos: "'",
  lpar: "(",
  rpar: ")",
  ast: "*",
  plus: "+",
  comma: ",",
  period: ".",
  sol: "/",
  colon: ":",
  semi: ";",
  lt: "<",
  equals: "=",
  gt: ">",
  quest: "?",
  commat: "@",
  lsqb: "[",
  lbrack: "[",
  bsol: "\\",
  rsqb: "]",
  rbrack: "]",
  lowbar: "_",
  lcub: "{",
  lbrace: "{",
  verbar: "|",
  rcub: "}",
  rbrace: "}",
  shy: "\u00ad",
  ensp: "\u2002",
  emsp: "\u2003",
  thinsp: "\u2009",
  hyphen: "\u2010",
  dash: "\u2010",
  ndash: "\u2013",
  mdash: "\u2014",
  horbar: "\u2015",
  minus: "\u2212",
  numsp: "\u2007",
  puncsp: "\u2008",
  hairsp: "\u200a",
  ZeroWidthSpace: "\u200b",
  zwnj: "\u200c",
  zwj: "\u200d",
  lrm: "\u200e",
  rlm: "\u200f",
  NoBreak: "\u2060",
};

/** Percent escapes, one round; the matcher undoes the last one of ASCII itself. */
export function percentReading(inner: readonly Reading[]): Reading {
  return escapeReading({ openers: [PERCENT], read: readPercent }, 3, inner);
}

/** One character; bytes that are none stay as they stand. */
function readPercent(input: Uint8Array, at: number): Escape | "none" | "cut" {
  const bytes: number[] = [];
  for (let length = 1; bytes.length < length; length = encodedLength(bytes[0])) {
    const byte = readPercentByte(input, at + bytes.length * PERCENT_BYTES);
    if (byte === "none" || byte === "cut") return byte;
    const isLead = byte < 0x80 || encodedLength(byte) > 1;
    if (bytes.length === 0 ? !isLead : (byte & 0xc0) !== 0x80) return "none";
    bytes.push(byte);
  }
  return { bytes: Uint8Array.from(bytes), length: bytes.length * PERCENT_BYTES };
}

function readPercentByte(input: Uint8Array, at: number): number | "none" | "cut" {
  if (at === input.length) return "cut";
  if (input[at] !== PERCENT) return "none";
  const digits = Array.from(input.subarray(at + 1, at + PERCENT_BYTES), hexValue);
  if (digits.includes(-1)) return "none";
  return digits.length < 2 ? "cut" : digits[0] * 16 + digits[1];
}

/** What an at-sign and a full stop are spelt between, as people do for people: `jane [at] acme (dot) com`. */
const BRACKETS = [0x28, 0x5b, 0x7b];
const SPELT = /^ ?[[({] ?(at|dot) ?[\])}] ?/i;
/** The start of one. */
const BEGUN = /^ ?(?:[[({] ?(?:at?|do?|(?:at|dot) ?[\])}]?)?)?$/i;
const SPELT_BYTES = 9;

/**
 * HTML entities: numbers, with or without a semicolon, and names of ASCII and of what is invisible or a separator; and at-signs
 * and full stops that are spelt.
 */
export function entityReading(inner: readonly Reading[]): Reading {
  const openers = [AMPERSAND, ...BRACKETS];
  const read = (input: Uint8Array, at: number): Escape | "none" | "cut" =>
    input[at] === AMPERSAND ? readEntity(input, at) : readSpelt(input, at);
  return {
    ...escapeReading({ openers: [...openers, SPACE], read }, ENTITY_LIMIT_BYTES + 1, inner),
    mayChange: (text) => openers.some((opener) => text.includes(opener)),
  };
}

function readSpelt(input: Uint8Array, at: number): Escape | "none" | "cut" {
  const next = at + 1;
  if (input[at] === SPACE && next < input.length && !BRACKETS.includes(input[next])) return "none";
  const text = asciiText(input, at, Math.min(input.length, at + SPELT_BYTES));
  if (text.length < SPELT_BYTES && BEGUN.test(text)) return "cut";
  const found = SPELT.exec(text);
  if (found === null) return "none";
  return { bytes: encodeUtf8(found[1].length === 2 ? "@" : "."), length: found[0].length };
}

function readEntity(input: Uint8Array, at: number): Escape | "none" | "cut" {
  if (at + 1 === input.length) return "cut";
  if (input[at + 1] !== HASH) return readName(input, at);
  if (at + 2 === input.length) return "cut";
  const isHex = (input[at + 2] | 0x20) === LOWER_X;
  const base = isHex ? 16 : 10;
  const from = at + (isHex ? 3 : 2);
  let codePoint = 0;
  let end = from;
  for (; end < input.length && end - at < ENTITY_LIMIT_BYTES; end++) {
    const digit = hexValue(input[end]);
    if (digit < 0 || digit >= base) break;
    codePoint = Math.min(codePoint * base + digit, LAST_CODE_POINT + 1);
  }
  if (end === input.length) return end - at < ENTITY_LIMIT_BYTES ? "cut" : "none";
  const isCharacter = codePoint <= LAST_CODE_POINT && end > from && codePoint > 0;
  if (!isCharacter) return "none";
  return { bytes: encodeUtf8(String.fromCodePoint(codePoint)), length: end - at + (input[end] === SEMICOLON ? 1 : 0) };
}

function readName(input: Uint8Array, at: number): Escape | "none" | "cut" {
  let name = "";
  for (let end = at + 1; end < input.length && end - at < ENTITY_LIMIT_BYTES; end++) {
    if (input[end] === SEMICOLON) {
      const character = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
      return character === undefined ? "none" : { bytes: encodeUtf8(character), length: end - at + 1 };
    }
    const letter = input[end] | 0x20;
    if (letter < 0x61 || letter > 0x7a) return "none";
    name += String.fromCharCode(input[end]);
  }
  return input.length - at < ENTITY_LIMIT_BYTES ? "cut" : "none";
}

/** Line breaks in a row that a value goes on over: text that waits for its end must not wait for ever. */
export const BREAKS_LIMIT = 8;
/** Line breaks as Unicode has them, without CR LF: LF, VT, FF, CR, NEL, LS, PS. */
const BREAKS = ["\n", "\v", "\f", "\r", "\u0085", "\u2028", "\u2029"].map(encodeUtf8);
const BREAK_OPENERS = [...new Set(BREAKS.map(([first]) => first))];
const BREAK_BYTES = 3;

/** Line breaks as something else: nothing, or a space. After BREAKS_LIMIT of them in a row the others are line breaks. */
export function lineBreakReading(as: string): Reading {
  return {
    mayChange: (text) => BREAK_OPENERS.some((opener) => text.includes(opener)),
    open: () => openEscapes(new LineBreaks(encodeUtf8(as))),
    inner: [],
    stretch: 1 + BREAKS_LIMIT * BREAK_BYTES,
  };
}

class LineBreaks implements EscapeRule {
  readonly openers = BREAK_OPENERS;
  private readonly bytes: Uint8Array;
  /** Where the line breaks read last end in the text, and how many stand in a row. */
  private end = -1;
  private count = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  read(input: Uint8Array, at: number, position: number): Escape | "none" | "cut" {
    const length = breakLength(input, at);
    if (typeof length !== "number") return length;
    this.count = position === this.end ? this.count + 1 : 1;
    this.end = position + length;
    if (this.count <= BREAKS_LIMIT) return { bytes: this.bytes, length };
    this.end = position + 1;
    return "none";
  }
}

function breakLength(input: Uint8Array, at: number): number | "none" | "cut" {
  const left = input.length - at;
  if (input[at] === CR) return left === 1 ? "cut" : input[at + 1] === LF ? 2 : 1;
  const mayBe = BREAKS.filter((bytes) => bytes.every((byte, i) => i >= left || byte === input[at + i]));
  if (mayBe.length === 0) return "none";
  return mayBe[0].length > left ? "cut" : mayBe[0].length;
}

/** Escapes of JSON strings, for what somebody else decoded and may be JSON. */
export const JSON_ESCAPES: Reading = {
  mayChange: (text) => text.includes(BACKSLASH),
  open: () => new MappedDecoder(decodeEscapes, encodeJsonText),
  inner: [],
  stretch: 6,
};
