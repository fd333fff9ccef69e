/** The named character classes of RE2: Perl, POSIX and the simple escapes. ASCII only, as RE2 has them. */
import { type CharSet, MAX_CODE_POINT, negate, union } from "./charset.ts";

const code = (character: string): number => character.charCodeAt(0);
const range = (from: string, to: string): CharSet => [code(from), code(to)];

export const ANY: CharSet = [0, MAX_CODE_POINT];
export const ANY_BUT_NEWLINE: CharSet = negate([0x0a, 0x0a]);

const DIGIT = range("0", "9");
const UPPER = range("A", "Z");
const LOWER = range("a", "z");
const ALPHA = union(UPPER, LOWER);
const ALNUM = union(ALPHA, DIGIT);
const WORD = union(ALNUM, range("_", "_"));
/** RE2's \s: no vertical tab. */
const SPACE: CharSet = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];

/** The capital letter is the negation. */
export const PERL_CLASSES: Readonly<Record<string, CharSet>> = { d: DIGIT, s: SPACE, w: WORD };

export const POSIX_CLASSES: Readonly<Record<string, CharSet>> = {
  alnum: ALNUM,
  alpha: ALPHA,
  ascii: [0x00, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0x00, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  lower: LOWER,
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: UPPER,
  word: WORD,
  xdigit: union(DIGIT, range("A", "F"), range("a", "f")),
};

export const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 0x07,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};
