/**
 * Letters of Latin scripts, and what parts words there, on bytes.
 *
 * Owns which characters beyond ASCII need no folding to be told from letters. Everything else is left to
 * folded-text.ts: letters that fold to others, combining marks, what is invisible.
 */
import { KINDS, LETTER, LOWER, NOT_PLAIN, UPPER } from "./ascii.ts";
import { isPercentSign } from "./folded-text.ts";

/** A letter of two bytes that is in no word of Latin-1, of a case that nobody looked up. */
export const FOREIGN = 32;

const LATIN_1_SIGNS = 0xc2;
const LATIN_1_LETTERS = 0xc3;
const EXTENDED = [0xc4, 0xc5];
const PUNCTUATION = [0xe2, 0x80];
/** Small letters begin here: U+00DF. No ASCII, so that bit 5 makes small letters of all bytes below. */
export const FIRST_LOWER = 0x9f;
/** The multiplication and the division sign stand among the letters. */
const OPERATORS = new Set([0x97, 0xb7]);
/** U+0130, ligatures and middle dots that fold to two letters, and the long s, by lead and continuation. */
const FOLDING = new Set([0xc4b0, 0xc4b2, 0xc4b3, 0xc4bf, 0xc580, 0xc589, 0xc5bf]);
/** Of U+00A0 to U+00BF: ordinals and the micro sign are letters, the soft hyphen is invisible, accents fold to marks. */
const NO_SIGNS = new Set([0xa8, 0xaa, 0xad, 0xaf, 0xb4, 0xb5, 0xb8, 0xba]);
/** Dashes, quotation marks, daggers and dots: U+2010 to U+2027. */
const FIRST_MARK = 0x90;
const LAST_MARK = 0xa7;

/** LOWER, UPPER or FOREIGN; 0 for what is no letter or needs folding. */
export function letterAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0;
  const lead = bytes[at];
  if (lead < 0x80) return KINDS[lead] & LETTER;
  if (at + 1 >= end) return 0;
  const next = bytes[at + 1];
  if (lead === LATIN_1_LETTERS) return OPERATORS.has(next) ? 0 : next < FIRST_LOWER ? UPPER : LOWER;
  return EXTENDED.includes(lead) && !FOLDING.has((lead << 8) | next) ? FOREIGN : 0;
}

/** Bytes of a character that parts words; 0 where that is not certain. For what is no letter. */
export function partingBytes(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at];
  if (KINDS[lead] !== NOT_PLAIN || isPercentSign(bytes, at, end)) return 1;
  if (at + 1 >= end) return 0;
  const next = bytes[at + 1];
  if (lead === LATIN_1_SIGNS) return NO_SIGNS.has(next) ? 0 : 2;
  if (lead === LATIN_1_LETTERS && OPERATORS.has(next)) return 2;
  const isMark = lead === PUNCTUATION[0] && next === PUNCTUATION[1] && at + 2 < end;
  return isMark && bytes[at + 2] >= FIRST_MARK && bytes[at + 2] <= LAST_MARK ? 3 : 0;
}
