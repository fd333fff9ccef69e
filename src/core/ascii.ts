/**
 * What a byte is when it is a character of its own.
 *
 * Owns one table that every quick look at raw bytes goes through. Knows nothing beyond ASCII: all that is not plain
 * is left to folded-text.ts.
 */

/** Bits of a byte's kind; 0 for plain punctuation and white space. */
export const LOWER = 1;
export const UPPER = 2;
export const LETTER = LOWER | UPPER;
export const DIGIT = 4;
export const ALPHANUMERIC = LETTER | DIGIT;
export const UNDERSCORE = 8;
/** Does not fold to itself: NUL, a percent sign, or beyond ASCII. */
export const NOT_PLAIN = 16;

/** Kind by byte. */
export const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte));

function kindOf(byte: number): number {
  if (byte === 0 || byte === 0x25 || byte >= 0x80) return NOT_PLAIN;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  return byte === 0x5f ? UNDERSCORE : 0;
}
