/**
 * Reads UTF-8 bytes as folded characters: the text that validators and context words see.
 *
 * Owns decoding and folding of the few characters beside and inside a match. Bytes outside the window count as
 * the end of the text. One round of percent-encoding is undone.
 */
import { asciiText } from "./bytes.ts";
import { foldCodePoint, isIgnorable } from "./pattern/unicode.ts";

const PERCENT = 0x25;
const REPLACEMENT = 0xfffd;

/** One character: its folded code point and where it ends. */
export interface FoldedCharacter {
  readonly codePoint: number;
  readonly end: number;
}

/** Longest span that is turned into a string in one call. */
const PLAIN_LIMIT = 4096;

/** Folds to itself: ASCII, but neither NUL nor a percent sign. */
export function isPlain(byte: number): boolean {
  return byte > 0 && byte < 0x80 && byte !== PERCENT;
}

/** True for a percent sign that opens no escape: it reads as itself. */
export function isPercentSign(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === PERCENT && readPercent(bytes, at, end).end === at + 1;
}

/** All characters of a span, invisible ones left out. */
export function foldSpan(bytes: Uint8Array, start: number, end: number): string {
  let plain = start;
  while (plain < end && isPlain(bytes[plain])) plain++;
  if (plain === end && end - start <= PLAIN_LIMIT) {
    // A view of a small array of its own is dear: its bytes lie in the object itself, and first move out of it.
    if (start > 0 || end < bytes.length) return asciiText(bytes, start, end);
    return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
  }
  let out = "";
  for (let at = start; at < end;) {
    const character = readCharacter(bytes, at, end);
    if (!isIgnorable(character.codePoint)) out += String.fromCodePoint(character.codePoint);
    at = character.end;
  }
  return out;
}

/** Reads the character at `at`; an invalid or cut one reads as U+FFFD of one byte. */
export function readCharacter(bytes: Uint8Array, at: number, end: number): FoldedCharacter {
  const byte = bytes[at];
  if (byte === PERCENT) return readPercent(bytes, at, end);
  if (byte < 0x80) return { codePoint: byte, end: at + 1 };
  const length = encodedLength(byte);
  if (length === 1 || at + length > end) return { codePoint: REPLACEMENT, end: at + 1 };
  let codePoint = byte & (0x7f >> length);
  for (let i = 1; i < length; i++) codePoint = (codePoint << 6) | (bytes[at + i] & 0x3f);
  return { codePoint: foldCodePoint(codePoint), end: at + length };
}

/** Bytes that the lead byte announces; 1 for a byte that leads nothing. */
export function encodedLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  return 1;
}

function readPercent(bytes: Uint8Array, at: number, end: number): FoldedCharacter {
  const high = at + 2 < end ? hexValue(bytes[at + 1]) : -1;
  const low = at + 2 < end ? hexValue(bytes[at + 2]) : -1;
  if (high < 0 || low < 0 || high > 7) return { codePoint: PERCENT, end: at + 1 };
  return { codePoint: high * 16 + low, end: at + 3 };
}

export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

/** Where the character that ends at `end` begins, not before `limit`. */
export function previousStart(bytes: Uint8Array, end: number, limit: number): number {
  if (end - 3 >= limit && bytes[end - 3] === PERCENT && readPercent(bytes, end - 3, end).end === end) return end - 3;
  let at = end - 1;
  while (at > limit && end - at < 4 && (bytes[at] & 0xc0) === 0x80) at--;
  return at;
}

/** True when a percent-encoded character ends just before `end`. */
export function isHexAfterPercent(bytes: Uint8Array, end: number): boolean {
  return end >= 3 && bytes[end - 3] === PERCENT && hexValue(bytes[end - 2]) >= 0 && hexValue(bytes[end - 1]) >= 0;
}

/** The visible characters of a span, and where each ends. */
export interface FoldedCharacters {
  readonly characters: readonly string[];
  /** Indices of the bytes. */
  readonly ends: readonly number[];
}

export function foldedCharacters(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  { decodesPercent }: { readonly decodesPercent: boolean },
): FoldedCharacters {
  const characters: string[] = [];
  const ends: number[] = [];
  for (let at = start; at < end;) {
    const isRaw = bytes[at] === PERCENT && !decodesPercent;
    const character = isRaw ? { codePoint: PERCENT, end: at + 1 } : readCharacter(bytes, at, end);
    at = character.end;
    if (isIgnorable(character.codePoint)) continue;
    characters.push(String.fromCodePoint(character.codePoint));
    ends.push(at);
  }
  return { characters, ends };
}
