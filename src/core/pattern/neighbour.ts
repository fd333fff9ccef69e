/**
 * What an assertion (`\b`, `^`, `$`) sees beside a place, and whether it holds.
 *
 * Owns a reading of the last bytes that knows what it cannot know: a byte beyond ASCII, or an escape, may be a disguised
 * digit, an invisible character or none of them. There every assertion that could hold does, because the other answer
 * would let a disguised value pass.
 */
import type { Assertion } from "./syntax.ts";

export const KIND = {
  /** The text begins or ends here. */
  none: 0,
  newline: 1,
  word: 2,
  other: 3,
  /** A character in disguise, maybe. */
  unknown: 4,
  /** A percent sign, which may open an escape; reads as `other`. */
  percent: 5,
  /** And one hex digit; reads as `word`. */
  percentHex: 6,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Bits that a kind needs. */
export const KIND_BITS = 3;

const NEWLINE = 0x0a;
const PERCENT = 0x25;

/** Of a byte as it stands: what RE2 says. */
export function plainKind(byte: number): Kind {
  if (byte === NEWLINE) return KIND.newline;
  return isWord(byte) ? KIND.word : KIND.other;
}

/** Of a byte that follows a place, when text may be in disguise. */
export function kindAfter(byte: number): Kind {
  return byte >= 0x80 || byte === PERCENT ? KIND.unknown : plainKind(byte);
}

/** Of the last byte, given what was seen before it, when text may be in disguise. */
export function kindBefore(last: Kind, byte: number): Kind {
  if (byte >= 0x80) return KIND.unknown;
  if (byte === PERCENT) return KIND.percent;
  if (last === KIND.percent && isHex(byte)) return KIND.percentHex;
  return last === KIND.percentHex && isHex(byte) ? KIND.unknown : plainKind(byte);
}

function isWord(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || byte === 0x5f || (letter >= 0x61 && letter <= 0x7a && byte < 0x80);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66 && byte < 0x80);
}

export function holds(assertion: Assertion, before: Kind, after: Kind): boolean {
  const isUnknown = before === KIND.unknown || after === KIND.unknown;
  switch (assertion) {
    case "wordBoundary":
      return isUnknown || isWordKind(before) !== isWordKind(after);
    case "notWordBoundary":
      return isUnknown || isWordKind(before) === isWordKind(after);
    case "textStart":
      return before === KIND.none;
    case "textEnd":
      return after === KIND.none;
    case "lineStart":
      return before === KIND.none || before === KIND.newline || before === KIND.unknown;
    default:
      return after === KIND.none || after === KIND.newline || after === KIND.unknown;
  }
}

function isWordKind(kind: Kind): boolean {
  return kind === KIND.word || kind === KIND.percentHex;
}
