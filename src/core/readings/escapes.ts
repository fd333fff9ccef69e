/** Escapes that somebody downstream undoes: HTML entities, percent signs, JSON strings, line breaks. */
import { encodeUtf8 } from "../bytes.ts";
import { hexValue } from "../folded-text.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import { type Escape, escapeReading, type EscapeRule, MappedDecoder, openEscapes, type Reading } from "./reading.ts";

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
const LAST_CODE_POINT = 0x10ffff;

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
  zwnj: "\u200c",
  zwj: "\u200d",
};

/** Percent escapes, one round; the matcher undoes the last one itself. Bytes beyond ASCII stay: no value needs them. */
export function percentReading(inner: readonly Reading[]): Reading {
  return escapeReading({ openers: [PERCENT], read: readPercent }, 3, inner);
}

function readPercent(input: Uint8Array, at: number): Escape | "none" | "cut" {
  if (at + 1 === input.length) return "cut";
  const high = hexValue(input[at + 1]);
  if (high < 0 || high > 7) return "none";
  if (at + 2 === input.length) return "cut";
  const low = hexValue(input[at + 2]);
  return low < 0 ? "none" : { bytes: Uint8Array.of(high * 16 + low), length: 3 };
}

/** HTML entities: numbers, with or without a semicolon, and names of ASCII and of what is invisible or a separator. */
export function entityReading(inner: readonly Reading[]): Reading {
  return escapeReading({ openers: [AMPERSAND], read: readEntity }, ENTITY_LIMIT_BYTES + 1, inner);
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
const BREAK_BYTES = 2;

/** Line breaks as something else: nothing, or a space. After BREAKS_LIMIT of them in a row the others are line breaks. */
export function lineBreakReading(as: string): Reading {
  return {
    mayChange: (text) => text.includes(LF) || text.includes(CR),
    open: () => openEscapes(new LineBreaks(encodeUtf8(as))),
    inner: [],
    stretch: 1 + BREAKS_LIMIT * BREAK_BYTES,
  };
}

class LineBreaks implements EscapeRule {
  readonly openers = [LF, CR];
  private readonly bytes: Uint8Array;
  /** Where the line breaks read last end in the text, and how many stand in a row. */
  private end = -1;
  private count = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  read(input: Uint8Array, at: number, position: number): Escape | "none" | "cut" {
    const isLf = input[at] === LF;
    if (!isLf && at + 1 === input.length) return "cut";
    const length = !isLf && input[at + 1] === LF ? BREAK_BYTES : 1;
    this.count = position === this.end ? this.count + 1 : 1;
    this.end = position + length;
    if (this.count <= BREAKS_LIMIT) return { bytes: this.bytes, length };
    this.end = position + 1;
    return "none";
  }
}

/** Escapes of JSON strings, for what somebody else decoded and may be JSON. */
export const JSON_ESCAPES: Reading = {
  mayChange: (text) => text.includes(BACKSLASH),
  open: () => new MappedDecoder(decodeEscapes, encodeJsonText),
  inner: [],
  stretch: 6,
};
