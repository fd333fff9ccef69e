/**
 * JSON string escapes: decoded with a map back to the bytes, and written for replacements.
 *
 * Owns escapes only. Lenient: what is no legal escape stays as it is, a lone surrogate reads as U+FFFD.
 */
import { indexOfByte } from "../native-bytes.ts";
import { encodeUtf8 } from "../bytes.ts";
import { OffsetMap } from "../edit.ts";
import { hexValue } from "../folded-text.ts";

const BACKSLASH = 0x5c;
const SHORT: Readonly<Record<number, number>> = {
  0x22: 0x22,
  0x5c: 0x5c,
  0x2f: 0x2f,
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
};
const LOWER_U = 0x75;

export interface Decoded {
  readonly text: Uint8Array;
  /** Encoded bytes that were read; less than all when an escape is cut and more may come. */
  readonly consumed: number;
}

/** Where the decoded text goes: `map` gets a place for each escape, counted from these two offsets on. */
export interface DecodeTarget {
  readonly map: OffsetMap;
  readonly decodedOffset: number;
  readonly encodedOffset: number;
}

/** Decodes escapes. With `isLast` a cut escape at the end stays as it is, without it is left unread. */
export function decodeEscapes(input: Uint8Array, target: DecodeTarget, isLast: boolean): Decoded {
  const text = new Uint8Array(input.length);
  let length = 0;
  let at = 0;
  while (at < input.length) {
    const escapeAt = indexOfByte(input, BACKSLASH, at);
    const plain = input.subarray(at, escapeAt < 0 ? input.length : escapeAt);
    text.set(plain, length);
    length += plain.length;
    at += plain.length;
    if (escapeAt < 0) break;
    const escape = readEscape(input, at, isLast);
    if (escape === "cut" && !isLast) break;
    if (escape === "cut" || escape === "none") {
      text[length++] = BACKSLASH;
      at++;
      continue;
    }
    target.map.add(target.decodedOffset + length, target.encodedOffset + at);
    if (escape.codePoint < 0x80) text[length++] = escape.codePoint;
    else for (const byte of encodeUtf8(String.fromCodePoint(escape.codePoint))) text[length++] = byte;
    at += escape.length;
    target.map.add(target.decodedOffset + length, target.encodedOffset + at);
  }
  return { text: text.subarray(0, length), consumed: at };
}

interface Escape {
  readonly codePoint: number;
  readonly length: number;
}

/** The escape that a backslash begins; "none" when it is text, "cut" when more may come that makes it one. */
export function readEscape(input: Uint8Array, at: number, isLast: boolean): Escape | "cut" | "none" {
  const letter = input[at + 1];
  if (letter === undefined) return "cut";
  const short = SHORT[letter];
  if (short !== undefined) return { codePoint: short, length: 2 };
  if (letter !== LOWER_U) return "none";
  const unit = readUnit(input, at);
  if (unit === "cut" || unit === "none") return unit;
  if (unit < 0xd800 || unit > 0xdbff) return { codePoint: unit >= 0xdc00 && unit <= 0xdfff ? 0xfffd : unit, length: 6 };
  const low = readUnit(input, at + 6);
  if (low === "cut" && !isLast) return "cut";
  if (low === "cut" || low === "none" || low < 0xdc00 || low > 0xdfff) return { codePoint: 0xfffd, length: 6 };
  return { codePoint: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), length: 12 };
}

/** The code unit of `\uXXXX` at `at`; "cut" when the input ends inside something that may still become one. */
function readUnit(input: Uint8Array, at: number): number | "cut" | "none" {
  if (at >= input.length) return "cut";
  if (input[at] !== BACKSLASH) return "none";
  if (at + 1 >= input.length) return "cut";
  if (input[at + 1] !== LOWER_U) return "none";
  let unit = 0;
  for (let i = 2; i < 6; i++) {
    if (at + i >= input.length) return "cut";
    const value = hexValue(input[at + i]);
    if (value < 0) return "none";
    unit = unit * 16 + value;
  }
  return unit;
}

/** The bytes of a text as the inside of a JSON string. */
export function encodeJsonText(text: Uint8Array): Uint8Array {
  if (!text.some((byte) => byte < 0x20 || byte === 0x22 || byte === BACKSLASH)) return text;
  const out: number[] = [];
  for (const byte of text) {
    if (byte === 0x22 || byte === BACKSLASH) out.push(BACKSLASH, byte);
    else if (byte < 0x20) out.push(...encodeUtf8(`\\u${byte.toString(16).padStart(4, "0")}`));
    else out.push(byte);
  }
  return Uint8Array.from(out);
}
